"""The platform by the day: how it stood when each day ended is written down by the first change after it, before that
change; sums of days are kept with what they sum.

So no day is ever missing, whatever ran or did not: between two changes the platform stands as it does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from portal.models import Measure, PlatformDay, PlatformSum, scope
from portal.operations.upserts import add_up, upsert
from portal.queries.platform_days import Standing, last_closed_day, standing, true_sums
from portal.queries.principals import platform
from portal.rules.periods import local_day

MOST = 800  # days at once: two years, which is more than is ever shown

Sums = Mapping[tuple[Measure, date, str], int]
"""By measure, day and currency (blank for messages)."""


def close_days(session: Session, now: datetime) -> None:
    """Every day of the platform that ended before `now` is written down, in the open unit and before it changes the
    totals: as the platform stands. Where none is yet, the record begins with yesterday."""
    yesterday = local_day(now, platform().timezone) - timedelta(days=1)
    last = last_closed_day() or yesterday - timedelta(days=1)
    if last >= yesterday:
        return
    first = max(last + timedelta(days=1), yesterday - timedelta(days=MOST))
    count = (yesterday - first).days + 1
    write_days(session, {first + timedelta(days=n): stands for n, stands in enumerate([standing()] * count)})


def write_days(session: Session, stood: Mapping[date, Standing]) -> None:
    """The platform stood so when these days ended; a day that is written down already stays as it is."""
    rows = [{"day": day, **stands._asdict()} for day, stands in stood.items()]
    statement = upsert(session, PlatformDay.__table__).on_conflict_do_nothing()
    if rows:
        session.execute(statement, rows)


def add(session: Session, sums: Sums) -> None:
    """In the unit that counts usage or settles an order: the days' sums have so much more (or less)."""
    for (measure, day, currency), amount in sorted(sums.items()):
        key = {"measure": measure, "day": day, "currency": currency}
        add_up(session, PlatformSum.__table__, key, {"amount": amount})


def recount(session: Session) -> None:
    """Sum every day anew: after a bulk load, or when a check found a difference."""
    session.execute(delete(PlatformSum))
    columns = ["measure", "day", "currency", "amount"]
    with scope.platform():
        session.execute(insert(PlatformSum.__table__).from_select(columns, true_sums()))
