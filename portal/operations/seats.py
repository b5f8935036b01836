"""Seats of a workspace: members and pending invitations together."""

from __future__ import annotations

from portal.models import Workspace
from portal.operations.slots import check_slot
from portal.rules.actors import Actor
from portal.rules.limits import Limit


def check_seat(row: Workspace, by: Actor, field: str | None) -> None:
    """One more finds a seat in this workspace, which is locked by the open unit. Raises LimitReached, at this field of
    the form."""
    check_slot(row, Limit.USERS, by, field)
