"""Subscription cycles: when each begins, for how long, and what it costs.

The first begins on the day of activation, each other where the one before ends, the month's end clamped; one that
falls due while the workspace does not work begins when it works again, and the next are counted from there. What a
cycle costs is decided when it begins: a change of plan or cycle comes with the next one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.rules.periods import add_months, month_end
from portal.rules.pricing import Cycle, Subscription, months_of


@dataclass(frozen=True, slots=True)
class Span:
    """A cycle's days: from `began_on` up to, not including, `ends_on`. `anchor`: the day of the month that the series
    falls on, where the month has it."""

    began_on: date
    ends_on: date
    anchor: int

    @property
    def last_day(self) -> date:
        """The last of its days."""
        return date.fromordinal(self.ends_on.toordinal() - 1)


def terms(sub: Subscription) -> tuple[int, int]:
    """Months and price (minor units) of a cycle that begins on these terms, whatever the status.

    Custom: its own amount and months, for a child too. Another child: the child fee, by the month. The trial cycle
    goes on by the month and costs nothing; what has no price costs nothing."""
    months = months_of(sub.cycle, sub.custom_months) or 1
    if sub.cycle is Cycle.TRIAL:
        return months, 0
    if sub.cycle is Cycle.CUSTOM:
        return months, sub.custom_amount_minor or 0
    if sub.is_child:
        return 1, sub.child_fee_minor or 0
    return months, (sub.price_minor or 0) if sub.plan_chosen else 0


def span(began_on: date, months: int, anchor: int) -> Span:
    """The cycle of so many months that begins on that day."""
    month = add_months(began_on.replace(day=1), months)
    return Span(began_on, month.replace(day=min(anchor, month_end(month).day)), anchor)


def begun(
    last: Span | None,
    first: date,
    months: int,
    today: date,
    not_before: date | None = None,
    anchor: int | None = None,
) -> Iterator[Span]:
    """Every cycle that began after `last` (None: there was none yet, and the first is due on `first`) up to `today`.

    `not_before`: the day on which the workspace began to work again; what was due before begins then. `anchor`: of a
    series whose `first` may be the end of a month that lacks its day."""
    due, anchor = (last.ends_on, last.anchor) if last else (first, anchor or first.day)
    if not_before and due < not_before:
        due, anchor = not_before, not_before.day
    while due <= today:
        found = span(due, months, anchor)
        yield found
        due = found.ends_on


def first_kept(activated_on: date, months: int, today: date) -> date:
    """Of a subscription that nobody has kept a record of: the cycle from which on there is one, the one that ran when
    the month before this one began."""
    since = add_months(today.replace(day=1), -1)
    if activated_on >= since:
        return activated_on
    passed = ((since.year - activated_on.year) * 12 + since.month - activated_on.month) // months
    found = add_months(activated_on, passed * months)
    return found if found <= since else add_months(activated_on, (passed - 1) * months)


def in_words(cycle: Cycle, plan: str, is_child: bool, began: Span) -> str:
    """A cycle as a line of an invoice says it, with its first and last day."""
    what = "Own price" if cycle is Cycle.CUSTOM else "Child workspace" if is_child else plan or "Subscription"
    often = "" if cycle is Cycle.CUSTOM else ", monthly" if is_child else f", {cycle.value}"
    return f"{what}{often}: {began.began_on.isoformat()} to {began.last_day.isoformat()}"
