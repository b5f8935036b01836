"""How many workspaces were made on each day, for the list's strip.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and count what is there."""
    op.create_table(
        "workspace_births",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("workspaces", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_workspace_births")),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    day = "date(timezone('UTC', created_at))" if postgresql else "date(created_at)"
    op.execute(
        f"INSERT INTO workspace_births (day, workspaces) SELECT {day}, count(*) FROM workspace "  # noqa: S608
        f"WHERE cancelled_at IS NULL GROUP BY {day}"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("workspace_births")
