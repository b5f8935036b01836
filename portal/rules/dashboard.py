"""The platform's dashboard: the windows it looks through, and what they are compared with.

A window of so many days is so many × 24 h up to now, and the one before it is as long; messages are counted by the day,
so that theirs are days: today and those before. Charts show steps of days, weeks or months up to today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, StrEnum

from portal.rules.periods import add_months, day_start, local_day, utc

LOST_AFTER = timedelta(days=30)
"""Who has been suspended for so long is counted as lost."""

_MOMENT = timedelta(microseconds=1)  # so that what happened at this very instant is in the window that ends with it


class Step(StrEnum):
    """What a bar stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Window(Enum):
    """By its name in the address: how many days, of how many days the line of MRR is, and steps of the bars."""

    DAY = ("24h", 1, 7, Step.DAY, 7)
    WEEK = ("7d", 7, 7, Step.DAY, 7)
    MONTH = ("30d", 30, 30, Step.WEEK, 8)
    QUARTER = ("90d", 90, 90, Step.WEEK, 13)
    YEAR = ("1y", 365, 365, Step.MONTH, 12)

    def __init__(self, key: str, days: int, line: int, step: Step, steps: int) -> None:
        self.key = key
        self.days = days
        self.line = line
        self.step = step
        self.steps = steps

    @classmethod
    def of(cls, key: str | None) -> Window:
        """The window of this name; 30 days where there is none."""
        return next((each for each in cls if each.key == key), cls.MONTH)


@dataclass(frozen=True, slots=True)
class Span:
    """From `since`, and before `until`: aware UTC."""

    since: datetime
    until: datetime

    @property
    def whole_days(self) -> tuple[date, date]:
        """The days of UTC that are wholly inside: the first, and the one after the last; the same day for none."""
        first = _midnight_after(self.since)
        last = datetime.combine(self.until.date(), time(), UTC)
        return first.date(), max(first, last).date()

    @property
    def edges(self) -> tuple[Span, Span]:
        """What is left of it besides the whole days: at its beginning and at its end. One may be empty."""
        first, last = (datetime.combine(day, time(), UTC) for day in self.whole_days)
        if first >= self.until:
            return self, Span(self.until, self.until)
        return Span(self.since, first), Span(last, self.until)


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days, both included."""

    first: date
    last: date


def spans(window: Window, now: datetime) -> tuple[Span, Span]:
    """The window that ends now, and the one before."""
    until = utc(now) + _MOMENT
    length = timedelta(days=window.days)
    return Span(until - length, until), Span(until - 2 * length, until - length)


def days(window: Window, now: datetime, timezone: str) -> tuple[Days, Days]:
    """The same in days: today and those before; and as many before them."""
    today = local_day(now, timezone)
    first = today - timedelta(days=window.days - 1)
    return Days(first, today), Days(first - timedelta(days=window.days), first - timedelta(days=1))


def steps(window: Window, today: date) -> tuple[Days, ...]:
    """What the bars stand for, oldest first; the last one ends today, in the midst of its week or month."""
    starts = list(_starts(window, today))
    ends = [*(start - timedelta(days=1) for start in starts[1:]), today]
    return tuple(Days(start, end) for start, end in zip(starts, ends, strict=True))


def instants(span: Days, timezone: str) -> Span:
    """These days of a time zone, as instants."""
    return Span(day_start(span.first, timezone), day_start(span.last + timedelta(days=1), timezone))


def _starts(window: Window, today: date) -> Iterator[date]:
    for back in range(window.steps - 1, -1, -1):
        if window.step is Step.DAY:
            yield today - timedelta(days=back)
        elif window.step is Step.WEEK:  # of ISO: they begin on Mondays
            yield today - timedelta(days=today.weekday() + 7 * back)
        else:
            yield add_months(today.replace(day=1), -back)


def _midnight_after(instant: datetime) -> datetime:
    day = datetime.combine(instant.date(), time(), UTC)
    return day if day == instant else day + timedelta(days=1)
