"""Customers' people as they stand to an organization: invited into it, given other roles there, removed. Whoever asks
does no more than they may as of now, the platform's staff and the organization's own admins alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.emails import check_email
from portal.models import Invitation, Membership, Organization, OrganizationMember, User, Workspace, scope
from portal.operations import invitations, team
from portal.operations.accounts import find
from portal.operations.audit import record
from portal.operations.invitations import Into, Sent
from portal.operations.powers import check_may_give, check_may_take, kept
from portal.operations.seats import check_seat
from portal.operations.unit import exclusively, locked, unit
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound, Refused
from portal.rules.lifecycle import Status

STAFF = "This address cannot be invited: it belongs to the platform’s own staff. Use another one."


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is invited and where to: `organization` by public id or address, blank for the workspace's; `workspace` by
    public id or web address, blank for none. Without a `name` the address stands for it until they choose one."""

    email: str
    name: str
    organization: str
    organization_role: OrganizationRole = OrganizationRole.MEMBER
    workspace: str = ""
    workspace_role: WorkspaceRole = WorkspaceRole.AGENT


def invite(newcomer: Newcomer, by: Actor, *, wait: bool = False) -> Sent:
    """Somebody is invited. Raises Refused, with the field, for an unusable address or name, a place that there is not
    or that takes nobody now, staff, members, and whoever was invited there already; LimitReached without a seat."""
    address = check_email(newcomer.email)
    with unit() as session:
        workspace = _workspace(session, newcomer.workspace) if newcomer.workspace.strip() else None
        organization = _organization(session, newcomer.organization, workspace)
        _check_new(session, organization, workspace, address)
        if workspace:
            if newcomer.workspace_role is WorkspaceRole.OWNER:
                raise Refused("A workspace has one owner. Ownership is handed over there.", "workspace_role")
            check_seat(workspace, by, "workspace")
        role = newcomer.workspace_role if workspace else None
        into = Into(organization, newcomer.organization_role, workspace, role)
        name = newcomer.name.strip() or address.partition("@")[0]
        return invitations.invite(session, address, name, into, by, wait=wait)


def resend(user: str, invitation: str, by: Actor, *, mail: bool = True, wait: bool = False) -> Sent:
    """The person has a new link, good for another 7 days; the old one is dead. Without `mail` it is the caller's to
    hand over. Raises NotFound for an invitation that is not theirs, Conflict if it was accepted or taken back, Refused
    where it leads nowhere now, or to no seat."""
    with unit() as session:
        row = _invitation(session, user, invitation)
        workspace = session.get(Workspace, row.workspace_id, with_for_update=True) if row.workspace_id else None
        if workspace:
            _check_open(workspace, None)
            if row.expires_at <= by.at and row.workspace_role is not WorkspaceRole.OWNER:  # owners have their seat
                check_seat(workspace, by, None)
        return invitations.resend(invitation, by, mail=mail, wait=wait)


def revoke(user: str, invitation: str, by: Actor) -> None:
    """The link is dead. Raises NotFound for an invitation that is not theirs, Conflict if it was accepted or taken
    back, Refused for a workspace's owner, who would be left without a way in."""
    with unit() as session:
        row = _invitation(session, user, invitation)
        if row.workspace_role is WorkspaceRole.OWNER:
            raise Refused("This is a workspace’s owner: give it another owner, and the invitation is taken back.")
        invitations.revoke(invitation, by)


def change_organization_role(user: str, organization: str, role: OrganizationRole, by: Actor) -> None:
    """The member has this role in the organization (public ids). Raises NotFound, Conflict where they have it already,
    Refused for the last admin, and for who or what is more than the actor may change."""
    with unit() as session:
        place = kept(session, organization)
        exclusively(session, "staff")  # as a move to the trash, which counts admins too
        person = locked(session, User, user)
        member = _member(session, place, person)
        check_may_take(session, place, person, member.role, by)
        check_may_give(session, place, role, by, "role")
        if member.role is role:
            raise Conflict(f"{person.name} has that role already.")
        if member.role is OrganizationRole.ADMIN:
            _check_other_admin(session, place, person, "role")
        before, member.role = member.role, role
        invitations.cap(session, place, person, role)
        record(
            "user.organization_role_changed",
            by,
            organization=place,
            user=user,
            email=person.email,
            role=(before.value, role.value),
        )


def remove(user: str, organization: str, by: Actor) -> int:
    """The person belongs to the organization no more, from their next request on, nor to any workspace of it, and no
    invitation into it is open; answers how many workspaces that were. Raises NotFound, Refused for the last admin, for
    whoever owns a workspace there, closed ones too, and for who may do more than the actor."""
    with unit() as session, scope.platform():
        exclusively(session, "workspaces")  # nobody hands one over to them or makes one for them meanwhile
        place = kept(session, organization)
        workspaces = _workspaces_of(session, place, user)
        exclusively(session, "staff")  # as a move to the trash, which counts admins too
        person = locked(session, User, user)
        member = _member(session, place, person)
        check_may_take(session, place, person, member.role, by)
        owned = next((each.name for each in workspaces if each.owner_id == person.id), None)
        if owned:
            raise Refused(f"{person.name} owns {owned}, and a workspace always has an owner. Hand it over first.")
        if member.role is OrganizationRole.ADMIN:
            _check_other_admin(session, place, person, None)
        left = _leave(session, workspaces, person, by)
        invitations.take_back(session, by, Invitation.organization_id == place.id, Invitation.user_id == person.id)
        session.delete(member)
        record(
            "user.organization_left",
            by,
            organization=place,
            user=user,
            email=person.email,
            role=member.role.value,
            workspaces=left,
        )
        return left


