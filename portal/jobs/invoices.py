"""Billing: cycles that are due begin, and from the 3rd of a month (UTC) on the month before is invoiced."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.operations.cycles import begin_all
from portal.operations.invoicing import issue_due


@job("invoices", "Begins subscription cycles, and issues each month’s invoices on the 3rd.", every=timedelta(hours=1))
def invoices(clock: Clock) -> Counts:
    """How many cycles began, how many invoices were issued, how many months owed nothing, and how many failed."""
    now = clock()
    begun, issued = begin_all(now), issue_due(now)
    return {"cycles": begun, "invoices": issued.invoices, "nothing": issued.nothing, "failed": issued.failed}
