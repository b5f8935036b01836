"""A workspace's team: people are invited, given another role, and removed. Nobody grants more than they have."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.emails import check_email
from portal.models import Invitation, Membership, Organization, OrganizationMember, User, Workspace, scope
from portal.operations import invitations
from portal.operations.accounts import find
from portal.operations.audit import record
from portal.operations.invitations import Into, Sent
from portal.operations.seats import check_seat
from portal.operations.unit import locked, unit
from portal.rules.access import Permission, WorkspaceRole, may_grant, outranks
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound, Refused
from portal.rules.lifecycle import Status

Held = Collection[Permission]
"""What the one who asks may do in the workspace."""

WORDS = {WorkspaceRole.OWNER: "owner", WorkspaceRole.MANAGER: "manager", WorkspaceRole.AGENT: "agent"}


def invite(
    workspace: str, email: str, name: str, role: WorkspaceRole, by: Actor, held: Held, *, wait: bool = False
) -> Sent:
    """Somebody is invited into the workspace (public id). Without a name the address stands for it until they choose
    one. Raises NotFound, Conflict where nothing may be changed, Refused (LimitReached where no seat is left),
    TooMany where many were sent just now."""
    address = check_email(email)
    here = select(Workspace.organization_id).where(Workspace.public_id == workspace).scalar_subquery()
    invitations.pace(Organization.id == here, address, by)
    with unit() as session:
        row = _open(session, workspace)
        _check_grant(held, role)
        _check_new(session, row, address)
        check_seat(row, by, "email")
        organization = session.get_one(Organization, row.organization_id)
        into = Into(organization, workspace=row, workspace_role=role)
        return invitations.invite(session, address, name or address.partition("@")[0], into, by, wait=wait)


def resend(workspace: str, invitation: str, by: Actor, held: Held, *, wait: bool = False) -> Sent:
    """The person has a new link, good for another 7 days; the old one is dead. Raises as `invite` does."""
    invitations.pace_again(invitation, by)
    with unit() as session:
        row = _open(session, workspace)
        found = _invitation(session, row, invitation, held)
        if found.expires_at <= by.at:
            check_seat(row, by, None)
        return invitations.resend(invitation, by, wait=wait)


def revoke(workspace: str, invitation: str, by: Actor, held: Held) -> str:
    """The link is dead; answers the address it was for. Raises NotFound, Conflict, Refused."""
    with unit() as session:
        row = _open(session, workspace)
        found = _invitation(session, row, invitation, held)
        invitations.revoke(invitation, by)
        return found.email


def add(workspace: str, user: str, role: WorkspaceRole, by: Actor, held: Held) -> None:
    """Somebody of the workspace's organization is in its team too, from their next request on; an invitation into it is
    not needed any more. Raises NotFound for whoever is not of the organization, Conflict, Refused."""
    with unit() as session:
        row = _open(session, workspace)
        _check_grant(held, role)
        person = _of_organization(session, row, user)
        with scope.workspace(row.id):
            if session.scalar(select(Membership.id).where(Membership.user_id == person.id)) is not None:
                raise Refused(f"{person.name} is in the team of {row.name} already.", "workspace")
            invitations.take_back(session, by, Invitation.workspace_id == row.id, Invitation.user_id == person.id)
            check_seat(row, by, "workspace")
            session.add(Membership(workspace_id=row.id, user_id=person.id, role=role, created_at=by.at))
            invitations.count_members(session, row)
        record("member.added", by, workspace=row, user=user, email=person.email, role=role.value)


def change_role(workspace: str, user: str, role: WorkspaceRole, by: Actor, held: Held) -> None:
    """The member has this role from their next request on. Raises NotFound, Conflict, Refused."""
    with unit() as session:
        row = _open(session, workspace)
        person, member = _member(session, row, user)
        if member.role is WorkspaceRole.OWNER:
            raise Refused(
                f"{person.name} owns this workspace. Ownership is handed over first; the role changes with that.",
                "role",
            )
        _check_grant(held, role)
        _check_outranks(held, person, member)
        if member.role is role:
            return
        before, member.role = member.role, role
        record("member.role_changed", by, workspace=row, user=user, email=person.email, role=(before.value, role.value))


def remove(workspace: str, user: str, by: Actor, held: Held) -> None:
    """The person is no member any more, from their next request on, nor can they come back by an invitation; they stay
    in the organization. Whatever the workspace's status: nobody is kept in. Raises NotFound, Refused."""
    with unit() as session:
        row = locked(session, Workspace, workspace)
        person, member = _member(session, row, user)
        if member.role is WorkspaceRole.OWNER:
            raise Refused(
                f"Not removed: {person.name} owns this workspace, and a workspace always has exactly one owner. "
                "Hand over ownership first."
            )
        _check_outranks(held, person, member)
        leave(session, row, person, member, by)


