"""Usage events: what a gateway reports, how late it may, and what each kind counts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from portal.rules.errors import Refused

LATEST = timedelta(days=35)
"""After this an event is refused: its month was billed long ago, and nobody remembers whether it was counted."""

AHEAD = timedelta(minutes=10)
"""So far may the clock of whoever reports be ahead of ours."""

MOST = 1_000  # events in a batch
MOST_AT_ONCE = 1_000_000  # messages, or minutes, of one event


class EventType(StrEnum):
    """What happened. `delivered` and `read` count on top of `sent`; whoever reports a message as read has reported it
    as delivered too."""

    SENT = "message.sent"
    DELIVERED = "message.delivered"
    READ = "message.read"
    FAILED = "message.failed"
    RECEIVED = "message.received"
    CALL = "call.ended"


COUNTS: Mapping[EventType, str] = {
    EventType.SENT: "sent",
    EventType.DELIVERED: "delivered",
    EventType.READ: "read",
    EventType.FAILED: "failed",
    EventType.RECEIVED: "received",
    EventType.CALL: "minutes",
}
"""Which figure of a day each adds to."""

ACTIVATES = EventType.SENT
"""What makes the contact that it names an active one of the month."""


def fingerprint(source: str, event_id: str) -> bytes:
    """16 bytes that tell an event from all others; source and id cannot run into each other."""
    return hashlib.blake2b(
        f"{len(source)}:{source}{event_id}".encode("utf-8", "surrogatepass"), digest_size=16
    ).digest()


def check_time(at: datetime, now: datetime) -> None:
    """Refused unless the event happened within the last 35 days."""
    if at < now - LATEST:
        raise Refused("It happened more than 35 days ago, which is too late to be counted.", "time")
    if at > now + AHEAD:
        raise Refused("It has not happened yet: its time is ahead of ours.", "time")


def forgotten_before(now: datetime) -> datetime:
    """What happened before this instant cannot come again, wherever its day ends."""
    return now - LATEST - timedelta(days=2)
