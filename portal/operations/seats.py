"""Seats of a workspace: members and pending invitations together."""

from __future__ import annotations

from portal.models import Workspace, scope
from portal.queries import detail
from portal.rules import limits
from portal.rules.actors import Actor
from portal.rules.limits import Limit


def check_seat(row: Workspace, by: Actor, field: str | None) -> None:
    """One more finds a seat in this workspace. It is locked by the open unit, so that two do not take the last one.
    Raises LimitReached, at this field of the form."""
    with scope.platform():
        states = detail.standing(row.public_id, by.at).limits
    seats = next(state for state in states if state.limit is Limit.USERS)
    limits.check(Limit.USERS, seats.effective, seats.used, field=field)