def _workspaces_of(session: Session, place: Organization, user: str) -> Sequence[Workspace]:
    """Locked: those of the organization that the person (public id) is in or invited to."""
    inside = select(Membership.workspace_id).join(User, User.id == Membership.user_id).where(User.public_id == user)
    asked = select(Invitation.workspace_id).join(User, User.id == Invitation.user_id)
    asked = asked.where(User.public_id == user, Invitation.is_pending, Invitation.workspace_id.is_not(None))
    theirs = Workspace.id.in_(inside) | Workspace.id.in_(asked)
    query = select(Workspace).where(Workspace.organization_id == place.id, theirs).order_by(Workspace.id)
    return session.scalars(query.with_for_update()).all()


def _leave(session: Session, workspaces: Sequence[Workspace], person: User, by: Actor) -> int:
    """The person is a member of none of these any more; answers of how many they were."""
    left = 0
    for each in workspaces:
        of_theirs = Membership.workspace_id == each.id, Membership.user_id == person.id
        row = session.scalar(select(Membership).where(*of_theirs))
        if row is not None:
            team.leave(session, each, person, row, by)
            left += 1
    return left


def _member(session: Session, place: Organization, person: User) -> OrganizationMember:
    of_theirs = OrganizationMember.organization_id == place.id, OrganizationMember.user_id == person.id
    row: OrganizationMember | None = session.scalar(select(OrganizationMember).where(*of_theirs).with_for_update())
    if row is None:
        raise NotFound()
    return row


def _check_other_admin(session: Session, place: Organization, person: User, field: str | None) -> None:
    if not _other_admin(session, place, person):
        raise Refused(f"{person.name} is the last admin of {place.name}. Make somebody else an admin first.", field)


def _invitation(session: Session, user: str, invitation: str) -> Invitation:
    """Not locked yet: a workspace is, before the invitations into it."""
    of_theirs = select(Invitation).join(User, User.id == Invitation.user_id).where(User.public_id == user)
    row: Invitation | None = session.scalar(of_theirs.where(Invitation.public_id == invitation))
    if row is None:
        raise NotFound()
    return row


def _organization(session: Session, reference: str, workspace: Workspace | None) -> Organization:
    known = reference.strip()
    if workspace and not known:
        return session.get_one(Organization, workspace.organization_id)
    where = (Organization.public_id == known) | (Organization.slug == known.lower())
    query = select(Organization).where(where)
    row: Organization | None = session.scalar(query) if known.isprintable() and known else None
    if row is None:
        raise Refused("There is no such organization. Find one by its name.", "organization")
    if workspace and workspace.organization_id != row.id:
        raise Refused(f"{workspace.name} is no workspace of {row.name}. Choose one of its own, or none.", "workspace")
    return row


def _workspace(session: Session, reference: str) -> Workspace:
    known = reference.strip()
    where = (Workspace.public_id == known) | (Workspace.web_address == known.lower())
    query = select(Workspace).where(where).with_for_update()
    row: Workspace | None = session.scalar(query) if known.isprintable() else None
    if row is None:
        raise Refused("There is no such workspace. Find one by its name.", "workspace")
    _check_open(row, "workspace")
    return row


def _check_open(row: Workspace, field: str | None) -> None:
    if row.status in (Status.CANCELLED, Status.SUSPENDED):
        state = "in the trash" if row.status is Status.CANCELLED else "suspended"
        raise Refused(f"{row.name} is {state} and takes nobody now.", field)


def _check_new(session: Session, organization: Organization, workspace: Workspace | None, address: str) -> None:
    user = find(session, address)
    if user is None:
        return
    if user.staff_role:
        raise Refused(STAFF, "email")
    if _is_in(session, organization, workspace, user):
        where = (workspace or organization).name
        raise Refused(f"{user.name} is in {where} already: change the role instead, on the person’s page.", "email")
    pending = select(Invitation.id).where(
        Invitation.organization_id == organization.id,
        Invitation.workspace_id == (workspace.id if workspace else None),
        Invitation.user_id == user.id,
        Invitation.is_pending,
    )
    if session.scalar(pending.limit(1)) is not None:
        where = (workspace or organization).name
        raise Refused(f"{address} was invited into {where} already. Send that invitation again instead.", "email")


def _is_in(session: Session, organization: Organization, workspace: Workspace | None, user: User) -> bool:
    if workspace is None:
        member = select(OrganizationMember.id).where(
            OrganizationMember.organization_id == organization.id, OrganizationMember.user_id == user.id
        )
        return session.scalar(member) is not None
    with scope.workspace(workspace.id):
        return session.scalar(select(Membership.id).where(Membership.user_id == user.id)) is not None


def _other_admin(session: Session, place: Organization, person: User) -> bool:
    query = (
        select(OrganizationMember.id)
        .join(User, User.id == OrganizationMember.user_id)
        .where(
            OrganizationMember.organization_id == place.id,
            OrganizationMember.role == OrganizationRole.ADMIN,
            User.id != person.id,
            User.password_hash.is_not(None),  # whoever was only invited may never come
            User.barred_at.is_(None),
        )
    )
    return session.scalar(query.limit(1)) is not None
