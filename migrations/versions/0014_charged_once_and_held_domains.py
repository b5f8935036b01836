"""Cycles know the month with which they were billed; domains since when they are proven, and since when no more.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BILLED = {
    "sqlite": """
        UPDATE subscription_cycle SET billed_month = date(began_on, 'start of month')
        WHERE order_id IS NULL AND EXISTS (
            SELECT 1 FROM billed_usage WHERE billed_usage.workspace_id = subscription_cycle.workspace_id
            AND billed_usage.month = date(began_on, 'start of month'))""",
    "postgresql": """
        UPDATE subscription_cycle SET billed_month = date_trunc('month', began_on)::date
        WHERE order_id IS NULL AND EXISTS (
            SELECT 1 FROM billed_usage WHERE billed_usage.workspace_id = subscription_cycle.workspace_id
            AND billed_usage.month = date_trunc('month', began_on)::date)""",
}


KEEPING = {"sqlite_autoincrement": True}  # which a table made anew on SQLite would lose


def upgrade() -> None:
    with op.batch_alter_table("subscription_cycle", table_kwargs=KEEPING) as batch_op:
        batch_op.add_column(sa.Column("billed_month", sa.Date(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_subscription_cycle_charged_once"), "order_id IS NULL OR billed_month IS NULL"
        )
    op.execute(BILLED[op.get_bind().dialect.name])

    with op.batch_alter_table("domain", table_kwargs=KEEPING) as batch_op:
        batch_op.add_column(sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f("ck_domain_state"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_domain_state"), "state IN ('pending', 'verified', 'failing', 'failed')"
        )
    op.execute("UPDATE domain SET verified_at = created_at WHERE state = 'verified'")


def downgrade() -> None:
    op.execute("UPDATE domain SET state = 'verified' WHERE state = 'failing'")
    with op.batch_alter_table("domain", table_kwargs=KEEPING) as batch_op:
        batch_op.drop_constraint(op.f("ck_domain_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_domain_state"), "state IN ('pending', 'verified', 'failed')")
        batch_op.drop_column("failing_since")
        batch_op.drop_column("verified_at")
    with op.batch_alter_table("subscription_cycle", table_kwargs=KEEPING) as batch_op:
        batch_op.drop_constraint(op.f("ck_subscription_cycle_charged_once"), type_="check")
        batch_op.drop_column("billed_month")
