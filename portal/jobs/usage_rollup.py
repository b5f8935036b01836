"""Stored figures that follow from time alone: health, and the platform's days."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.operations.health import assess_all
from portal.operations.platform_days import close_days
from portal.operations.unit import unit


@job(
    "usage_rollup", "Works out every workspace’s health anew, and closes the platform’s days.", every=timedelta(hours=1)
)
def usage_rollup(clock: Clock) -> Counts:
    """How many workspaces have another health than before."""
    now = clock()
    with unit() as session:
        close_days(session, now)
    return {"changed": assess_all(now)}
