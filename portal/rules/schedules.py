"""When jobs run: slots, which follow each other at even steps of UTC.

A slot is the instant at which it begins. It is reckoned from the clock alone, so that any number of processes and
machines mean the same one. Days of UTC have no change of clocks: a daily slot is one of each day, an hourly one of each
hour, wherever the machine stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.rules.periods import utc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Every:
    """A slot at each `step` (which goes into a day without a rest), `after` its beginning."""

    step: timedelta
    after: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        if self.step <= timedelta(0) or DAY % self.step or not timedelta(0) <= self.after < self.step:
            raise ValueError(f"{self.step} after {self.after} is no even part of a day")

    def slot(self, now: datetime) -> datetime:
        """The slot that `now` is in."""
        return EPOCH + (utc(now) - EPOCH - self.after) // self.step * self.step + self.after

    def next(self, now: datetime) -> datetime:
        """The one after it."""
        return self.slot(now) + self.step
