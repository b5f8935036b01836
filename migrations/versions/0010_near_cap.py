"""Workspaces near a limit, for the attention queue: how much of the fullest monthly limit is used, if nearly all is.

What there is follows from the reasons of health as they stand.

Revision ID: 0010
Revises: 0009
"""

from decimal import Decimal

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WORKSPACE = sa.table(
    "workspace",
    sa.column("id", sa.Integer),
    sa.column("health_rank", sa.Integer),
    sa.column("health_reasons", sa.JSON),
    sa.column("near_cap", sa.Integer),
)


def upgrade() -> None:
    op.add_column("workspace", sa.Column("near_cap", sa.Integer(), nullable=True))
    connection = op.get_bind()
    found = connection.execute(sa.select(WORKSPACE.c.id, WORKSPACE.c.health_reasons).where(WORKSPACE.c.health_rank < 2))
    near = [{"key": key, "share": share} for key, reasons in found if (share := _near(reasons or [])) is not None]
    if near:
        change = sa.update(WORKSPACE).where(WORKSPACE.c.id == sa.bindparam("key"))
        connection.execute(change.values(near_cap=sa.bindparam("share")), near)
    there = sa.text("near_cap IS NOT NULL")
    op.create_index("ix_workspace_near_cap", "workspace", ["near_cap"], sqlite_where=there, postgresql_where=there)


def _near(reasons: list[dict]) -> int | None:
    near = [Decimal(each["figures"]["share"]) for each in reasons if each["code"] == "limit_near"]
    return max(map(int, near), default=None)


def downgrade() -> None:
    op.drop_index("ix_workspace_near_cap", "workspace")
    op.drop_column("workspace", "near_cap")
