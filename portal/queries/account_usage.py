"""What an account uses in a month over all of its workspaces: active contacts, pooled; messages and minutes.

Months and days are each workspace's own; which month runs is said by the primary's time zone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from portal.base.db import db
from portal.models import ActiveContact, ContactMonth, DailyUsage, Organization, Plan, Workspace, scope
from portal.rules.lifecycle import Status
from portal.rules.periods import day_start, local_day, month_end
from portal.rules.pooling import Pooled, forecast, included_contacts, next_tier, pool
from portal.rules.pricing import DEFAULT_TIERS, discount


@dataclass(frozen=True, slots=True)
class Share:
    """One workspace's part of a month. `contacts`: active in it; `billable`: those active since its activation, which
    `activated` says whether there was one; `included`: contacts that its plan has free; `on_credit`: it is billed to
    platform credit, so that its contacts are not in the pool. `messages` sent and `minutes`: of the whole month."""

    key: int
    workspace: str
    name: str
    web_address: str
    is_primary: bool
    status: Status
    activated: bool
    on_credit: bool
    contacts: int
    billable: int
    included: int
    messages: int
    minutes: int

    @property
    def is_pooled(self) -> bool:
        """Whether its billable contacts are in the pool."""
        return self.activated and not self.on_credit


@dataclass(frozen=True, slots=True)
class AccountUsage:
    """A month of an account; the workspace with the most contacts comes first.

    `contacts`: active in all workspaces, added; `pooled`: those of them in the pool (since activation, not on credit);
    `included`: free ones of the pool; `billed`: above these. `forecast`: what `contacts` comes to at the month's end,
    `forecast_pooled` likewise. `discount`: per cent of the tier exceeded, whether approved or not; `next_tier`: the
    next threshold and its per cent. `course`: for each day up to today how many contacts were active so far."""

    month: date
    today: date
    is_multi: bool
    shares: tuple[Share, ...]
    contacts: int
    pooled: int
    included: int
    billed: int
    forecast: int
    forecast_pooled: int
    messages: int
    minutes: int
    discount: Decimal
    discount_approved: bool
    tiers: tuple[tuple[int, Decimal], ...]
    next_tier: tuple[int, Decimal] | None
    course: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class _Family:
    primary_plan: Plan | None
    timezone: str
    approved: bool


def running_month(organization: int, now: datetime) -> date:
    """The first day of the month that runs for this account (its integer key)."""
    return local_day(now, _timezone(organization)).replace(day=1)


def account_usage(organization: int, now: datetime, month: date | None = None) -> AccountUsage:
    """The running month of the account (its integer key), or the one that begins on `month`."""
    with scope.platform():
        family = _family(organization)
        today = local_day(now, family.timezone)
        month = month or today.replace(day=1)
        shares = _shares(organization, month, family)
        course = _course(organization, month, min(today, month_end(month)))
    tiers = tiers_of(family.primary_plan)
    pooled, billed = pool([_pooled(each) for each in shares if each.activated])
    contacts = sum(each.contacts for each in shares)
    return AccountUsage(
        month=month,
        today=today,
        is_multi=family.primary_plan.multi_workspace if family.primary_plan else False,
        shares=shares,
        contacts=contacts,
        pooled=pooled,
        included=sum(each.included for each in shares if each.is_pooled),
        billed=billed,
        forecast=forecast(contacts, month, now, family.timezone),
        forecast_pooled=forecast(pooled, month, now, family.timezone),
        messages=sum(each.messages for each in shares),
        minutes=sum(each.minutes for each in shares),
        discount=discount(tiers, pooled),
        discount_approved=family.approved,
        tiers=tiers,
        next_tier=next_tier(tiers, pooled),
        course=course,
    )


def pays_by(workspace: Any = Workspace) -> ColumnElement[bool]:
    """That `Plan` is the one that the workspace pays by: the free one where it chose none."""
    return or_(workspace.plan_id == Plan.id, and_(workspace.plan_id.is_(None), Plan.is_free))


def primary_plan(organization: int) -> Plan | None:
    """The plan of the organization's primary workspace: the free one where it chose none."""
    return primary_plans([organization]).get(organization)


def primary_plans(organizations: Collection[int]) -> dict[int, Plan]:
    """The same for these organizations, by their integer keys."""
    # An outer join, so that SQLite begins with these workspaces: else it goes through all primaries of the platform.
    query = select(Workspace.organization_id, Plan).outerjoin(Plan, pays_by())
    rows = db.session.execute(query.where(Workspace.organization_id.in_(organizations), Workspace.is_primary))
    return {organization: plan for organization, plan in rows if plan is not None}


def tiers_of(plan: Plan | None) -> tuple[tuple[int, Decimal], ...]:
    """A plan's discount tiers, the lowest first; those of a new plan where there is none."""
    if plan is None:
        return DEFAULT_TIERS
    return tuple(sorted((int(threshold), Decimal(str(percent))) for threshold, percent in plan.discount_tiers))


