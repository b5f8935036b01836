"""Example data: how the platform stood when each day ended, told from the rows that were written.

Days, not instants: what happened in a day counts at its end. Health of days gone by is worked out for a platform that
people look at; for a large one that is measured it would take hours."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import Hold, Plan, Workspace
from portal.operations.demo.catalogue import STARTER
from portal.operations.demo.history import upgraded_on
from portal.operations.demo.tenants import Monthly, Tenant, World
from portal.operations.platform_days import write_days
from portal.queries.health import plan_limits
from portal.queries.platform_days import Standing
from portal.queries.principals import platform
from portal.queries.truth import health_of
from portal.rules.health import RATED, Level
from portal.rules.lifecycle import Status
from portal.rules.money import convert, round_half_up
from portal.rules.periods import day_start, local_day
from portal.rules.platform import Platform
from portal.rules.pricing import PRICED_CYCLES, Cycle

KEPT = 400  # days
SMALL = 1_000  # workspaces
WEEKS = 13  # of which health is known, at the end of each
LEVELS = (Level.GOOD, Level.WATCH, Level.RISK)


@dataclass(slots=True)
class Life:
    """A workspace by the day: when it began, paid and was closed; its holds, from a day until before another."""

    key: int
    born: date
    paying: date | None
    closed: date | None
    upgraded: date | None
    monthly: int
    monthly_before: int
    holds: list[tuple[date, date | None]] = field(default_factory=list)

    def at(self, day: date) -> tuple[Status | None, int]:
        """Status when the day ended (None: it was not there, or in the trash), and MRR in the reporting currency."""
        if day < self.born or (self.closed and self.closed <= day):
            return None, 0
        if any(since <= day and (until is None or day < until) for since, until in self.holds):
            return Status.SUSPENDED, 0
        if self.paying is None or day < self.paying:
            return Status.TRIAL, 0
        return Status.ACTIVE, self.monthly_before if self.upgraded and day < self.upgraded else self.monthly

    def turns(self, first: date, last: date) -> list[date]:
        """The days of these on which it may become another."""
        days = {self.born, self.paying, self.closed, self.upgraded, *(day for pair in self.holds for day in pair)}
        return sorted({first, *(day for day in days if day and first < day <= last)})


def note_monthly(world: World, tenant: Tenant) -> None:
    """Keep what the workspace is worth in a month: its rows do not say it of one that does not pay just now."""
    currency, amount = tenant.customer.region.currency, 0
    if tenant.offer and tenant.cycle is not Cycle.TRIAL:
        amount = round_half_up(Decimal(tenant.amount) / tenant.months)
    before = amount
    if tenant.cycle in PRICED_CYCLES:
        before = round_half_up(Decimal(STARTER.price(tenant.cycle, currency)) / tenant.months)
    world.monthly[tenant.id] = Monthly(currency, amount, before)


def write_past(session: Session, world: World, total: int) -> None:
    """Every day before today is written down; within the platform's scope."""
    settings = platform()
    today = local_day(world.now, settings.timezone)
    first, last = today - timedelta(days=KEPT), today - timedelta(days=1)
    lives = _lives(world, settings)
    stood = _stood(lives, first, last)
    if total <= SMALL:
        for day in _marks(last):
            good, watch, risk = _rated(lives, day, settings)
            stood[day] = stood[day]._replace(good=good, watch=watch, risk=risk)
    opened = min((life.born for life in lives), default=today)
    write_days(session, {day: stands for day, stands in stood.items() if day >= opened})


# ---------------------------------------------------------------- lives


_ROWS = select(
    Workspace.id,
    Workspace.organization_id,
    Workspace.is_primary,
    Workspace.created_at,
    Workspace.activated_on,
    Workspace.cancelled_at,
    Plan.name.label("plan"),
).outerjoin(Plan, Plan.id == Workspace.plan_id)  # fmt: skip


def _lives(world: World, settings: Platform) -> list[Life]:
    held: defaultdict[tuple[str, int], list[tuple[date, date | None]]] = defaultdict(list)
    for hold in db.session.execute(select(Hold.workspace_id, Hold.organization_id, Hold.opened_at, Hold.lifted_at)):
        whose = ("workspace", hold.workspace_id) if hold.workspace_id else ("organization", hold.organization_id)
        until = local_day(hold.lifted_at, settings.timezone) if hold.lifted_at else None
        held[whose].append((local_day(hold.opened_at, settings.timezone), until))
    rows = db.session.execute(_ROWS).all()
    return [
        _life(world, settings, row, [*held["workspace", row.id], *held["organization", row.organization_id]])
        for row in rows
    ]


def _life(world: World, settings: Platform, row: Any, holds: list[tuple[date, date | None]]) -> Life:
    born = local_day(row.created_at, settings.timezone)
    worth = world.monthly[row.id]
    amount, before = (_reported(minor, worth.currency, settings) for minor in (worth.amount, worth.before))
    return Life(
        key=row.id,
        born=born,
        paying=max(row.activated_on, born) if row.activated_on else None,
        closed=local_day(row.cancelled_at, settings.timezone) if row.cancelled_at else None,
        upgraded=upgraded_on(row, world.now),
        monthly=amount,
        monthly_before=before,
        holds=holds,
    )


def _reported(minor: int, currency: str, settings: Platform) -> int:
    return convert(minor, currency, settings.reporting_currency, settings.rates) or 0


# ---------------------------------------------------------------- days


def _stood(lives: Sequence[Life], first: date, last: date) -> dict[date, Standing]:
    """How the platform stood on each of these days, without health: what changes on a day, added up."""
    changes: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for life in lives:
        before: tuple[Status | None, int] = (None, 0)
        for day in life.turns(first, last):
            after = life.at(day)
            for sign, (status, mrr) in ((-1, before), (1, after)):
                if status:
                    changes[day][status.value] += sign
                    changes[day]["mrr"] += sign * mrr
            before = after
    sums: Counter[str] = Counter()
    found = {}
    for back in range((last - first).days + 1):
        day = first + timedelta(days=back)
        sums.update(changes[day])
        counted = {name: sums[name] for name in ("mrr", "active", "suspended", "trial")}
        found[day] = Standing(**counted, good=None, watch=None, risk=None)
    return found


def _marks(last: date) -> Iterator[date]:
    """The last week's days, and the Sundays of the weeks before."""
    for back in range(7 * WEEKS):
        day = last - timedelta(days=back)
        if back < 7 or day.weekday() == 6:
            yield day


def _rated(lives: Sequence[Life], day: date, settings: Platform) -> Iterator[int]:
    """How many workspaces were good, to watch and at risk when the day ended, by what the rows say of that instant."""
    statuses = {life.key: status for life in lives if (status := life.at(day)[0]) in RATED}
    instant = day_start(day + timedelta(days=1), settings.timezone)
    rated = health_of(list(statuses), instant, settings, plan_limits(), statuses)
    counts = Counter(columns["health"] for columns in rated.values())
    return (counts[level] for level in LEVELS)
