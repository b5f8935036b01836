"""What the data plane may do for a workspace: whether it is reached, and whether it reaches out."""

from __future__ import annotations

from enum import StrEnum

from portal.rules.lifecycle import Status


class Inbound(StrEnum):
    """What becomes of messages and calls to it. `interrupted`: they are answered "service interrupted"."""

    NORMAL = "normal"
    INTERRUPTED = "interrupted"
    CLOSED = "closed"


class Outbound(StrEnum):
    """Whether it may send and call."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"


def inbound_of(status: Status) -> Inbound:
    """What follows from the status."""
    if status is Status.CANCELLED:
        return Inbound.CLOSED
    return Inbound.INTERRUPTED if status is Status.SUSPENDED else Inbound.NORMAL


def outbound_of(status: Status, *, spent_out: bool = False) -> Outbound:
    """What follows from the status; `spent_out`: the month's spend has reached a cap that blocks what goes out."""
    works = status in (Status.TRIAL, Status.ACTIVE)
    return Outbound.ALLOWED if works and not spent_out else Outbound.BLOCKED


def why_blocked(status: Status) -> str:
    """In words, for whoever wanted to send."""
    if status is Status.CANCELLED:
        return "The workspace is closed."
    if status is Status.SUSPENDED:
        return "The workspace is suspended: nothing goes out until its holds are lifted."
    return "The workspace has reached its monthly spend cap, which blocks what goes out."
