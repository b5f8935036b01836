"""Dunning: invoices that were not paid in time, and organizations whose grace is over."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.operations import dunning as operations


@job(
    "dunning",
    "Marks unpaid invoices as overdue, and suspends who owes beyond the days of grace.",
    every=timedelta(hours=1),
)
def dunning(clock: Clock) -> Counts:
    """How many invoices became overdue, how many organizations were suspended, and how many failed."""
    return operations.run(clock())