def billable_contacts(organizations: Collection[int], month: date) -> dict[int, int]:
    """Contacts active in the month since their workspace's activation, by the workspace's integer key, of all that
    these organizations (integer keys) have. Within the platform's scope."""
    theirs = Workspace.organization_id.in_(organizations)
    counted = select(ContactMonth.workspace_id, ContactMonth.contacts).join(
        Workspace, Workspace.id == ContactMonth.workspace_id
    )
    found = _pairs(counted.where(theirs, ContactMonth.month == month, Workspace.activated_on <= month))
    since = (
        select(ActiveContact.workspace_id, func.count())
        .join(Workspace, Workspace.id == ActiveContact.workspace_id)
        .where(
            theirs,
            ActiveContact.month == month,
            Workspace.activated_on > month,
            Workspace.activated_on <= month_end(month),
            ActiveContact.last_day >= Workspace.activated_on,
        )
        .group_by(ActiveContact.workspace_id)
    )
    return found | _pairs(since)


def _pairs(statement: Any) -> dict[Any, int]:
    return dict(iter(db.session.execute(statement)))


def _timezone(organization: int) -> str:
    primary = select(Workspace.timezone).where(Workspace.organization_id == organization)
    return db.session.scalar(primary.order_by(Workspace.is_primary.desc(), Workspace.id).limit(1)) or "UTC"


def _family(organization: int) -> _Family:
    approved = db.session.scalar(select(Organization.volume_discount).where(Organization.id == organization))
    return _Family(primary_plan(organization), _timezone(organization), bool(approved))


def _shares(organization: int, month: date, family: _Family) -> tuple[Share, ...]:
    last, multi = month_end(month), bool(family.primary_plan and family.primary_plan.multi_workspace)
    used = (
        select(
            DailyUsage.workspace_id,
            func.sum(DailyUsage.sent).label("messages"),
            func.sum(DailyUsage.minutes).label("minutes"),
        )
        .join(Workspace, Workspace.id == DailyUsage.workspace_id)
        .where(Workspace.organization_id == organization, DailyUsage.day.between(month, last))
        .group_by(DailyUsage.workspace_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Workspace.id,
            Workspace.public_id,
            Workspace.name,
            Workspace.web_address,
            Workspace.is_primary,
            Workspace.status,
            Workspace.activated_on,
            Workspace.bill_to_platform_credit,
            func.coalesce(ContactMonth.contacts, 0).label("contacts"),
            func.coalesce(Plan.included_contacts, 0).label("included"),
            func.coalesce(used.c.messages, 0).label("messages"),
            func.coalesce(used.c.minutes, 0).label("minutes"),
        )
        .outerjoin(Plan, pays_by())
        .outerjoin(ContactMonth, and_(ContactMonth.workspace_id == Workspace.id, ContactMonth.month == month))
        .outerjoin(used, used.c.workspace_id == Workspace.id)
        .where(Workspace.organization_id == organization)
        .where(or_(Workspace.cancelled_at.is_(None), Workspace.cancelled_at >= day_start(month, family.timezone)))
        .order_by(func.coalesce(ContactMonth.contacts, 0).desc(), Workspace.is_primary.desc(), Workspace.id)
    )
    billable = billable_contacts([organization], month)
    return tuple(_share(row, billable.get(row.id, 0), last, multi) for row in rows)


def _share(row: Any, billable: int, last: date, multi: bool) -> Share:
    activated = row.activated_on is not None and row.activated_on <= last
    return Share(
        key=row.id,
        workspace=row.public_id,
        name=row.name,
        web_address=row.web_address,
        is_primary=row.is_primary,
        status=row.status,
        activated=activated,
        on_credit=row.bill_to_platform_credit,
        contacts=row.contacts,
        billable=billable,
        included=included_contacts(row.included, row.is_primary, multi) if activated else 0,
        messages=int(row.messages),
        minutes=int(row.minutes),
    )


def _pooled(share: Share) -> Pooled:
    return Pooled(share.billable, share.included, share.on_credit)


def _course(organization: int, month: date, until: date) -> tuple[tuple[date, int], ...]:
    """How many contacts were active so far, by the end of each day."""
    new = (
        select(ActiveContact.first_day, func.count())
        .join(Workspace, Workspace.id == ActiveContact.workspace_id)
        .where(Workspace.organization_id == organization, ActiveContact.month == month)
        .group_by(ActiveContact.first_day)
    )
    counts = _pairs(new)
    total, found = 0, []
    for ordinal in range(month.toordinal(), until.toordinal() + 1):
        day = date.fromordinal(ordinal)
        total += counts.get(day, 0)
        found.append((day, total))
    return tuple(found)
