"""Access sessions: visits of staff inside a workspace; and when each member was last seen in each workspace.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ENDINGS = ("stopped", "expired", "logged_out", "role_lost", "owner_changed", "workspace_gone")
KEYS = {
    "login_session_id": ("login_session", "SET NULL"),
    "user_id": ("user", "CASCADE"),
    "workspace_id": ("workspace", "SET NULL"),
    "on_behalf_of_id": ("user", "SET NULL"),
}


def choice(name: str, *values: str) -> sa.Enum:
    """A column of these words, checked by the database."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "access_session",
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("login_session_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("on_behalf_of_id", sa.Integer(), nullable=True),
        sa.Column("kind", choice("kind", "impersonate", "manage"), nullable=False),
        sa.Column("mode", choice("mode", "act", "look"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_how", choice("ended_how", *ENDINGS), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_access_session_{name}", ondelete=rule)
            for name, (table, rule) in KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name="pk_access_session"),
        sa.UniqueConstraint("public_id", name="uq_access_session_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_session_login_session_id_id", "access_session", ["login_session_id", "id"])
    for name in ("on_behalf_of_id", "user_id", "workspace_id"):
        op.create_index(f"ix_access_session_{name}", "access_session", [name])
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_access_session_open",
        "access_session",
        ["login_session_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.add_column("membership", sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("membership", "last_seen_at")
    op.drop_table("access_session")
