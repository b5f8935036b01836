"""The dashboard's figures: what came together in a window and in the one before it, and what was lost over time.

Sums of whole days are stored; only the hours at both ends of a window are summed from the rows, so that a year costs as
much as a day, however many rows there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Select,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from portal.base.db import Instant
from portal.models import AuditEvent, Hold, Order, PlatformSum, Workspace, WorkspaceBirths, scope
from portal.rules.dashboard import LOST_AFTER, Days, Span, Window, days, spans
from portal.rules.money import convert
from portal.rules.platform import Platform
from portal.rules.pricing import percent

ENDS = ("since", "until")
CLOSED, RESTORED = "workspace.cancelled", "workspace.restored"


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one window. `income`: minor units of the reporting currency, from paid orders; `unrated`: of currencies that
    have no exchange rate, as (currency, minor units). `new`: made then, and not closed since. `ended` trials had their
    last day then, of which `converted` are paying customers."""

    income: int
    unrated: tuple[tuple[str, int], ...]
    sent: int
    new: int
    ended: int
    converted: int

    @property
    def conversion(self) -> Decimal | None:
        """Per cent of the trials; None where none ended."""
        return percent(self.converted, self.ended)


@dataclass(frozen=True, slots=True)
class Losses:
    """Instants: of every closing that was not undone, and of every workspace's thirtieth day under a hold."""

    closed: tuple[datetime, ...]
    suspended: tuple[datetime, ...]


# ---------------------------------------------------------------- figures

_ZERO: Any = literal_column("0")
_BLANK: Any = literal_column("''")
_PAID = Order.state == literal_column("'paid'")  # written out: a given value would keep the index from being used
_OPEN = Workspace.cancelled_at.is_(None)


def _arm(what: str, currency: Any, amount: Any, second: Any = _ZERO) -> Select[*tuple[Any, ...]]:
    name: Any = literal_column(f"'{what}'").label("what")
    return select(
        name, currency, cast(func.coalesce(amount, 0), BigInteger), cast(func.coalesce(second, 0), BigInteger)
    )


def _within(column: Any, span: str, kind: Any = Instant) -> tuple[Any, ...]:
    return column >= bindparam(f"{span}_since", type_=kind), column < bindparam(f"{span}_until", type_=kind)


def _arms(window: str) -> Iterator[Select[*tuple[Any, ...]]]:
    """What is read of one window: its two edges by rows, its whole days by their sums."""
    for edge in (f"{window}_head", f"{window}_tail"):
        income = _arm(f"{window}_income", Order.currency, func.sum(Order.amount_minor))
        yield income.where(_PAID, *_within(Order.paid_at, edge)).group_by(Order.currency)
        yield _arm(f"{window}_new", _BLANK, func.count()).where(_OPEN, *_within(Workspace.created_at, edge))
    for measure, span in (("income", f"{window}_whole"), ("sent", f"{window}_days")):
        of_measure = PlatformSum.measure == literal_column(f"'{measure}'")
        summed = _arm(f"{window}_{measure}", PlatformSum.currency, func.sum(PlatformSum.amount))
        yield summed.where(of_measure, *_within(PlatformSum.day, span, Date)).group_by(PlatformSum.currency)
    born = _arm(f"{window}_new", _BLANK, func.sum(WorkspaceBirths.workspaces))
    yield born.where(*_within(WorkspaceBirths.day, f"{window}_whole", Date))
    paying = func.sum(case((Workspace.stage == literal_column("'active'"), 1), else_=0))
    trials = _arm(f"{window}_trials", _BLANK, func.count(), paying)
    yield trials.where(*_within(Workspace.trial_ends_at, window))


_FIGURES = union_all(*_arms("present"), *_arms("before"))


def figures(window: Window, now: datetime, platform: Platform) -> tuple[Figures, Figures]:
    """Those of the window that ends `now`, and of the one before it."""
    values: dict[str, Any] = {}
    both = zip(("present", "before"), spans(window, now), days(window, now, platform.timezone), strict=True)
    for name, span, of_days in both:
        values |= _values(name, span, of_days)
    rows = scope.rows(_FIGURES, values)
    return _figures("present", rows, platform), _figures("before", rows, platform)


