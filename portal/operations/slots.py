"""One more of what a workspace has a limit of: seats, numbers, extensions."""

from __future__ import annotations

from portal.models import Workspace, scope
from portal.queries.limits import Subject, limits_of
from portal.rules import limits
from portal.rules.actors import Actor
from portal.rules.limits import Limit

COUNTS = {
    Limit.USERS: "user_count",
    Limit.NUMBERS: "number_count",
    Limit.EXTENSIONS: "extension_count",
}


def check_slot(row: Workspace, limit: Limit, by: Actor, field: str | None = None) -> None:
    """One more finds room in this workspace. It is locked by the open unit, so that two do not take the last slot.
    Raises LimitReached, at this field of the form."""
    subject = Subject(row.id, row.plan_id, row.timezone, ((limit, getattr(row, COUNTS[limit])),))
    with scope.platform():
        states = limits_of(subject, by.at)
    found = next(state for state in states if state.limit is limit)
    limits.check(limit, found.effective, found.used, field=field)
