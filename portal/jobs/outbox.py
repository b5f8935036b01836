"""Mail: what is due is handed over, what is of no more use is forgotten.

Several processes may do so at once: each letter is claimed before it is sent. So it takes no slot, which would cost a
row and two commits every few seconds for nothing."""

from __future__ import annotations

from datetime import timedelta

from portal.base.scheduler import Clock, Counts, job
from portal.models import OutboxState
from portal.operations import outbox as operations

WORDS = {OutboxState.SENT: "sent", OutboxState.FAILED: "postponed", OutboxState.BOUNCED: "bounced"}


@job("outbox", "Hands over mail that waits.", every=timedelta(seconds=15), quiet=True, timeless=True)
def outbox(clock: Clock) -> Counts:
    """How many letters were withdrawn because their link has run out, how many lost the text that nobody asked for any
    more, and how many were sent, postponed until they are tried again, or refused for good."""
    now = clock()
    withdrawn, forgotten = operations.withdraw_expired(now), operations.forget_refused(now)
    states = operations.deliver_due(clock)
    sent = {WORDS[state]: count for state, count in states.items()}
    return {"withdrawn": withdrawn, "forgotten": forgotten, **sent}
