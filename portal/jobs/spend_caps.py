"""Spend caps: the month's spend of every workspace that has one, against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.jobs.runner import each, in_parts, in_steps, together
from portal.operations import spend_caps as operations
from portal.queries import due
from portal.queries.due import Spent
from portal.rules.actors import Actor

AT_ONCE = 500  # workspaces whose spend is read together


@job(
    "spend_caps",
    "Writes to customers whose spend nears its cap, and acts as is set where it was reached.",
    every=timedelta(minutes=15),
)
def spend_caps(clock: Clock) -> Counts:
    """How many workspaces were alerted, have reached their cap, or were released. Spend is that of each account's
    running month."""
    now, capped = clock(), due.capped()
    return together(*(_settle(some, now) for some in in_steps(capped, AT_ONCE)))


def _settle(workspaces: Sequence[str], now: datetime) -> Counts:
    by, found = Actor.job("spend_caps", now), list[Spent]()

    def look(some: Sequence[str]) -> int:
        found.extend(due.spent(some, now))
        return 0

    def act(it: Spent) -> Counts:
        outcome = operations.settle(it.public_id, it.spend, it.month, by)
        return {outcome: 1} if outcome else {}

    return together(in_parts(workspaces, look), each(found, act))
