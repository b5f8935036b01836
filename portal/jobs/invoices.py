"""Billing: cycles that are due begin, and from the 3rd of a month (UTC) on the month before is invoiced."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.jobs.runner import in_parts, in_steps, together
from portal.operations import cycles, invoicing
from portal.queries import due
from portal.rules.actors import Actor

CYCLES = 200  # workspaces whose cycles begin in one unit: short enough that nobody waits for the lock
BILLS = 50  # organizations that are billed in one unit, likewise


@job("invoices", "Begins subscription cycles, and issues each month’s invoices on the 3rd.", every=timedelta(hours=1))
def invoices(clock: Clock) -> Counts:
    """How many cycles began, how many invoices were issued, how many months owed nothing, and how many failed."""
    now = clock()
    return together(begin_due(now), issue_due(now))


def begin_due(now: datetime) -> Counts:
    """Every subscription cycle that is due begins."""
    steps = in_steps(due.cycles(now), CYCLES)
    return together(*(in_parts(some, lambda some: cycles.begin_some(some, now), "cycles") for some in steps))


def issue_due(now: datetime) -> Counts:
    """Every month that is due is billed; where one fails, the later ones of its organization wait for it."""
    by = Actor.job("invoices", now)
    steps = in_steps(due.unbilled(now), BILLS)
    return together(*(in_parts(some, lambda some: invoicing.issue_due(some, by)) for some in steps))
