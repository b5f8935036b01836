"""What other prices and limits of a plan would do, counted over its workspaces: a query for each limit that changes,
however many workspaces there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from portal.base.db import Instant, db
from portal.models import Broadcast, DailyUsage, Invitation, LimitOverride, Membership, Plan, Workspace
from portal.queries.reach import on_plans
from portal.rules.lifecycle import Status
from portal.rules.limits import UNLIMITED, Limit
from portal.rules.periods import day_start, local_day
from portal.rules.plans import Paying
from portal.rules.pricing import PRICED_CYCLES, Cycle

_Primary = aliased(Workspace, name="primary_workspace")
_PrimaryPlan = aliased(Plan, name="primary_plan")


@dataclass(frozen=True, slots=True)
class Change:
    """A limit whose figure in force would be another one (UNLIMITED, 0 for none, or a count) for workspaces on these
    plans (integer keys, None: on none) that do not override it."""

    limit: Limit
    plans: tuple[int | None, ...]
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Hit:
    """What a change comes to. `workspaces` have the plan's figure; `own` of them override it and feel nothing; `full`
    and `full_after` could take no more, now and then; `over_after` would be above it."""

    change: Change
    workspaces: int
    own: int
    full: int
    full_after: int
    over_after: int


def hits(changes: Sequence[Change], now: datetime) -> tuple[Hit, ...]:
    """What each comes to, at this instant; needs the platform's scope. The trash is left out."""
    calendar = _Calendar(now) if changes else None
    return tuple(_hit(each, calendar, now) for each in changes) if calendar else ()


def paying(plan: int) -> tuple[Paying, ...]:
    """The workspaces that pay by this plan's prices (integer key), and children by its fee; the trash is left out."""
    active = func.sum(case((Workspace.status == Status.ACTIVE, 1), else_=0))
    there = Workspace.cancelled_at.is_(None)
    own = (
        select(Workspace.billing_cycle, Workspace.currency, func.count(), active)
        .where(there, Workspace.plan_id == plan, Workspace.is_primary, Workspace.billing_cycle.in_(PRICED_CYCLES))
        .group_by(Workspace.billing_cycle, Workspace.currency)
    )
    children = (
        select(Workspace.currency, func.count(), active)
        .join(_Primary, and_(_Primary.organization_id == Workspace.organization_id, _Primary.is_primary))
        .where(
            *(there, ~Workspace.is_primary, _Primary.plan_id == plan, Workspace.plan_id.is_not(None)),
            Workspace.billing_cycle.not_in((Cycle.CUSTOM, Cycle.TRIAL)),
        )
        .group_by(Workspace.currency)
    )
    found = [Paying(*row) for row in db.session.execute(own)]
    found += [Paying(None, *row) for row in db.session.execute(children)]
    return tuple(found)


class _Calendar:
    """The running day and month of every time zone that a workspace has, as expressions on `Workspace`."""

    def __init__(self, now: datetime) -> None:
        self.days: defaultdict[date, list[str]] = defaultdict(list)
        for name in db.session.scalars(select(Workspace.timezone).distinct()):
            self.days[local_day(now, name)].append(name)

    @property
    def today(self) -> ColumnElement[Any]:
        return self._by_day(lambda day: day)

    @property
    def month(self) -> ColumnElement[Any]:
        return self._by_day(lambda day: day.replace(day=1))

    @property
    def month_start(self) -> ColumnElement[Any]:
        """The instant at which the month began there."""
        starts: defaultdict[datetime, list[str]] = defaultdict(list)
        for day, names in self.days.items():
            for name in names:
                starts[day_start(day.replace(day=1), name)].append(name)
        return _cases(starts, Instant())

    def _by_day(self, of: Callable[[date], date]) -> ColumnElement[Any]:
        found: defaultdict[date, list[str]] = defaultdict(list)
        for day, names in self.days.items():
            found[of(day)] += names
        return _cases(found, Date())


