"""When a workspace may be purged: the machine's clock alone is not believed.

A clock that was set forward looks like time that passed. So time counts towards a purge only where somebody watched it
pass: the purge's job, which comes every hour, makes one `Span` of all instants that follow each other closely. What
lies between two spans was a machine that stood still, or a clock that was set; nobody knows which, and it does not
count. A purge that comes later than it was promised harms nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.rules.lifecycle import PURGE_AFTER, purge_due
from portal.rules.periods import utc

SIGHT = timedelta(hours=2)
"""Two looks at the clock that are no further apart belong together: two slots of the job."""


@dataclass(frozen=True, slots=True)
class Span:
    """Time that was watched, both ends included."""

    began_at: datetime
    ended_at: datetime


def watched(since: datetime, now: datetime, spans: Iterable[Span]) -> timedelta:
    """How much of the time from `since` until `now` was watched. The spans do not overlap."""
    since, now = utc(since), utc(now)
    parts = (min(now, utc(span.ended_at)) - max(since, utc(span.began_at)) for span in spans)
    return sum((part for part in parts if part > timedelta(0)), timedelta(0))


def may_purge(cancelled_at: datetime | None, now: datetime, spans: Iterable[Span]) -> bool:
    """Whether 90 × 24 h have passed since it was cancelled, by the clock, and were watched."""
    return purge_due(cancelled_at, now) and watched(cancelled_at or now, now, spans) >= PURGE_AFTER
