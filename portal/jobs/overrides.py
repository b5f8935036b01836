"""Overrides of limits whose time is over."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.jobs.runner import each
from portal.operations import limits
from portal.queries import due
from portal.rules.actors import Actor


@job("overrides", "Ends overrides of limits whose time is over.", every=timedelta(minutes=5))
def overrides(clock: Clock) -> Counts:
    """How many workspaces have other limits now."""
    now = clock()
    by = Actor.job("overrides", now)
    return each(due.overrides_expired(now), lambda ws: limits.expire(ws, by) > 0, "workspaces")
