"""Invoices: one per organization and month, with the lines as issued, and what is known of months that are billed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, OfWorkspace, Row, choice, public_id
from portal.rules.invoice_lines import LineKind


class InvoiceState(StrEnum):
    """What became of an invoice; `overdue` is written by the dunning job."""

    OPEN = "open"
    PAID = "paid"
    OVERDUE = "overdue"
    VOID = "void"


UNPAID = (InvoiceState.OPEN, InvoiceState.OVERDUE)
"""Invoices in these states are still to be paid."""


class Invoice(Row, db.Model):
    """One per organization and month (its first day); totals in minor units. Whom it is made out to stays as issued."""

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
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    void_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    bill_name: Mapped[str] = mapped_column(String(NAME), default="", server_default="")
    bill_address: Mapped[str] = mapped_column(Text, default="", server_default="")
    bill_country: Mapped[str] = mapped_column(String(2), default="", server_default="")
    bill_tax_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    bill_email: Mapped[str] = mapped_column(String(254), default="", server_default="")

    constraints = (
        UniqueConstraint("organization_id", "month"),
        Index(None, "state", "due_on"),
        Index(None, "issued_at", "id"),
    )


class InvoiceLine(Row, db.Model):
    """A line as issued. It outlives the workspace, of which it keeps the name; lines of the whole account have none.

    `quantity` × `unit_price` (major units) is the amount; of a discount and of tax they are per cent and what of."""

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id", ondelete="CASCADE"))
    position: Mapped[int]
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="SET NULL"), index=True)
    workspace_name: Mapped[str] = mapped_column(String(NAME), default="")
    kind: Mapped[LineKind] = mapped_column(choice(LineKind, "kind"))
    detail: Mapped[str] = mapped_column(String(500), default="")
    quantity: Mapped[Decimal] = mapped_column(Numeric(20, 6))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(24, 6))
    amount_minor: Mapped[int] = mapped_column(BigInteger)

    constraints = (UniqueConstraint("invoice_id", "position"),)


class InvoiceSeries(db.Model):
    """The last number that was given to an invoice issued in a year. Locked until the invoice is written: no gaps."""

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class BilledMonth(db.Model):
    """An organization's month is billed, whether by an invoice or, where nothing was due, without one."""

    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    billed_at: Mapped[datetime] = mapped_column(Instant)


class BilledUsage(OfWorkspace, db.Model):
    """How much of a workspace's month was billed so far: what is reported later is billed as late usage."""

    @declared_attr
    def workspace_id(cls) -> Mapped[int]:
        """First part of the key."""
        return mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    messages: Mapped[int] = mapped_column(BigInteger, default=0)
    minutes: Mapped[int] = mapped_column(BigInteger, default=0)
