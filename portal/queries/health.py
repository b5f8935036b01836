"""What the health of workspaces follows from, read in a few queries for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from portal.base.db import db
from portal.models import (
    Broadcast,
    DailyUsage,
    Invoice,
    Order,
    OrderState,
    Workspace,
)
from portal.models.invoices import UNPAID
from portal.queries import plan_limits as of_plans
from portal.queries.plan_limits import PlanLimits
from portal.rules.health import RATED, Facts, LimitUse
from portal.rules.lifecycle import Status
from portal.rules.limits import Limit, Override
from portal.rules.periods import day_start, local_day

FAILED_WITHIN = timedelta(days=30)
MONTHLY = (Limit.MONTHLY_MESSAGES, Limit.BROADCASTS, Limit.MONTHLY_MINUTES)


@dataclass(frozen=True, slots=True)
class Used:
    """Sums of one workspace: messages of the windows that the rules look at, and what the month used of its limits."""

    full_7: int = 0
    weeks_before: int = 0
    sent_7: int = 0
    delivered_7: int = 0
    month_sent: int = 0
    month_minutes: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """What the queries found, by workspace (`overdue`: by organization)."""

    plans: PlanLimits
    used: Mapping[int, Used]
    overdue: Mapping[int, date]
    failed: Mapping[int, int]
    ordered: set[int]
    own: Mapping[int, Mapping[Limit, Override]]
    broadcasts: Mapping[int, int]


def plan_limits() -> PlanLimits:
    """Those that health looks at, read once for all workspaces."""
    return of_plans.plan_limits(MONTHLY)


_WORKSPACES = select(
    Workspace.id,
    Workspace.organization_id,
    Workspace.plan_id,
    Workspace.timezone,
    Workspace.status,
    Workspace.created_at,
    Workspace.last_seen_at,
    Workspace.trial_ends_at,
)


def facts_of(
    workspaces: Sequence[int],
    at: Mapping[int, datetime] | datetime,
    plans: PlanLimits,
    statuses: Mapping[int, Status] | None = None,
) -> dict[int, Facts]:
    """The facts of these workspaces (integer keys) at an instant, or at one of each's own; needs the platform's scope.

    They are those that the database holds now, seen from that instant: its days, its month, its age.
    `statuses`: where those stored are not true yet."""
    rows = db.session.execute(_WORKSPACES.where(Workspace.id.in_(workspaces))).all()
    when = {row.id: at if isinstance(at, datetime) else at[row.id] for row in rows}
    status = statuses or {row.id: row.status for row in rows}
    working = [row for row in rows if status[row.id] in RATED]
    read = _read(working, when, plans)
    return {row.id: _facts(row, status[row.id], when[row.id], read) for row in rows}


def _read(working: Sequence[Any], when: Mapping[int, datetime], plans: PlanLimits) -> _Read:
    keys = [row.id for row in working]
    days = {row.id: _local_day(when[row.id], row.timezone) for row in working}
    failed, ordered = _orders(keys, when)
    return _Read(
        plans=plans,
        used=_used(days),
        overdue=_oldest_due({row.organization_id for row in working}),
        failed=failed,
        ordered=ordered,
        own=of_plans.own_limits(keys, MONTHLY),
        broadcasts=_broadcasts(working, days),
    )


def _facts(row: Any, status: Status, now: datetime, read: _Read) -> Facts:
    key, due = row.id, read.overdue.get(row.organization_id)
    used = read.used.get(key, Used())
    counted = (used.month_sent, read.broadcasts.get(key, 0), used.month_minutes)
    return Facts(
        status=status,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        oldest_overdue_days=(now.date() - due).days if due and due < now.date() else None,
        failed_charges_30d=read.failed.get(key, 0),
        trial_ends_at=row.trial_ends_at,
        has_paid_or_pending_order=key in read.ordered,
        sent_7_full_days=used.full_7,
        mean_weekly_sent_4w_before=Decimal(used.weeks_before) / 4,
        sent_7d=used.sent_7,
        delivered_7d=used.delivered_7,
        limits=_uses(row.plan_id, counted, read.own.get(key, {}), read.plans, now) if status in RATED else (),
    )


def facts_of_new(
    created_at: datetime,
    trial_ends_at: datetime | None,
    plan: int | None,
    own: Mapping[Limit, int],
    broadcasts: int,
    plans: PlanLimits,
) -> Facts:
    """The facts of a workspace that is about to be made in an organization without invoices: nothing sent, nobody
    seen. `plan` is an integer key; the status is still to be put in."""
    overrides = {limit: Override(value) for limit, value in own.items()}
    return Facts(
        status=Status.TRIAL,
        created_at=created_at,
        trial_ends_at=trial_ends_at,
        limits=_uses(plan, (0, broadcasts, 0), overrides, plans, created_at),
    )


# Thousands of workspaces share a few time zones, and in each a few instants.
_local_day = cache(local_day)
_day_start = cache(day_start)


def _uses(
    plan: int | None, counted: tuple[int, ...], own: Mapping[Limit, Override], plans: PlanLimits, now: datetime
) -> tuple[LimitUse, ...]:
    return tuple(
        LimitUse(limit, used, plans.effective(limit, plan, own, now).value)
        for limit, used in zip(MONTHLY, counted, strict=True)
    )


def _by_day(days: Mapping[int, date]) -> Iterable[tuple[date, list[int]]]:
    """Workspaces that have the same day: one query each. There are two or three at any instant."""
    groups: defaultdict[date, list[int]] = defaultdict(list)
    for key, day in days.items():
        groups[day].append(key)
    return groups.items()


def _used(days: Mapping[int, date]) -> dict[int, Used]:
    return {row[0]: Used(*row[1:]) for today, keys in _by_day(days) for row in _sums(keys, today)}


def _sums(keys: Sequence[int], today: date) -> Iterable[Any]:
    def back(days: int) -> date:
        return today - timedelta(days=days)

    def total(column: ColumnElement[int], first: date, last: date) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((DailyUsage.day.between(first, last), column), else_=0)), 0)

    sent, month = DailyUsage.sent.expression, today.replace(day=1)
    return db.session.execute(
        select(
            DailyUsage.workspace_id,
            total(sent, back(7), back(1)),
            total(sent, back(35), back(8)),
            total(sent, back(6), today),
            total(DailyUsage.delivered.expression, back(6), today),
            total(sent, month, today),
            total(DailyUsage.minutes.expression, month, today),
        )
        .where(DailyUsage.workspace_id.in_(keys), DailyUsage.day.between(min(month, back(35)), today))
        .group_by(DailyUsage.workspace_id)
    ).all()


def _oldest_due(organizations: set[int]) -> dict[int, date]:
    """The day on which the oldest unpaid invoice of each organization was or is due."""
    rows = db.session.execute(
        select(Invoice.organization_id, func.min(Invoice.due_on))
        .where(Invoice.organization_id.in_(organizations), Invoice.state.in_(UNPAID))
        .group_by(Invoice.organization_id)
    )
    return {row[0]: row[1] for row in rows}


def _orders(keys: Sequence[int], when: Mapping[int, datetime]) -> tuple[dict[int, int], set[int]]:
    """How many charges failed in the 30 days before, and who has a paid or pending order."""
    failed: defaultdict[int, int] = defaultdict(int)
    charges = select(Order.workspace_id, Order.created_at).where(Order.workspace_id.in_(keys))
    # Were the days asked for here, SQLite would read all failed charges of the platform by the index of these.
    for key, at in db.session.execute(charges.where(Order.state == OrderState.FAILED)):
        if key is not None and when[key] - FAILED_WITHIN < at <= when[key]:
            failed[key] += 1
    settled = or_(Order.state == OrderState.PAID, Order.state == OrderState.PENDING)
    paying = select(Order.workspace_id).where(Order.workspace_id.in_(keys), settled).distinct()
    return failed, {key for key in db.session.scalars(paying) if key is not None}


def _broadcasts(rows: Iterable[Any], days: Mapping[int, date]) -> dict[int, int]:
    """Broadcasts made in each workspace's running month: one query for all whose month began at the same instant."""
    groups: defaultdict[datetime, list[int]] = defaultdict(list)
    for row in rows:
        groups[_day_start(days[row.id].replace(day=1), row.timezone)].append(row.id)
    found: dict[int, int] = {}
    for since, keys in groups.items():
        counts = (
            select(Broadcast.workspace_id, func.count())
            .where(Broadcast.workspace_id.in_(keys), Broadcast.created_at >= since)
            .group_by(Broadcast.workspace_id)
        )
        found.update((key, count) for key, count in db.session.execute(counts))
    return found
