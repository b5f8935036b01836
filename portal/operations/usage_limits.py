"""The usage limits of one workspace, all in one save: its spend cap with what follows from it, and overrides."""

from __future__ import annotations

from collections.abc import Mapping

from portal.models import Workspace, scope
from portal.operations import limits, workspace_changes
from portal.operations.limits import Typed
from portal.operations.locks import locked_place
from portal.operations.unit import exclusively, unit
from portal.queries.editing import present
from portal.queries.spend import spends_of
from portal.queries.tenants import is_capped
from portal.queries.usage_limits import Editable, editable
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.editing import Value
from portal.rules.errors import Conflict, Invalid
from portal.rules.money import written
from portal.rules.usage_limits import OVERRIDES, SPEND

REASON = "Usage limits"  # of an override that is typed into the list of them


class StaleLimits(Conflict):
    """Somebody saved them after the row was opened: `theirs` is what stands there now."""

    def __init__(self, theirs: Editable) -> None:
        super().__init__("Somebody else saved these limits after you opened them.")
        self.theirs = theirs


def change(workspace: str, wanted: Mapping[str, Value], by: Actor, *, version: str) -> tuple[str, ...]:
    """The fields in `wanted` read so, by the operations that a workspace's own pages have; an override keeps its end.
    `version`: the mark of what the person has seen. Answers the fields that changed.

    Raises NotFound, Conflict for a closed workspace, StaleLimits, and Invalid with a message at every bad field."""
    with scope.platform(), unit() as session:
        exclusively(session, "workspaces")
        locked_place(session, workspace)
        before = editable(workspace)
        if version != before.version:
            raise StaleLimits(before)
        spend = {name: wanted[name] for name in SPEND if name in wanted}
        typed = {
            limit: Typed(str(wanted[field]), None)
            for limit, field in OVERRIDES.items()
            if field in wanted and str(wanted[field]).strip() != before.texts[field]
        }
        faults: dict[str, str] = {}
        changed: list[str] = []
        try:
            may = (Permission.WORKSPACE_EDIT,)  # who may change usage limits may do this much of it
            changed += workspace_changes.change(workspace, spend, by, may=may).fields
        except Invalid as refused:
            faults |= refused.errors
        try:
            changed += [OVERRIDES[limit] for limit in limits.override(workspace, typed, REASON, by)] if typed else []
        except Invalid as refused:
            faults |= refused.errors
        if faults:
            raise Invalid(faults)
        return tuple(changed)


def change_cap(workspace: str, wanted: Mapping[str, Value], by: Actor, *, version: str) -> tuple[str, ...]:
    """The same of the spend cap, by the workspace's own people. Where it is suspended for its cap, that hold is lifted:
    a cap that does not do so is refused."""
    with scope.platform(), unit() as session:
        changed = change(workspace, {name: wanted[name] for name in SPEND}, by, version=version)
        session.flush()
        found = present(workspace)
        if is_capped(found.key):
            spent = spends_of(Workspace.id == found.key, by.at).get(found.key, 0)
            said = f"{written(spent, found.currency)} is spent already this month. Enter more than that, or nothing."
            raise Invalid({"spend_cap": said})
        return changed
