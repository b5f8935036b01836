"""The numbers that a closed workspace had, so that restoring gives them back.

Those of workspaces that are in the trash already are known by the instant at which they were released.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "released_number",
        sa.Column("number_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_released_number_number_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_released_number_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_number")),
        sa.UniqueConstraint("workspace_id", "number_id", name=op.f("uq_released_number_workspace_id_number_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_released_number_number_id"), "released_number", ["number_id"])
    op.create_index(op.f("ix_released_number_workspace_id"), "released_number", ["workspace_id"])
    op.execute(
        "INSERT INTO released_number (workspace_id, number_id) SELECT workspace.id, number.id FROM number "
        "JOIN workspace ON workspace.id = number.last_workspace_id AND workspace.cancelled_at = number.released_at"
    )


def downgrade() -> None:
    op.drop_table("released_number")
