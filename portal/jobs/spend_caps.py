"""Spend caps: the month's spend of every workspace that has one, against it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.jobs.runner import each, together
from portal.models import scope
from portal.operations import spend_caps as operations
from portal.queries import due
from portal.queries.account_usage import running_month
from portal.queries.spend import spends
from portal.rules.actors import Actor


@job(
    "spend_caps",
    "Writes to customers whose spend nears its cap, and acts as is set where it was reached.",
    every=timedelta(minutes=15),
)
def spend_caps(clock: Clock) -> Counts:
    """How many workspaces were alerted, have reached their cap, or were released. Spend is that of each account's
    running month."""
    now = clock()
    by = Actor.job("spend_caps", now)
    done = Counter[str]()

    def settle(organization: int) -> bool:
        with scope.platform():
            month, capped = running_month(organization, now), due.capped_workspaces(organization)
        for key, spend in spends(organization, now).items():
            found = capped.get(key)
            if found and found.is_due(spend, month):
                outcome = operations.settle(found.public_id, spend, month, by)
                done.update([outcome] if outcome else [])
        return False

    return together(each(due.capped(), settle, "organizations"), done)
