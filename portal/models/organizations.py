"""Organizations: the customer's billing account, its people, and the rate card its usage is priced by."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, choice, public_id, sort_key
from portal.rules.access import OrganizationRole
from portal.rules.rate_cards import LONGEST_TAX_NAME, PAYMENT_DAYS


class Rated:
    """Usage prices in major units of a currency, tax in per cent and by its name, payment terms in days."""

    per_message: Mapped[Decimal] = mapped_column(Numeric(14, 6), default=Decimal(0))
    per_minute: Mapped[Decimal] = mapped_column(Numeric(14, 6), default=Decimal(0))
    per_number: Mapped[Decimal] = mapped_column(Numeric(14, 6), default=Decimal(0))
    per_extension: Mapped[Decimal] = mapped_column(Numeric(14, 6), default=Decimal(0))
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(7, 4), default=Decimal(0))
    tax_name: Mapped[str] = mapped_column(String(LONGEST_TAX_NAME), default="", server_default="")
    payment_days: Mapped[int] = mapped_column(default=PAYMENT_DAYS)


class RateCard(Rated, Row, db.Model):
    """What usage costs now, in its currency."""

    public_id: Mapped[str] = public_id("rat")
    name: Mapped[str] = mapped_column(String(NAME))
    currency: Mapped[str] = mapped_column(String(3))
    archived_at: Mapped[datetime | None] = mapped_column(Instant)

    constraints = (UniqueConstraint("name"),)


class RatesBefore(Rated, Row, db.Model):
    """What a rate card said until it was first changed in a month (its first day): the months before are billed by
    it."""

    rate_card_id: Mapped[int] = mapped_column(ForeignKey("rate_card.id", ondelete="CASCADE"))
    month: Mapped[date] = mapped_column(Date)

    constraints = (UniqueConstraint("rate_card_id", "month"),)


class Organization(Row, db.Model):
    """A customer's account: owns workspaces, people and one bill."""

    public_id: Mapped[str] = public_id("org")
    name: Mapped[str] = mapped_column(String(NAME))
    name_key: Mapped[str] = sort_key()
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    company_name: Mapped[str] = mapped_column(String(NAME), default="")
    address: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    tax_id: Mapped[str] = mapped_column(String(64), default="")
    billing_email: Mapped[str] = mapped_column(String(254), default="")
    currency: Mapped[str] = mapped_column(String(3))
    rate_card_id: Mapped[int | None] = mapped_column(ForeignKey("rate_card.id"), index=True)
    volume_discount: Mapped[bool] = mapped_column(default=False)
    branding_granted: Mapped[bool] = mapped_column(default=False)
    credit_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")  # what its ledger sums up to
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    constraints = (
        Index(None, "name_key", "id"),
        Index(
            "ix_organization_below_zero",
            "credit_minor",
            sqlite_where=text("credit_minor < 0"),
            postgresql_where=text("credit_minor < 0"),
        ),
    )


class OrganizationMember(Row, db.Model):
    """A person's role in an organization."""

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[OrganizationRole] = mapped_column(choice(OrganizationRole, "role"))
    created_at: Mapped[datetime] = mapped_column(Instant)

    constraints = (UniqueConstraint("organization_id", "user_id"),)
