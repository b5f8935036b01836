"""Moving a workspace from one organization to another: what must be so before it may."""

from __future__ import annotations

from dataclasses import dataclass

from portal.rules.errors import Conflict, Refused
from portal.rules.lifecycle import Status

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Leaving:
    """The workspace where it is; `others`: further workspaces of its organization, those in the trash included."""

    name: str
    status: Status
    is_primary: bool
    organization: str
    currency: str
    others: int


@dataclass(frozen=True, slots=True)
class Joining:
    """The organization that is to have it; `primary_closed`: its primary is in the trash."""

    name: str
    currency: str
    has_primary: bool
    primary_closed: bool
    is_multi: bool


def check_leaves(workspace: Leaving) -> None:
    """Conflict, with the reason, where it cannot leave its organization."""
    if workspace.status is Status.CANCELLED:
        raise Conflict("A closed workspace is not transferred. Restore it first.")
    if workspace.is_primary and workspace.others:
        count = "another workspace" if workspace.others == 1 else f"{workspace.others} other workspaces"
        raise Conflict(
            f"{workspace.name} is the primary of {workspace.organization}, which has {count} (the trash included). "
            "Make one of them the primary first, by “Make primary” on its page."
        )


def check_joins(workspace: Leaving, to: Joining) -> None:
    """Refused, at the field `organization`, where that one cannot take it."""
    if to.currency != workspace.currency:
        raise Refused(
            f"{to.name} is billed in {to.currency}, {workspace.name} in {workspace.currency}. What was agreed and paid "
            "cannot change its currency: choose an organization with the same one.",
            "organization",
        )
    if to.primary_closed:
        raise Refused(f"The primary workspace of {to.name} is in the trash. Restore that first.", "organization")
    if to.has_primary and not to.is_multi:
        raise Refused(
            f"{to.name} has a workspace, and its plan is not one for several. Move that onto a multi-workspace plan "
            "first, or choose another organization.",
            "organization",
        )