def _values(window: str, span: Span, of_days: Days) -> dict[str, Any]:
    head, tail = span.edges
    first, behind = span.whole_days
    given = {
        window: (span.since, span.until),
        f"{window}_head": (head.since, head.until),
        f"{window}_tail": (tail.since, tail.until),
        f"{window}_whole": (first, behind),
        f"{window}_days": (of_days.first, of_days.last + timedelta(days=1)),
    }
    return {f"{name}_{end}": value for name, pair in given.items() for end, value in zip(ENDS, pair, strict=True)}


def _figures(window: str, rows: Sequence[Any], platform: Platform) -> Figures:
    found: dict[str, list[tuple[str, int, int]]] = {}
    for what, currency, amount, second in rows:
        found.setdefault(what, []).append((currency, int(amount), int(second)))

    def total(what: str) -> int:
        return sum(amount for _, amount, _ in found.get(f"{window}_{what}", ()))

    income: Counter[str] = Counter()
    for currency, amount, _ in found.get(f"{window}_income", ()):
        income[currency] += amount
    rated, unrated = _converted(income, platform)
    converted = sum(second for _, _, second in found.get(f"{window}_trials", ()))
    return Figures(rated, unrated, total("sent"), total("new"), total("trials"), converted)


def _converted(income: Mapping[str, int], platform: Platform) -> tuple[int, tuple[tuple[str, int], ...]]:
    """The sum in the reporting currency, each currency rounded once; and what has no rate."""
    rated, unrated = 0, []
    for currency, minor in sorted(income.items()):
        amount = convert(minor, currency, platform.reporting_currency, platform.rates)
        if amount is not None:
            rated += amount
        elif minor:
            unrated.append((currency, minor))
    return rated, tuple(unrated)


# ---------------------------------------------------------------- losses

_Later = aliased(AuditEvent)
_UNDONE = exists().where(
    _Later.workspace_id == AuditEvent.workspace_id,
    _Later.sequence > AuditEvent.sequence,
    _Later.action == literal_column(f"'{RESTORED}'"),
)
_CLOSED = select(AuditEvent.at).where(
    AuditEvent.action == literal_column(f"'{CLOSED}'"), AuditEvent.at >= bindparam("since", type_=Instant), ~_UNDONE
)
# Two selects, not one with OR: each then goes by its own index.
_HELD = union_all(
    *(
        select(Workspace.id, Workspace.created_at, Workspace.cancelled_at, Hold.opened_at, Hold.lifted_at)
        .join(Workspace, whose)
        .where(
            Hold.opened_at <= bindparam("latest", type_=Instant),
            or_(Hold.lifted_at.is_(None), Hold.lifted_at >= bindparam("since", type_=Instant)),
        )
        for whose in (Workspace.id == Hold.workspace_id, Workspace.organization_id == Hold.organization_id)
    )
)


def losses(since: datetime, now: datetime) -> Losses:
    """What was lost from `since` on: workspaces that were closed, as the audit log tells it, so that purged ones count
    too; and those which a hold, their own or their organization's, has kept suspended for 30 days."""
    closed = tuple(sorted(row[0] for row in scope.rows(_CLOSED, {"since": since})))
    first: dict[int, datetime] = {}
    for key, created_at, cancelled_at, opened_at, lifted_at in scope.rows(
        _HELD, {"since": since, "latest": now - LOST_AFTER}
    ):
        lost_at = max(created_at, opened_at) + LOST_AFTER
        ended_at = min(filter(None, (cancelled_at, lifted_at)), default=now + LOST_AFTER)
        if lost_at <= min(ended_at, now):
            first[key] = min(lost_at, first.get(key, lost_at))
    suspended = sorted(at for at in first.values() if at >= since)
    return Losses(closed, tuple(suspended))
