"""Housekeeping: what nobody will ask for any more."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.operations import idempotency, messages, usage_events
from portal.operations.housekeeping import sweep


@job(
    "housekeeping",
    "Removes old sessions, dead links, finished tasks, runs of jobs, and what the API need not know any longer.",
    every=timedelta(hours=1),
    after=timedelta(minutes=40),
)
def housekeeping(clock: Clock) -> Counts:
    """How many rows went, by what they were."""
    now = clock()
    return {
        **sweep(now),
        "answers": idempotency.forget(now),
        "events_forgotten": usage_events.forget(now),
        "messages_forgotten": messages.forget(now),
    }
