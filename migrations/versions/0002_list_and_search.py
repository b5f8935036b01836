"""The list's indexes and its search.

Every sort has an index over what the list shows (not the trash), and the four that people use most have it behind
each combination of the status and plan filters too. SQLite sorts empty values first, PostgreSQL last, unless told;
the list wants them last in both directions.

Search looks for substrings of at least three characters in `search_text`: FTS5 with trigrams on SQLite, kept in step
by triggers, `pg_trgm` on PostgreSQL.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FILTERED = {
    "mrr": "mrr_reporting DESC{nulls_last}, id",
    "created": "created_at DESC, id",
    "last_seen": "last_seen_at DESC{nulls_last}, id",
    "name": "name_key, id",
}
PLAIN = {
    "status": "status, id",
    "plan": "plan_key, id",
    "health": "health_rank, id",
    "organization": "organization_key, id",
    "owner": "owner_key, id",
    "users": "user_count DESC, id",
    "numbers": "number_count DESC, id",
    "extensions": "extension_count DESC, id",
    "sip_prefix": "sip_prefix, id",
}
REVERSED = {  # PostgreSQL alone cannot read these backwards with the empty values last
    "mrr": "mrr_reporting NULLS LAST, id DESC",
    "last_seen": "last_seen_at NULLS LAST, id DESC",
    "plan": "plan_key DESC NULLS LAST, id DESC",
    "health": "health_rank DESC NULLS LAST, id DESC",
    "owner": "owner_key DESC NULLS LAST, id DESC",
}
FILTERS = {"": "", "s_": "status, ", "p_": "plan_id, ", "sp_": "status, plan_id, "}

SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE workspace_search USING fts5(
        search_text, content='workspace', content_rowid='id', tokenize='trigram case_sensitive 1')""",
    """CREATE TRIGGER workspace_search_insert AFTER INSERT ON workspace BEGIN
        INSERT INTO workspace_search(rowid, search_text) VALUES (new.id, new.search_text);
    END""",
    """CREATE TRIGGER workspace_search_delete AFTER DELETE ON workspace BEGIN
        INSERT INTO workspace_search(workspace_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
    END""",
    """CREATE TRIGGER workspace_search_update AFTER UPDATE OF search_text ON workspace
    WHEN old.search_text <> new.search_text BEGIN
        INSERT INTO workspace_search(workspace_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
        INSERT INTO workspace_search(rowid, search_text) VALUES (new.id, new.search_text);
    END""",
)
POSTGRESQL_SEARCH = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX workspace_search ON workspace USING gin (search_text gin_trgm_ops)",
)


def indexes(postgresql: bool) -> dict[str, str]:
    """Name and columns of each index of the list."""
    nulls_last = " NULLS LAST" if postgresql else ""
    found = dict(PLAIN)
    for name, columns in FILTERED.items():
        for tag, filters in FILTERS.items():
            found[tag + name] = filters + columns.format(nulls_last=nulls_last)
    if postgresql:
        found |= {f"{name}_reversed": columns for name, columns in REVERSED.items()}
    return found


def upgrade() -> None:
    """Create the indexes and the search."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name, columns in indexes(postgresql).items():
        op.execute(f"CREATE INDEX ix_list_{name} ON workspace ({columns}) WHERE cancelled_at IS NULL")
    for statement in POSTGRESQL_SEARCH if postgresql else SQLITE_SEARCH:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("DROP INDEX workspace_search")
    else:
        for event in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER workspace_search_{event}")
        op.execute("DROP TABLE workspace_search")
    for name in indexes(postgresql):
        op.execute(f"DROP INDEX ix_list_{name}")
