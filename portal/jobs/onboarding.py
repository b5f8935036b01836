"""Onboarding: a welcome once a workspace's owner has come in, and first steps three days later."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.jobs.runner import each, together
from portal.operations import onboarding as operations
from portal.queries import due
from portal.rules.actors import Actor


@job(
    "onboarding",
    "Welcomes owners of new workspaces, and writes to them about first steps three days later.",
    every=timedelta(minutes=5),
)
def onboarding(clock: Clock) -> Counts:
    """How many owners were welcomed, and how many were told of first steps."""
    now = clock()
    by = Actor.job("onboarding", now)
    return together(
        each(due.unwelcomed(now), lambda ws: operations.welcome(ws, by), "welcomed"),
        each(due.without_first_steps(now), lambda ws: operations.first_steps(ws, by), "first_steps"),
    )
