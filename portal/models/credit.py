"""Platform credit: an append-only ledger. An organization's balance is the sum of its entries."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, choice, public_id


class CreditKind(StrEnum):
    """Why credit was booked: a month's usage, a month's contacts, or by somebody of the staff."""

    USAGE = "usage"
    CONTACTS = "contacts"
    ADJUSTMENT = "adjustment"


class CreditEntry(Row, db.Model):
    """What was added to (above 0) or taken from (below 0) an organization's credit, in minor units of its currency.

    It outlives the workspace, of which it keeps the name. Never changed, never removed."""

    public_id: Mapped[str] = public_id("crd")
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="SET NULL"), index=True)
    workspace_name: Mapped[str] = mapped_column(String(NAME), default="")
    kind: Mapped[CreditKind] = mapped_column(choice(CreditKind, "kind"))
    month: Mapped[date | None] = mapped_column(Date)
    detail: Mapped[str] = mapped_column(String(500), default="")
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(20, 6))
    unit_price: Mapped[Decimal | None] = mapped_column(Numeric(24, 6))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    balance_minor: Mapped[int] = mapped_column(BigInteger)
    booked_at: Mapped[datetime] = mapped_column(Instant)
    booked_by: Mapped[str] = mapped_column(String(NAME))

    constraints = (Index(None, "organization_id", "id"),)
