"""Usage over the last days: of a workspace as a column of its row, or of all of an organization's in one read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Date, Integer, String, bindparam, cast, func, literal_column, select

from portal.models import DailyUsage, Workspace, scope

WINDOW = 30  # days shown; as many before them are what they are compared with


class Day(NamedTuple):
    """One day of the workspace's time zone. `delivered` includes `read`."""

    day: date
    sent: int = 0
    delivered: int = 0
    read: int = 0
    minutes: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over some days."""

    sent: int
    delivered: int
    read: int
    received: int


@dataclass(frozen=True, slots=True)
class Usage:
    """`days`: the 30 days up to today, oldest first, none missing (a day without a row is 0).
    `total` sums them, `before` the 30 days before. `month_…`: from the first of the present month; `sent_today`: today.
    `any_rows`: whether anything was ever reported in the 60 days."""

    days: tuple[Day, ...]
    total: Totals
    before: Totals
    month_sent: int
    month_minutes: int
    sent_today: int
    any_rows: bool


_day: Any = cast(DailyUsage.day, String)
for _name in Day._fields[1:]:
    _day = _day + literal_column("':'") + cast(getattr(DailyUsage, _name), String)
WRITTEN = (
    select(func.aggregate_strings(_day, ","))
    .where(DailyUsage.workspace_id == Workspace.id, DailyUsage.day >= bindparam("since", type_=Date))
    .correlate(Workspace)
    .scalar_subquery()
)
"""A workspace's days from `since` on, in one text: as rows of their own they would take a query more."""

_DAYS_TOGETHER = (
    select(DailyUsage.day, *(cast(func.sum(getattr(DailyUsage, name)), Integer) for name in Day._fields[1:]))
    .join(Workspace, Workspace.id == DailyUsage.workspace_id)
    .where(
        Workspace.organization_id == bindparam("organization"),
        DailyUsage.day.between(bindparam("first"), bindparam("last")),
    )
    .group_by(DailyUsage.day)
    .order_by(DailyUsage.day)
)


def since(now: datetime) -> date:
    """The earliest day that `recent` can need, whatever the workspace's time zone."""
    return now.date() - timedelta(days=2 * WINDOW)


def recent_usage_together(organization: int, today: date) -> Usage:
    """Usage of all workspaces of the organization (its integer key), each by the days of its own time zone."""
    values = {"organization": organization, "first": today - timedelta(days=2 * WINDOW - 1), "last": today}
    with scope.platform():  # the statement names the organization
        return _usage(tuple(scope.rows(_DAYS_TOGETHER, values)), today)


@lru_cache(maxsize=1_000)
def recent(written: str | None, today: date) -> Usage:
    """Usage of a workspace up to `today`, which is a day of its time zone. `written` is what WRITTEN reads."""
    return _usage(tuple(map(_read, written.split(","))) if written else (), today)


def _read(written: str) -> Day:
    day, *figures = written.split(":")
    return Day(date.fromisoformat(day), *map(int, figures))


@lru_cache(maxsize=1_000)
def _usage(rows: tuple[Any, ...], today: date) -> Usage:
    """The days of these rows and their sums, worked out once: days gone by hardly ever change."""
    found = {row[0]: Day._make(row) for row in rows}
    first = today - timedelta(days=2 * WINDOW - 1)
    every = [found.get(day) or Day(day) for day in (first + timedelta(days=n) for n in range(2 * WINDOW))]
    month = [day for day in every if day.day >= today.replace(day=1)]
    return Usage(
        days=tuple(every[WINDOW:]),
        total=_totals(every[WINDOW:]),
        before=_totals(every[:WINDOW]),
        month_sent=sum(day.sent for day in month),
        month_minutes=sum(day.minutes for day in month),
        sent_today=every[-1].sent,
        any_rows=any(day.day in found for day in every),
    )


def _totals(days: list[Day]) -> Totals:
    return Totals(*(sum(getattr(day, name) for day in days) for name in ("sent", "delivered", "read", "received")))
