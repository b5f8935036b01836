"""Billing: the lines of invoices and whom they are made out to, gapless numbers, subscription cycles, what is billed of
each month, active contacts, what workspaces held, and the ledger of platform credit.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LINES = (
    *("subscription", "messages", "minutes", "numbers", "extensions"),
    *("late_messages", "late_minutes", "contacts", "discount", "tax"),
)
CYCLES = ("monthly", "quarterly", "annual", "custom", "trial")
INVOICE = {
    "void_reason": sa.String(length=500),
    "bill_name": sa.String(length=200),
    "bill_address": sa.Text(),
    "bill_country": sa.String(length=2),
    "bill_tax_id": sa.String(length=64),
    "bill_email": sa.String(length=254),
}
BY_WORKSPACE = ("held_before", "contact_month", "billed_usage", "active_contact")
# Written out: SQLite takes a reference with a new column, and nothing later without making the table anew.
ORDER_OF_INVOICE = """ALTER TABLE customer_order ADD COLUMN invoice_id INTEGER
    CONSTRAINT fk_customer_order_invoice_id REFERENCES invoice (id) ON DELETE SET NULL"""
BELOW_ZERO = sa.text("credit_minor < 0")


def choice(name: str, *values: str) -> sa.Enum:
    """A column of these words, checked by the database."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    _invoices()
    _cycles()
    _credit()
    _of_workspaces()


def _invoices() -> None:
    op.create_table(
        "invoice_series",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_invoice_series"),
    )
    op.create_table(
        "billed_month",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("billed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_billed_month_organization_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("organization_id", "month", name="pk_billed_month"),
    )
    op.add_column("invoice", sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True))
    for name, kind in INVOICE.items():
        op.add_column("invoice", sa.Column(name, kind, server_default="", nullable=False))
    op.create_index("ix_invoice_issued_at_id", "invoice", ["issued_at", "id"])
    op.create_table(
        "invoice_line",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("workspace_name", sa.String(length=200), nullable=False),
        sa.Column("kind", choice("kind", *LINES), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=24, scale=6), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_invoice_line_invoice_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_invoice_line_workspace_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_line"),
        sa.UniqueConstraint("invoice_id", "position", name="uq_invoice_line_invoice_id_position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_invoice_line_workspace_id", "invoice_line", ["workspace_id"])
    op.execute(ORDER_OF_INVOICE)
    op.add_column("customer_order", sa.Column("pays_cycle", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_customer_order_invoice_id", "customer_order", ["invoice_id"])
    op.create_index("ix_customer_order_created_at_id", "customer_order", ["created_at", "id"])
    op.create_index("ix_customer_order_state_created_at", "customer_order", ["state", "created_at"])


def _cycles() -> None:
    op.create_table(
        "subscription_cycle",
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("anchor", sa.Integer(), nullable=False),
        sa.Column("cycle", choice("cycle", *CYCLES), nullable=False),
        sa.Column("plan_name", sa.String(length=200), nullable=False),
        sa.Column("is_child", sa.Boolean(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("anchor BETWEEN 1 AND 31", name=op.f("ck_subscription_cycle_anchor")),
        sa.CheckConstraint("ends_on > began_on", name=op.f("ck_subscription_cycle_ends_after")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name="fk_subscription_cycle_order_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_subscription_cycle_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscription_cycle"),
        sa.UniqueConstraint("workspace_id", "began_on", name="uq_subscription_cycle_workspace_id_began_on"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscription_cycle_order_id", "subscription_cycle", ["order_id"])
    op.create_index("ix_subscription_cycle_workspace_id", "subscription_cycle", ["workspace_id"])


def _credit() -> None:
    op.add_column("organization", sa.Column("credit_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(
        "ix_organization_below_zero",
        "organization",
        ["credit_minor"],
        sqlite_where=BELOW_ZERO,
        postgresql_where=BELOW_ZERO,
    )
    op.create_table(
        "credit_entry",
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("workspace_name", sa.String(length=200), nullable=False),
        sa.Column("kind", choice("kind", "usage", "contacts", "adjustment"), nullable=False),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("unit_price", sa.Numeric(precision=24, scale=6), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_credit_entry_organization_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_credit_entry_workspace_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credit_entry"),
        sa.UniqueConstraint("public_id", name="uq_credit_entry_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_credit_entry_organization_id_id", "credit_entry", ["organization_id", "id"])
    op.create_index("ix_credit_entry_workspace_id", "credit_entry", ["workspace_id"])


def _of_workspaces() -> None:
    """Tables that are known by a workspace and a month or day."""
    days = (("first_day", sa.Date()), ("last_day", sa.Date()))
    _of_workspace("active_contact", "month", False, ("contact", sa.String(length=128)), *days)
    _of_workspace("billed_usage", "month", True, ("messages", sa.BigInteger()), ("minutes", sa.BigInteger()))
    _of_workspace("contact_month", "month", False, ("contacts", sa.Integer()))
    _of_workspace("held_before", "day", True, ("numbers", sa.Integer()), ("extensions", sa.Integer()))


def _of_workspace(table: str, when: str, rowid: bool, *columns: tuple[str, sa.types.TypeEngine]) -> None:
    keys = ["workspace_id", when, *(name for name, _ in columns if name == "contact")]
    op.create_table(
        table,
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(when, sa.Date(), nullable=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in columns),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=f"fk_{table}_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*keys, name=f"pk_{table}"),
        sqlite_with_rowid=rowid,
    )


def downgrade() -> None:
    for table in (*BY_WORKSPACE, "credit_entry", "subscription_cycle", "invoice_line", "billed_month"):
        op.drop_table(table)
    op.drop_table("invoice_series")
    op.drop_index("ix_organization_below_zero", "organization")
    op.drop_column("organization", "credit_minor")
    op.drop_index("ix_customer_order_state_created_at", "customer_order")
    op.drop_index("ix_customer_order_created_at_id", "customer_order")
    op.drop_index("ix_customer_order_invoice_id", "customer_order")
    op.drop_column("customer_order", "pays_cycle")
    op.drop_column("customer_order", "invoice_id")
    op.drop_index("ix_invoice_issued_at_id", "invoice")
    for name in reversed(INVOICE):
        op.drop_column("invoice", name)
    op.drop_column("invoice", "voided_at")
