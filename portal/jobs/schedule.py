"""All jobs: reading this file declares them."""

from portal.base import clock
from portal.base.scheduler import JOBS
from portal.jobs import (
    audit_checkpoint,
    domains,
    dunning,
    housekeeping,
    invoices,
    onboarding,
    outbox,
    overrides,
    purge,
    runner,
    spend_caps,
    trials,
    usage_rollup,
    webhooks,
)

DECLARED = (
    audit_checkpoint,
    domains,
    dunning,
    housekeeping,
    invoices,
    onboarding,
    outbox,
    overrides,
    purge,
    spend_caps,
    trials,
    usage_rollup,
    webhooks,
)
NAMES = tuple(sorted(JOBS))


def resume(run: str) -> bool:
    """The run (public id) is done, if nobody works on it; whether it was for us."""
    return runner.resume(run, clock.now)
