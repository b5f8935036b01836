"""What a closed workspace had is known by the number itself, which may leave the inventory meanwhile.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _anew(
        sa.Column("e164", sa.String(16), nullable=False),
        copied="INSERT INTO released_number (workspace_id, e164) SELECT was.workspace_id, number.e164 "
        "FROM released_number_was AS was JOIN number ON number.id = was.number_id ORDER BY was.id",
    )


def downgrade() -> None:
    _anew(
        sa.Column("number_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_released_number_number_id"), ondelete="CASCADE"
        ),
        copied="INSERT INTO released_number (workspace_id, number_id) SELECT was.workspace_id, number.id "
        "FROM released_number_was AS was JOIN number ON number.e164 = was.e164 ORDER BY was.id",
    )
    op.create_index(op.f("ix_released_number_number_id"), "released_number", ["number_id"])


def _anew(column: sa.Column, *constraints: sa.Constraint, copied: str) -> None:
    """The table with this column in place of the other, and its rows. It is small: one for each number of a workspace
    in the trash."""
    op.execute("CREATE TABLE released_number_was AS SELECT * FROM released_number")
    op.drop_table("released_number")
    op.create_table(
        "released_number",
        column,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        *constraints,
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_released_number_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_number")),
        sa.UniqueConstraint("workspace_id", column.name, name=op.f(f"uq_released_number_workspace_id_{column.name}")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_released_number_workspace_id"), "released_number", ["workspace_id"])
    op.execute(copied)
    op.drop_table("released_number_was")
