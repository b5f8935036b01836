"""Mail: what is due is handed over, what is of no more use is forgotten.

The server calls it every few seconds. Several processes may do so at once: each letter is claimed before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from portal.operations import outbox as operations


def outbox(clock: Callable[[], datetime]) -> dict[str, int]:
    """How many letters were withdrawn because their link has run out, how many lost the text that nobody asked for any
    more, and how many came to which state."""
    now = clock()
    withdrawn, forgotten = operations.withdraw_expired(now), operations.forget_refused(now)
    states = operations.deliver_due(clock)
    return {"withdrawn": withdrawn, "forgotten": forgotten, **{state.value: count for state, count in states.items()}}
