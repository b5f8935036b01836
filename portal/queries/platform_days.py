"""How the platform stands now and how it stood when each day ended; and the truth behind the sums of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Date,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from portal.base.db import db
from portal.models import DailyUsage, Measure, Order, PlatformDay, PurgedDay, WorkspaceTally, scope
from portal.rules.health import Level
from portal.rules.lifecycle import Status


class Standing(NamedTuple):
    """Workspaces by status and by health (None: nobody knows), and MRR in minor units of the reporting currency."""

    mrr: int = 0
    active: int = 0
    suspended: int = 0
    trial: int = 0
    good: int | None = 0
    watch: int | None = 0
    risk: int | None = 0


def _counted(name: str, column: Any, value: str) -> Any:
    return func.coalesce(func.sum(WorkspaceTally.workspaces).filter(column == value), 0).label(name)


_STANDING = select(
    func.coalesce(func.sum(WorkspaceTally.mrr_reporting), 0).label("mrr"),
    *(
        _counted(each.value, WorkspaceTally.status, each.value)
        for each in (Status.ACTIVE, Status.SUSPENDED, Status.TRIAL)
    ),
    *(_counted(each.value, WorkspaceTally.health, each.value) for each in (Level.GOOD, Level.WATCH, Level.RISK)),
).where(WorkspaceTally.status != Status.CANCELLED.value)
_UNRATED = (
    select(WorkspaceTally.currency, func.sum(WorkspaceTally.mrr_minor))
    .where(WorkspaceTally.status != Status.CANCELLED.value, WorkspaceTally.rated.is_(False))
    .group_by(WorkspaceTally.currency)
    .order_by(WorkspaceTally.currency)
)
_FIRST = bindparam("first", type_=Date)
_BEFORE = select(func.max(PlatformDay.day)).where(PlatformDay.day < _FIRST).scalar_subquery()
_DAYS = (
    select(PlatformDay.day, *(getattr(PlatformDay, name) for name in Standing._fields))
    .where(PlatformDay.day >= func.coalesce(_BEFORE, _FIRST))
    .order_by(PlatformDay.day)
)


def standing() -> Standing:
    """How the platform stands now, by the table of totals."""
    return Standing(*(int(number) for number in scope.rows(_STANDING)[0]))


def unrated_mrr() -> tuple[tuple[str, int], ...]:
    """MRR of currencies that have no exchange rate, as (currency, minor units)."""
    return tuple((currency, int(minor)) for currency, minor in scope.rows(_UNRATED) if minor)


def last_closed_day() -> date | None:
    """The latest day that is written down."""
    return db.session.scalar(select(func.max(PlatformDay.day)))


def history(first: date, today: date, present: Standing) -> dict[date, Standing]:
    """How the platform stood when each day since `first` ended, today's being as it stands now.

    A day is written down by the first change after it. Since the latest of them nothing has changed until today: the
    days between were as it stands now. Days before the first one written down are left out."""
    written = {row[0]: Standing(*row[1:]) for row in scope.rows(_DAYS, {"first": first})}
    last = max(written, default=today)
    since = (last + timedelta(days=n) for n in range(1, (today - last).days))
    found = written | dict.fromkeys(since, present) | {today: present}
    return {day: stood for day, stood in found.items() if first <= day <= today}


def true_sums() -> CompoundSelect[*tuple[Any, ...]]:
    """A row per measure, day and currency, in the order of `PlatformSum`'s columns; needs the platform's scope."""
    postgresql = db.engine.dialect.name == "postgresql"
    at = func.timezone("UTC", Order.paid_at) if postgresql else Order.paid_at
    day = type_coerce(func.date(at), Date)
    every = union_all(select(DailyUsage.day, DailyUsage.sent), select(PurgedDay.day, PurgedDay.sent)).subquery()
    sent: Select[*tuple[Any, ...]] = select(
        literal(Measure.SENT.value, String),
        every.c.day,
        literal("", String),
        cast(func.sum(every.c.sent), BigInteger),
    ).group_by(every.c.day)
    income: Select[*tuple[Any, ...]] = (
        select(
            literal(Measure.INCOME.value, String), day, Order.currency, cast(func.sum(Order.amount_minor), BigInteger)
        )
        .where(Order.state == "paid")
        .group_by(day, Order.currency)
    )
    return union_all(sent, income)
