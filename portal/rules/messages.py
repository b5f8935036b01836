"""Messages that a gateway sent, and the receipts that it reports for them: how far each came, in whatever order that is
said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from portal.rules.usage_events import forgotten_before


class MessageState(StrEnum):
    """How far a message came, the furthest last. Carriers take a failure back now and then, and never a delivery."""

    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


FURTHER: Mapping[MessageState, int] = {state: place for place, state in enumerate(MessageState)}

COUNTS: Mapping[MessageState, tuple[str, ...]] = {
    MessageState.SENT: (),
    MessageState.FAILED: ("failed",),
    MessageState.DELIVERED: ("delivered",),
    MessageState.READ: ("delivered", "read"),
}
"""The figures of a day in which a message stands besides `sent`: whatever was read was delivered."""


def furthest(known: MessageState, told: MessageState) -> MessageState:
    """Where the message stands once this receipt is there too: the same in whatever order receipts come, and however
    often."""
    return max(known, told, key=FURTHER.__getitem__)


def difference(before: MessageState, after: MessageState) -> dict[str, int]:
    """What its day has more of, or less: a failure that is taken back is one failure less."""
    counts = dict.fromkeys(COUNTS[after], 1)
    for name in COUNTS[before]:
        counts[name] = counts.get(name, 0) - 1
    return {name: more for name, more in counts.items() if more}


def forgotten_day(now: datetime) -> date:
    """No receipt is taken any more for messages of days before this one."""
    return forgotten_before(now).date()
