"""The audit log: that its chain holds, and where it ends today."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.operations.audit_checkpoints import checkpoint


@job(
    "audit_checkpoint",
    "Walks what was added to the audit log, and notes where it ends.",
    every=timedelta(days=1),
    after=timedelta(minutes=10),
)
def audit_checkpoint(clock: Clock) -> Counts:
    """How many events were found good. Fails where the chain does not hold."""
    return {"events": checkpoint(clock())}
