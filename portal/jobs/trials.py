"""Trials: owners are told before the end, at the end the workspace is held, and one that was extended is let in."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.jobs.runner import each, together
from portal.operations import trials as operations
from portal.queries import due
from portal.rules.actors import Actor


@job(
    "trials",
    "Writes to owners three days before a trial ends, and suspends the workspace when it has.",
    every=timedelta(minutes=10),
)
def trials(clock: Clock) -> Counts:
    """How many owners were told, how many workspaces are held now, and how many are let in again."""
    now = clock()
    by = Actor.job("trials", now)
    return together(
        each(due.trials_extended(now), lambda ws: operations.extend(ws, by), "extended"),
        each(due.trials_over(now), lambda ws: operations.end(ws, by), "ended"),
        each(due.trials_ending(now), lambda ws: operations.warn(ws, by), "warned"),
    )
