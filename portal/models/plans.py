"""Plans: what a workspace subscribes to, with prices, limits and fees; and a workspace's own limits."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, OfWorkspace, Row, choice, public_id, sort_key
from portal.rules.limits import Limit
from portal.rules.pricing import Cycle


class PlanColour(StrEnum):
    """The eight named colours of a plan's pill; the stylesheet knows their shades in both themes."""

    SLATE = "slate"
    SKY = "sky"
    TEAL = "teal"
    MOSS = "moss"
    OCHRE = "ochre"
    RUST = "rust"
    ROSE = "rose"
    VIOLET = "violet"


class Plan(Row, db.Model):
    """A plan. `discount_tiers` is a list of [contacts threshold, per cent]."""

    public_id: Mapped[str] = public_id("pln")
    name: Mapped[str] = mapped_column(String(NAME), unique=True)
    name_key: Mapped[str] = sort_key()
    colour: Mapped[PlanColour] = mapped_column(choice(PlanColour, "colour"), default=PlanColour.SLATE)
    is_free: Mapped[bool] = mapped_column(default=False)
    multi_workspace: Mapped[bool] = mapped_column(default=False)
    included_contacts: Mapped[int] = mapped_column(default=1000)
    discount_tiers: Mapped[list[list[int]]] = mapped_column(JSON, default=lambda: [[100_000, 25]])
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)

    constraints = (
        CheckConstraint("NOT is_free OR archived_at IS NULL", "free_plan_stays"),
        Index("uq_plan_free", "is_free", unique=True, sqlite_where=text("is_free"), postgresql_where=text("is_free")),
    )


class PlanPrice(Row, db.Model):
    """What a cycle of a plan costs in a currency, in minor units."""

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    cycle: Mapped[Cycle] = mapped_column(choice(Cycle, "cycle"))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)

    constraints = (
        UniqueConstraint("plan_id", "cycle", "currency"),
        CheckConstraint("amount_minor >= 0", "amount_minor"),
        CheckConstraint("cycle NOT IN ('custom', 'trial')", "priced_cycle"),
    )


class PlanFee(Row, db.Model):
    """A plan's fees in a currency: a child workspace's month (minor units), an active contact (major units)."""

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    currency: Mapped[str] = mapped_column(String(3))
    child_fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    contact_price: Mapped[Decimal] = mapped_column(Numeric(14, 6), default=Decimal(0))

    constraints = (UniqueConstraint("plan_id", "currency"),)


class PlanLimit(Row, db.Model):
    """A plan's figure for a limit: −1 unlimited, 0 none allowed; no row, not set."""

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    name: Mapped[Limit] = mapped_column(choice(Limit, "name"))
    value: Mapped[int] = mapped_column(BigInteger)

    constraints = (UniqueConstraint("plan_id", "name"), CheckConstraint("value >= -1", "value"))


class LimitOverride(OfWorkspace, Row, db.Model):
    """A workspace's own figure for a limit, until `expires_at` if that is set."""

    name: Mapped[Limit] = mapped_column(choice(Limit, "name"))
    value: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(500), default="")
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(NAME), default="")

    constraints = (
        UniqueConstraint("workspace_id", "name"),
        CheckConstraint("value >= -1", "value"),
        Index("ix_limit_override_expires_at", "expires_at"),
        Index(None, "name", "workspace_id"),
    )
