"""Dunning: invoices that were not paid in time, and organizations whose grace is over."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.jobs.runner import each, together
from portal.operations import dunning as operations
from portal.operations import payments
from portal.queries import due
from portal.rules.actors import Actor


@job(
    "dunning",
    "Marks unpaid invoices as overdue, and suspends who owes beyond the days of grace.",
    every=timedelta(hours=1),
)
def dunning(clock: Clock) -> Counts:
    """How many invoices became overdue, how many organizations were suspended, and how many failed."""
    now = clock()
    by = Actor.job("dunning", now)
    return together(
        each(due.not_paid_in_time(now), lambda of: payments.mark_overdue(of, by), "overdue"),
        each(due.beyond_grace(now), lambda of: operations.suspend(of, by), "suspended"),
    )
