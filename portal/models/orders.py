"""Money that came in: orders, and the invoices they pay."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, choice, public_id


class OrderState(StrEnum):
    """What became of a charge."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"


class InvoiceState(StrEnum):
    """What became of an invoice; `overdue` is written by the dunning job."""

    OPEN = "open"
    PAID = "paid"
    OVERDUE = "overdue"
    VOID = "void"


class Order(Row, db.Model):
    """A charge of a workspace, in minor units. It outlives the workspace, of which it keeps the name as issued."""

    __tablename__ = "customer_order"

    public_id: Mapped[str] = public_id("ord")
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="SET NULL"))
    workspace_name: Mapped[str] = mapped_column(String(NAME))
    description: Mapped[str] = mapped_column(String(NAME))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[OrderState] = mapped_column(choice(OrderState, "state"), default=OrderState.PENDING)
    reference: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    paid_at: Mapped[datetime | None] = mapped_column(Instant)

    constraints = (
        CheckConstraint("(state IN ('paid', 'refunded')) = (paid_at IS NOT NULL)", "paid_has_instant"),
        Index(None, "workspace_id", "state", "paid_at"),
        # What came in over some days, by currency, without a look at the rows.
        Index(
            "ix_customer_order_income",
            "paid_at",
            "currency",
            "amount_minor",
            sqlite_where=text("state = 'paid'"),
            postgresql_where=text("state = 'paid'"),
        ),
    )


class Invoice(Row, db.Model):
    """One per organization and month (its first day); totals in minor units."""

    public_id: Mapped[str] = public_id("inv")
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    number: Mapped[str] = mapped_column(String(32), unique=True)
    month: Mapped[date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[InvoiceState] = mapped_column(choice(InvoiceState, "state"), default=InvoiceState.OPEN)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date] = mapped_column(Date)
    paid_at: Mapped[datetime | None] = mapped_column(Instant)

    constraints = (UniqueConstraint("organization_id", "month"), Index(None, "state", "due_on"))
