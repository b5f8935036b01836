"""Dunning: invoices that were not paid in time."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.operations import payments


@job("dunning", "Marks invoices that were not paid in time as overdue.", every=timedelta(hours=1))
def dunning(clock: Clock) -> Counts:
    """How many invoices are overdue now and were not before."""
    return {"overdue": payments.mark_overdue(clock())}
