"""The platform by the day, for the dashboard: how it stood when each day ended, and sums of each day.

What is there already is summed at once. How the platform stood on days gone by nobody has written down: that begins
with the first change after this.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SENT = """INSERT INTO platform_sum (measure, day, currency, amount)
    SELECT 'sent', day, '', sum(sent) FROM daily_usage GROUP BY day"""
INCOME = """INSERT INTO platform_sum (measure, day, currency, amount)
    SELECT 'income', date({paid_at}), currency, sum(amount_minor) FROM customer_order WHERE state = 'paid'
    GROUP BY date({paid_at}), currency"""


def upgrade() -> None:
    op.create_table(
        "platform_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mrr", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("active", "suspended", "trial")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("good", "watch", "risk")),
        sa.PrimaryKeyConstraint("day", name="pk_platform_day"),
    )
    measure = sa.Enum("sent", "income", name="measure", native_enum=False, create_constraint=True, length=24)
    op.create_table(
        "platform_sum",
        sa.Column("measure", measure, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "day", "currency", name="pk_platform_sum"),
    )
    paid = sa.text("state = 'paid'")
    op.create_index(
        "ix_customer_order_income",
        "customer_order",
        ["paid_at", "currency", "amount_minor"],
        sqlite_where=paid,
        postgresql_where=paid,
    )
    op.create_index("ix_workspace_trial_ends_at_stage", "workspace", ["trial_ends_at", "stage"])
    on_trial = sa.text("status = 'trial'")
    op.create_index(
        "ix_workspace_on_trial", "workspace", ["trial_ends_at"], sqlite_where=on_trial, postgresql_where=on_trial
    )
    op.create_index("ix_domain_state_created_at", "domain", ["state", "created_at"])
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(SENT)
    op.execute(INCOME.format(paid_at="timezone('UTC', paid_at)" if postgresql else "paid_at"))


def downgrade() -> None:
    op.drop_index("ix_domain_state_created_at", "domain")
    op.drop_index("ix_workspace_on_trial", "workspace")
    op.drop_index("ix_workspace_trial_ends_at_stage", "workspace")
    op.drop_index("ix_customer_order_income", "customer_order")
    op.drop_table("platform_sum")
    op.drop_table("platform_day")