def leave(session: Session, row: Workspace, person: User, member: Membership, by: Actor) -> None:
    """In the open unit, the workspace and the person locked: they are no member any more."""
    invitations.take_back(session, by, Invitation.workspace_id == row.id, Invitation.user_id == person.id)
    with scope.workspace(row.id):
        session.delete(member)
        invitations.count_members(session, row)
    facts: dict[str, Any] = {"user": person.public_id, "email": person.email, "role": member.role.value}
    record("member.removed", by, workspace=row, **facts)


def _open(session: Session, workspace: str) -> Workspace:
    row = locked(session, Workspace, workspace)
    if row.status is Status.CANCELLED:
        raise Conflict("This workspace is closed: its team cannot be changed.")
    if row.status is Status.SUSPENDED:
        raise Conflict("This workspace is suspended: its team cannot be changed until it is reactivated.")
    return row


def _member(session: Session, row: Workspace, user: str) -> tuple[User, Membership]:
    with scope.workspace(row.id):
        query = select(User, Membership).join(Membership, Membership.user_id == User.id).where(User.public_id == user)
        found = session.execute(query.with_for_update()).one_or_none()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def _of_organization(session: Session, row: Workspace, user: str) -> User:
    inside = select(OrganizationMember.user_id).where(OrganizationMember.organization_id == row.organization_id)
    person = locked(session, User, user)
    if session.scalar(inside.where(OrganizationMember.user_id == person.id)) is None:
        raise NotFound()
    return person


def _invitation(session: Session, row: Workspace, invitation: str, held: Held) -> Invitation:
    found = locked(session, Invitation, invitation)
    if found.workspace_id != row.id or found.workspace_role is None:
        raise NotFound()
    if not outranks(held, found.workspace_role):
        raise Refused(f"The invitation of the {WORDS[found.workspace_role]} is not yours to change.")
    return found


def _check_grant(held: Held, role: WorkspaceRole) -> None:
    if role is WorkspaceRole.OWNER or not may_grant(held, role):  # an owner is made by handing over alone
        raise Refused(f"You cannot make somebody {WORDS[role]}: nobody grants more than they have.", "role")


def _check_outranks(held: Held, person: User, member: Membership) -> None:
    if not outranks(held, member.role):
        raise Refused(f"{person.name} is {WORDS[member.role]}, which is more than you may change.")


def _check_new(session: Session, row: Workspace, address: str) -> None:
    user = find(session, address)
    if user is None:
        return
    if user.staff_role is not None:
        raise Refused("This address cannot be invited: it belongs to the platform's own staff.", "email")
    with scope.workspace(row.id):
        if session.scalar(select(Membership.id).where(Membership.user_id == user.id)) is not None:
            raise Refused(f"{user.name} is in the team already.", "email")
    pending = select(Invitation.id).where(
        Invitation.workspace_id == row.id,
        Invitation.user_id == user.id,
        Invitation.is_pending,
    )
    if session.scalar(pending.limit(1)) is not None:
        raise Refused(f"{address} was invited already. Send the invitation again instead.", "email")
