"""The list of users: its trash, its search, and the indexes that it sorts, counts and filters by.

Search is that of the list of workspaces (0002). What people did is found by the log's actor, what was done to them by
their public id among an event's facts.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from portal.rules.text import search_text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SORTED = {
    "name": "name_key, id",
    "email": "email_key, id",
    "created": "created_at DESC, id",
    "seen": "last_seen_at DESC{nulls_last}, id",
}
COUNTED = {
    "suspended": "suspended_at IS NOT NULL",
    "invited": "password_hash IS NULL",
    "unverified": "email_verified_at IS NULL",
    "staff": "staff_role IS NOT NULL",
}
SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE user_search USING fts5(
        search_text, content='user', content_rowid='id', tokenize='trigram case_sensitive 1')""",
    """CREATE TRIGGER user_search_insert AFTER INSERT ON user BEGIN
        INSERT INTO user_search(rowid, search_text) VALUES (new.id, new.search_text);
    END""",
    """CREATE TRIGGER user_search_delete AFTER DELETE ON user BEGIN
        INSERT INTO user_search(user_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);
    END""",
    """CREATE TRIGGER user_search_update AFTER UPDATE OF search_text ON user
    WHEN old.search_text <> new.search_text BEGIN
        INSERT INTO user_search(user_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);
        INSERT INTO user_search(rowid, search_text) VALUES (new.id, new.search_text);
    END""",
    "INSERT INTO user_search(user_search) VALUES ('rebuild')",
)
SUBJECT = {"sqlite": "json_extract(payload, '$.facts.user')", "postgresql": "(payload #>> '{facts,user}')"}


def indexes(postgresql: bool) -> dict[str, str]:
    """Each index by name, as what follows its name."""
    nulls_last = " NULLS LAST" if postgresql else ""
    subject = SUBJECT["postgresql" if postgresql else "sqlite"]
    found = {
        f"ix_people_{name}": f'"user" ({columns.format(nulls_last=nulls_last)}) WHERE trashed_at IS NULL'
        for name, columns in SORTED.items()
    }
    found |= {
        f"ix_people_{name}": f'"user" (id) WHERE trashed_at IS NULL AND {condition}'
        for name, condition in COUNTED.items()
    }
    found["ix_people_trashed"] = '"user" (trashed_at, id) WHERE trashed_at IS NOT NULL'
    found["ix_organization_member_role"] = "organization_member (role, user_id)"
    found["ix_membership_role"] = "membership (role, user_id)"
    found["ix_audit_event_subject"] = f"audit_event ({subject}, sequence) WHERE {subject} IS NOT NULL"
    if postgresql:
        found["ix_people_seen_reversed"] = '"user" (last_seen_at NULLS LAST, id DESC) WHERE trashed_at IS NULL'
        found["user_search"] = '"user" USING gin (search_text gin_trgm_ops)'
    return found


def upgrade() -> None:
    """Add the columns, fill them, and create the indexes."""
    op.add_column("user", sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    bind = op.get_bind()
    people = sa.table("user", sa.column("id"), sa.column("name"), sa.column("email"), sa.column("search_text"))
    rows = bind.execute(sa.select(people.c.id, people.c.name, people.c.email)).all()
    texts = [{"key": row.id, "text": search_text(row.name, row.email)} for row in rows]
    if texts:
        fill = people.update().where(people.c.id == sa.bindparam("key")).values(search_text=sa.bindparam("text"))
        bind.execute(fill, texts)
    postgresql = bind.dialect.name == "postgresql"
    for name, what in indexes(postgresql).items():
        op.execute(f"CREATE INDEX {name} ON {what}")
    if not postgresql:
        for statement in SQLITE_SEARCH:
            op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    if not postgresql:
        for event in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER user_search_{event}")
        op.execute("DROP TABLE user_search")
    for name in indexes(postgresql):
        op.execute(f"DROP INDEX {name}")
    op.drop_column("user", "search_text")
    op.drop_column("user", "trashed_at")
