"""Custom domains are looked up in DNS."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.operations import domains as operations


@job(
    "domains",
    "Looks up custom domains: new ones until they are verified, verified ones every day.",
    every=timedelta(minutes=5),
)
def domains(clock: Clock) -> Counts:
    """How many came to which outcome (`rules.domains.Outcome`). Safe to repeat, in several processes at once."""
    return {found.value: count for found, count in operations.check_due(clock).items()}
