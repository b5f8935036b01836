"""Webhooks: what changed is sent to whoever wants to be told.

Several processes may do so at once: each address is taken before it is served. Apart from mail, so that neither keeps
the other waiting."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.operations import deliveries


@job("webhooks", "Tells programs of what changed.", every=timedelta(seconds=5), quiet=True)
def webhooks(clock: Clock) -> Counts:
    """How many deliveries were written, and how many addresses were served."""
    return deliveries.deliver_due(clock)
