"""Seats of a workspace: members and pending invitations together."""

from __future__ import annotations

from portal.models import Workspace, scope
from portal.queries.limits import Subject, limits_of
from portal.rules import limits
from portal.rules.actors import Actor
from portal.rules.limits import Limit


def check_seat(row: Workspace, by: Actor, field: str | None) -> None:
    """One more finds a seat in this workspace. It is locked by the open unit, so that two do not take the last one.
    Raises LimitReached, at this field of the form."""
    subject = Subject(row.id, row.plan_id, row.timezone, ((Limit.USERS, row.user_count),))
    with scope.platform():
        states = limits_of(subject, by.at)
    seats = next(state for state in states if state.limit is Limit.USERS)
    limits.check(Limit.USERS, seats.effective, seats.used, field=field)
