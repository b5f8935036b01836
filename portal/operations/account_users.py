"""An organization's people, as its own admins arrange them in its workspaces: what `members` and `team` do, within what
the one who asks may do there as of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Hold, Invitation, Organization, User, Workspace
from portal.operations import members, team
from portal.operations.invitations import Sent, pace, pace_again
from portal.operations.members import Newcomer
from portal.operations.powers import check_held, check_may_give, held_in, kept
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, Permission, WorkspaceRole, may_grant, outranks
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound, Refused
from portal.rules.lifecycle import HoldKind

NO_WORKSPACE = "There is no such workspace. Choose one of the list."
TWICE = "This workspace is chosen twice. One role is enough."


@dataclass(frozen=True, slots=True)
class Seat:
    """A workspace (public id) that somebody is invited into, and as what."""

    workspace: str
    role: WorkspaceRole


def invite(
    organization: str,
    email: str,
    name: str,
    role: OrganizationRole,
    seats: Sequence[Seat],
    by: Actor,
    *,
    wait: bool = False,
) -> list[Sent]:
    """Somebody is invited into the organization, and into each of these workspaces of it by an invitation of its own:
    all of them or none. Raises what `members.invite` does; a field of the workspaces bears the number of its seat:
    `workspace-1`. TooMany where many were sent just now."""
    pace(Organization.public_id == organization, email, by)
    with unit() as session:
        place = _governed(session, organization, by)
        _check_trusted(session, place)
        check_may_give(session, place, role, by, "organization_role")
        rooms = _rooms(session, place, seats)
        newcomer = Newcomer(email, name, place.public_id, role)
        if not rooms:
            return [members.invite(newcomer, by, wait=wait)]
        return [_into(newcomer, seats[number], number, by, wait) for number, _ in rooms]


def resend(organization: str, invitation: str, by: Actor, *, wait: bool = False) -> Sent:
    """The person has a new link, good for another 7 days; the old one is dead. Raises what `members.resend` does, and
    Refused for an invitation to more than the actor may give, TooMany where many were sent just now."""
    pace_again(invitation, by)
    with unit() as session:
        place = _governed(session, organization, by)
        _check_trusted(session, place)
        user = _theirs(session, place, invitation, by)
        return members.resend(user.public_id, invitation, by, wait=wait)


def revoke(organization: str, invitation: str, by: Actor) -> str:
    """The link is dead; answers the address it was for. Raises as `resend` does."""
    with unit() as session:
        user = _theirs(session, _governed(session, organization, by), invitation, by)
        members.revoke(user.public_id, invitation, by)
        return user.email


def add(organization: str, workspace: str, user: str, role: WorkspaceRole, by: Actor) -> None:
    """Somebody of the organization is in one more workspace of it. Raises what `team.add` does."""
    with unit() as session:
        place = _governed(session, organization, by)
        if not _inside(session, place, workspace):
            raise Refused(NO_WORKSPACE, "workspace")
        team.add(workspace, user, role, by, held_in(session, place.id, by))


def change_role(organization: str, workspace: str, user: str, role: WorkspaceRole, by: Actor) -> None:
    """The member of one of its workspaces has this role there. Raises what `team.change_role` does."""
    with unit() as session:
        place = _governed(session, organization, by)
        if not _inside(session, place, workspace):
            raise NotFound()
        team.change_role(workspace, user, role, by, held_in(session, place.id, by))


def remove(organization: str, workspace: str, user: str, by: Actor) -> None:
    """The person is in this workspace no more, and stays in the organization. Raises what `team.remove` does."""
    with unit() as session:
        place = _governed(session, organization, by)
        if not _inside(session, place, workspace):
            raise NotFound()
        team.remove(workspace, user, by, held_in(session, place.id, by))


def _governed(session: Session, organization: str, by: Actor) -> Organization:
    place = kept(session, organization)
    check_held(session, place, Permission.ACCOUNT_USER_EDIT, by)
    return place


def _inside(session: Session, place: Organization, workspace: str) -> bool:
    query = select(Workspace.id).where(Workspace.public_id == workspace, Workspace.organization_id == place.id)
    return session.scalar(query) is not None


def _rooms(session: Session, place: Organization, seats: Sequence[Seat]) -> list[tuple[int, int]]:
    """Number of each seat and key of its workspace, in the order in which workspaces are locked."""
    found: dict[int, int] = {}
    for number, seat in enumerate(seats):
        query = select(Workspace.id).where(Workspace.public_id == seat.workspace, Workspace.organization_id == place.id)
        key: int | None = session.scalar(query)
        if key is None:
            raise Refused(NO_WORKSPACE, f"workspace-{number}")
        if key in found.values():
            raise Refused(TWICE, f"workspace-{number}")
        found[number] = key
    return sorted(found.items(), key=lambda each: each[1])


def _into(newcomer: Newcomer, seat: Seat, number: int, by: Actor, wait: bool) -> Sent:
    into = replace(newcomer, workspace=seat.workspace, workspace_role=seat.role)
    try:
        return members.invite(into, by, wait=wait)
    except Refused as refused:
        if refused.field in ("workspace", "workspace_role"):
            refused.field = f"{refused.field}-{number}"
        raise


def _theirs(session: Session, place: Organization, invitation: str, by: Actor) -> User:
    """Whom the invitation into this organization is for, if it gives no more than the actor may."""
    query = select(Invitation, User).join(User, User.id == Invitation.user_id)
    found = session.execute(
        query.where(Invitation.public_id == invitation, Invitation.organization_id == place.id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    row, user = found
    held = held_in(session, place.id, by)
    if not outranks(held, row.organization_role) or (row.workspace_role and not may_grant(held, row.workspace_role)):
        raise Refused(f"It invites to more than you may give. Ask an admin of {place.name}.")
    return user


def _check_trusted(session: Session, place: Organization) -> None:
    """Raises Conflict while the organization is held for abuse: it writes to nobody."""
    held = select(Hold.id).where(
        Hold.organization_id == place.id, Hold.kind == HoldKind.ABUSE, Hold.lifted_at.is_(None)
    )
    if session.scalar(held.limit(1)) is not None:
        raise Conflict(f"{place.name} is suspended: nobody is invited until it is reactivated.")
