"""Rate cards name their tax, and months that are over keep the rates that they had.

Revision ID: 0019
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0020"
branch_labels = None
depends_on = None

PRICES = ("per_message", "per_minute", "per_number", "per_extension")


def upgrade() -> None:
    op.add_column("rate_card", sa.Column("tax_name", sa.String(length=40), nullable=False, server_default=""))
    op.create_table(
        "rates_before",
        sa.Column("rate_card_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Numeric(precision=14, scale=6), nullable=False) for name in PRICES),
        sa.Column("tax_percent", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("tax_name", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rate_card_id"], ["rate_card.id"], name=op.f("fk_rates_before_rate_card_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rates_before")),
        sa.UniqueConstraint("rate_card_id", "month", name=op.f("uq_rates_before_rate_card_id_month")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("rates_before")
    op.drop_column("rate_card", "tax_name")
