"""Workspaces: the tenants, their people, and the small table of totals that the list's strip reads.

The columns under *Derived* are written by `portal.operations.derived` alone, in the transaction that changes what
they follow from; `portal doctor` compares them with the truth.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, OfWorkspace, Row, choice, public_id, sort_key
from portal.rules.access import WorkspaceRole
from portal.rules.health import Level
from portal.rules.lifecycle import Stage, Status
from portal.rules.pricing import Cycle
from portal.rules.spending import SuspensionBehaviour


class Workspace(Row, db.Model):
    """A tenant. Amounts are minor units of its organization's currency.

    The indexes that the list sorts, filters and searches by differ between SQLite and PostgreSQL: they stand in the
    migration `0002_list_and_search`."""

    public_id: Mapped[str] = public_id("ws")
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    is_primary: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(NAME))
    web_address: Mapped[str] = mapped_column(String(63), unique=True)
    sip_prefix: Mapped[str] = mapped_column(String(12), unique=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    billing_cycle: Mapped[Cycle] = mapped_column(choice(Cycle, "billing_cycle"), default=Cycle.MONTHLY)
    custom_amount: Mapped[int | None] = mapped_column(BigInteger)
    custom_months: Mapped[int | None]
    billing_email: Mapped[str] = mapped_column(String(254), default="")
    industry: Mapped[str] = mapped_column(String(80), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    state: Mapped[str] = mapped_column(String(120), default="")
    timezone: Mapped[str] = mapped_column(String(64))
    cnam: Mapped[str] = mapped_column(String(15), default="")
    e911_street: Mapped[str] = mapped_column(String(200), default="")
    e911_city: Mapped[str] = mapped_column(String(120), default="")
    e911_state: Mapped[str] = mapped_column(String(120), default="")
    e911_postal_code: Mapped[str] = mapped_column(String(20), default="")
    e911_country: Mapped[str] = mapped_column(String(2), default="")
    admin_note: Mapped[str] = mapped_column(Text, default="")
    bill_to_platform_credit: Mapped[bool] = mapped_column(default=False)
    skip_onboarding_email: Mapped[bool] = mapped_column(default=False)
    spend_cap: Mapped[int | None] = mapped_column(BigInteger)
    suspension_behaviour: Mapped[SuspensionBehaviour] = mapped_column(
        choice(SuspensionBehaviour, "suspension_behaviour"), default=SuspensionBehaviour.NOTIFY_ONLY
    )
    alert_threshold: Mapped[int] = mapped_column(default=80)
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"), default=Stage.TRIAL)
    trial_ends_at: Mapped[datetime | None] = mapped_column(Instant)
    activated_on: Mapped[date | None] = mapped_column(Date)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    # Derived
    status: Mapped[Status] = mapped_column(choice(Status, "status"), default=Status.TRIAL)
    currency: Mapped[str] = mapped_column(String(3))
    mrr_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    mrr_reporting: Mapped[int | None] = mapped_column(BigInteger)  # no default, which the ORM would take None for
    health: Mapped[Level | None] = mapped_column(choice(Level, "health"))
    health_rank: Mapped[int | None]
    health_reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    health_at: Mapped[datetime | None] = mapped_column(Instant)
    near_cap: Mapped[int | None]  # per cent used of the fullest monthly limit that is nearly reached
    user_count: Mapped[int] = mapped_column(default=0)
    number_count: Mapped[int] = mapped_column(default=0)
    extension_count: Mapped[int] = mapped_column(default=0)
    contact_count: Mapped[int] = mapped_column(default=0)
    campaign_count: Mapped[int] = mapped_column(default=0)
    broadcast_count: Mapped[int] = mapped_column(default=0)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    name_key: Mapped[str] = sort_key(default="")
    owner_key: Mapped[str | None] = sort_key(nullable=True)
    organization_key: Mapped[str] = sort_key(default="")
    plan_key: Mapped[str | None] = sort_key(nullable=True)
    search_text: Mapped[str] = mapped_column(Text, default="")

    constraints = (
        CheckConstraint("billing_cycle <> 'custom' OR (custom_amount >= 0 AND custom_months >= 1)", "custom_cycle"),
        CheckConstraint("spend_cap IS NULL OR spend_cap >= 0", "spend_cap"),
        CheckConstraint("alert_threshold BETWEEN 1 AND 100", "alert_threshold"),
        CheckConstraint("version >= 1", "version"),
        Index("ix_workspace_organization_id", "organization_id", "id"),
        Index("ix_workspace_plan_id", "plan_id"),
        Index(None, "trial_ends_at", "stage"),
        Index(
            "ix_workspace_on_trial",
            "trial_ends_at",
            sqlite_where=text("status = 'trial'"),
            postgresql_where=text("status = 'trial'"),
        ),
        Index(
            "ix_workspace_near_cap",
            "near_cap",
            sqlite_where=text("near_cap IS NOT NULL"),
            postgresql_where=text("near_cap IS NOT NULL"),
        ),
        # The trash alone: over all, SQLite would take it for "not in the trash", and sort the whole table.
        Index(
            "ix_workspace_cancelled_at",
            "cancelled_at",
            sqlite_where=text("cancelled_at IS NOT NULL"),
            postgresql_where=text("cancelled_at IS NOT NULL"),
        ),
        # What an organization's workspaces come to, without a look at them: its list sorts by that.
        Index(
            "ix_workspace_added_up",
            "organization_id",
            "mrr_reporting",
            "mrr_minor",
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
        Index(
            "uq_workspace_primary",
            "organization_id",
            unique=True,
            sqlite_where=text("is_primary"),
            postgresql_where=text("is_primary"),
        ),
    )


class Membership(OfWorkspace, Row, db.Model):
    """A person's role in a workspace; exactly one is its owner. `last_seen_at`: of this person, in this workspace."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[WorkspaceRole] = mapped_column(choice(WorkspaceRole, "role"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)

    constraints = (
        UniqueConstraint("workspace_id", "user_id"),
        Index(
            "uq_membership_owner",
            "workspace_id",
            unique=True,
            sqlite_where=text("role = 'owner'"),
            postgresql_where=text("role = 'owner'"),
        ),
    )


class WorkspaceTally(db.Model):
    """How many workspaces, and how much MRR, there are of each kind. `plan_id` is 0 for none, `health` '' for none.

    `rated` says whether the currency has an exchange rate; `mrr_reporting` (minor units of the reporting currency)
    is 0 where it has none.
    """

    status: Mapped[str] = mapped_column(String(24), primary_key=True)
    plan_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    health: Mapped[str] = mapped_column(String(24), primary_key=True)
    rated: Mapped[bool] = mapped_column(primary_key=True)
    workspaces: Mapped[int] = mapped_column(default=0)
    mrr_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    mrr_reporting: Mapped[int] = mapped_column(BigInteger, default=0)


class WorkspaceBirths(db.Model):
    """How many workspaces that are not closed were made on each day of UTC. Counting a month's worth of them took as
    long as all else that the list reads."""

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    workspaces: Mapped[int] = mapped_column(default=0)
