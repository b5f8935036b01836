"""Housekeeping: what nobody will ask for any more."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.operations.housekeeping import sweep


@job(
    "housekeeping",
    "Removes old sessions, dead links, finished tasks and runs of jobs.",
    every=timedelta(hours=1),
    after=timedelta(minutes=40),
)
def housekeeping(clock: Clock) -> Counts:
    """How many rows went, by what they were."""
    return sweep(clock())
