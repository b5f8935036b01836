"""Receipts of purges, the time that was watched, and what purged workspaces sent.

Revision ID: 0020
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

OPEN = sa.text("erased_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "purge",
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("workspace", sa.String(length=24), nullable=False),
        sa.Column("workspace_name", sa.String(length=200), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run", sa.String(length=24), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_purge_organization_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_purge_public_id")),
        sa.UniqueConstraint("workspace", name=op.f("uq_purge_workspace")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_purge_organization_id"), "purge", ["organization_id"])
    op.create_index(op.f("ix_purge_began_at_id"), "purge", ["began_at", "id"])
    op.create_index("ix_purge_open", "purge", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "watched_span",
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_span")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "purged_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_purged_day")),
    )


def downgrade() -> None:
    op.drop_table("purged_day")
    op.drop_table("watched_span")
    op.drop_table("purge")
