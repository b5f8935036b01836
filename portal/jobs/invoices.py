"""Billing: cycles that are due begin, and from the 3rd of a month (UTC) on the month before is invoiced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from portal.operations.cycles import begin_all
from portal.operations.invoicing import issue_due


def invoices(clock: Callable[[], datetime]) -> dict[str, int]:
    """How many cycles began, how many invoices were issued, how many months owed nothing, and how many failed."""
    now = clock()
    begun, issued = begin_all(now), issue_due(now)
    return {"cycles": begun, "invoices": issued.invoices, "nothing": issued.nothing, "failed": issued.failed}