def _cases(values: Mapping[Any, list[str]], kind: Any) -> ColumnElement[Any]:
    """The value of the workspace's time zone."""
    if len(values) <= 1:
        return literal(next(iter(values), None), kind)
    return case(*((Workspace.timezone.in_(names), literal(value, kind)) for value, names in values.items()))


def _hit(change: Change, calendar: _Calendar, now: datetime) -> Hit:
    limit, used = change.limit, _used(change.limit, calendar, now)
    own = exists().where(
        LimitOverride.workspace_id == Workspace.id,
        LimitOverride.name == limit,
        or_(LimitOverride.expires_at.is_(None), LimitOverride.expires_at > now),
    )
    there = (
        select(used.label("used"), case((own, 1), else_=0).label("own"))
        .select_from(Workspace)
        .where(Workspace.cancelled_at.is_(None), on_plans(change.plans))
    )
    if limit is Limit.CONTACTS:
        there = _by_account(there)
    each = there.subquery("each")

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(each.c.own == 0, condition), 1), else_=0)), 0)

    row = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(each.c.own), 0),
            count(_at(each.c.used, change.before)),
            count(_at(each.c.used, change.after)),
            count(_at(each.c.used, change.after + 1) if change.after != UNLIMITED else literal(value=False)),
        ).select_from(each)
    ).one()
    return Hit(change, *row)


def _at(used: Any, figure: int) -> ColumnElement[bool]:
    return literal(value=False) if figure == UNLIMITED else used >= figure


def _used(limit: Limit, calendar: _Calendar, now: datetime) -> Any:
    """How much of the limit a workspace uses: an expression on `Workspace`."""
    stored = {
        Limit.NUMBERS: Workspace.number_count,
        Limit.CAMPAIGNS: Workspace.campaign_count,
        Limit.EXTENSIONS: Workspace.extension_count,
    }
    if limit in stored:
        return stored[limit].expression
    if limit is Limit.USERS:
        return Workspace.user_count + _invited(now)
    if limit is Limit.CONTACTS:
        return _contacts()
    if limit is Limit.BROADCASTS:
        made = select(func.count(Broadcast.id)).where(
            Broadcast.workspace_id == Workspace.id, Broadcast.created_at >= calendar.month_start
        )
        return made.correlate(Workspace).scalar_subquery()
    column = DailyUsage.minutes if limit is Limit.MONTHLY_MINUTES else DailyUsage.sent
    first = calendar.today if limit is Limit.DAILY_MESSAGES else calendar.month
    sums = select(func.coalesce(func.sum(column), 0)).where(
        DailyUsage.workspace_id == Workspace.id, DailyUsage.day.between(first, calendar.today)
    )
    return sums.correlate(Workspace).scalar_subquery()


def _invited(now: datetime) -> Any:
    """Who is invited and holds a seat already."""
    waiting = select(func.count(func.distinct(Invitation.user_id))).where(
        Invitation.workspace_id == Workspace.id,
        Invitation.is_pending,
        Invitation.expires_at > now,
        ~exists().where(Membership.workspace_id == Workspace.id, Membership.user_id == Invitation.user_id),
    )
    return waiting.correlate(Workspace).scalar_subquery()


def _contacts() -> Any:
    """A multi organization counts the contacts of all its workspaces against its primary's limit."""
    sibling = aliased(Workspace, name="sibling")
    pooled = (
        select(func.sum(sibling.contact_count))
        .where(sibling.organization_id == Workspace.organization_id, sibling.cancelled_at.is_(None))
        .correlate(Workspace)
        .scalar_subquery()
    )
    return case((_PrimaryPlan.multi_workspace, pooled), else_=Workspace.contact_count)


def _by_account(there: Any) -> Any:
    """Without the children of multi organizations: their own plan says nothing about contacts."""
    joined = there.outerjoin(
        _Primary, and_(_Primary.organization_id == Workspace.organization_id, _Primary.is_primary)
    ).outerjoin(_PrimaryPlan, _PrimaryPlan.id == _Primary.plan_id)
    return joined.where(or_(Workspace.is_primary, ~func.coalesce(_PrimaryPlan.multi_workspace, literal(value=False))))
