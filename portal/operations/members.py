"""Customers' people as the platform's staff arrange them: invited into an organization, given other roles there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.emails import check_email, email_key
from portal.models import Invitation, Membership, Organization, OrganizationMember, User, Workspace, scope
from portal.operations import invitations
from portal.operations.accounts import find
from portal.operations.audit import record
from portal.operations.invitations import Into, Sent
from portal.operations.unit import exclusively, locked, unit
from portal.queries import detail
from portal.rules import limits
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound, Refused
from portal.rules.lifecycle import Status
from portal.rules.limits import Limit


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is invited and where to: `organization` by public id or address, `workspace` by public id or web address,
    blank for none. Without a `name` the address stands for it until they choose one."""

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
        organization = _organization(session, newcomer.organization)
        workspace = _workspace(session, organization, newcomer.workspace) if newcomer.workspace else None
        _check_new(session, organization, workspace, address)
        if workspace:
            if newcomer.workspace_role is WorkspaceRole.OWNER:
                raise Refused("A workspace has one owner. Ownership is handed over there.", "workspace_role")
            _check_seat(workspace, by)
        role = newcomer.workspace_role if workspace else None
        into = Into(organization, newcomer.organization_role, workspace, role)
        name = newcomer.name or address.partition("@")[0]
        return invitations.invite(session, address, name, into, by, wait=wait)


def change_organization_role(user: str, organization: str, role: OrganizationRole, by: Actor) -> None:
    """The member has this role in the organization (public ids). Raises NotFound, Conflict where they have it already,
    Refused for the last admin."""
    with unit() as session:
        place = locked(session, Organization, organization)
        exclusively(session, "staff")  # as a move to the trash, which counts admins too
        person = locked(session, User, user)
        member = session.scalar(
            select(OrganizationMember)
            .where(OrganizationMember.organization_id == place.id, OrganizationMember.user_id == person.id)
            .with_for_update()
        )
        if member is None:
            raise NotFound()
        if member.role is role:
            raise Conflict(f"{person.name} has that role already.")
        if member.role is OrganizationRole.ADMIN and not _other_admin(session, place, person):
            raise Refused(
                f"{person.name} is the last admin of {place.name}. Make somebody else an admin first.", "role"
            )
        before, member.role = member.role, role
        record(
            "user.organization_role_changed",
            by,
            organization=place,
            user=user,
            email=person.email,
            role=(before.value, role.value),
        )


def change_workspace_role(user: str, workspace: str, role: WorkspaceRole, by: Actor) -> None:
    """The member has this role in the workspace (public ids). Raises NotFound, Conflict where they have it already,
    Refused for owners, who are made by handing over."""
    with unit() as session:
        place = locked(session, Workspace, workspace)
        person = locked(session, User, user)
        with scope.workspace(place.id):
            member = session.scalar(select(Membership).where(Membership.user_id == person.id).with_for_update())
        if member is None:
            raise NotFound()
        if member.role is WorkspaceRole.OWNER or role is WorkspaceRole.OWNER:
            raise Refused("A workspace has one owner. Ownership is handed over on the workspace’s page.", "role")
        if member.role is role:
            raise Conflict(f"{person.name} has that role already.")
        before, member.role = member.role, role
        record(
            "user.workspace_role_changed",
            by,
            workspace=place,
            user=user,
            email=person.email,
            role=(before.value, role.value),
        )


def _organization(session: Session, reference: str) -> Organization:
    known = reference.strip()
    where = (Organization.public_id == known) | (Organization.slug == known.lower())
    query = select(Organization).where(where)
    row: Organization | None = session.scalar(query) if known.isprintable() and known else None
    if row is None:
        raise Refused("Choose an organization that there is, by its name in its address.", "organization")
    return row


def _workspace(session: Session, organization: Organization, reference: str) -> Workspace:
    known = reference.strip()
    where = (Workspace.public_id == known) | (Workspace.web_address == known.lower())
    query = select(Workspace).where(where).with_for_update()
    row: Workspace | None = session.scalar(query) if known.isprintable() else None
    if row is None or row.organization_id != organization.id:
        raise Refused(f"{organization.name} has no workspace with this address.", "workspace")
    if row.status in (Status.CANCELLED, Status.SUSPENDED):
        state = "in the trash" if row.status is Status.CANCELLED else "suspended"
        raise Refused(f"{row.name} is {state} and takes nobody now.", "workspace")
    return row


def _check_new(session: Session, organization: Organization, workspace: Workspace | None, address: str) -> None:
    user = find(session, address)
    if user and user.staff_role:
        raise Refused(
            f"{user.name} is of the platform’s staff and cannot be a customer too. Use another address.", "email"
        )
    if user and _is_in(session, organization, workspace, user):
        raise Refused(f"{user.name} is there already: change the role on the person’s page.", "email")
    pending = select(Invitation.id).where(
        Invitation.organization_id == organization.id,
        Invitation.workspace_id == (workspace.id if workspace else None),
        Invitation.email_key == email_key(address),
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    if session.scalar(pending.limit(1)) is not None:
        raise Refused(f"{address} was invited there already. Send that invitation again instead.", "email")


def _is_in(session: Session, organization: Organization, workspace: Workspace | None, user: User) -> bool:
    if workspace is None:
        member = select(OrganizationMember.id).where(
            OrganizationMember.organization_id == organization.id, OrganizationMember.user_id == user.id
        )
        return session.scalar(member) is not None
    with scope.workspace(workspace.id):
        return session.scalar(select(Membership.id).where(Membership.user_id == user.id)) is not None


def _check_seat(workspace: Workspace, by: Actor) -> None:
    """Seats are members and pending invitations; the workspace is locked, so that two do not take the last one."""
    with scope.platform():
        states = detail.detail(workspace.public_id, by.at).limits
    seats = next(state for state in states if state.limit is Limit.USERS)
    limits.check(Limit.USERS, seats.effective, seats.used, field="workspace")


def _other_admin(session: Session, place: Organization, person: User) -> bool:
    query = (
        select(OrganizationMember.id)
        .join(User, User.id == OrganizationMember.user_id)
        .where(
            OrganizationMember.organization_id == place.id,
            OrganizationMember.role == OrganizationRole.ADMIN,
            User.id != person.id,
            User.trashed_at.is_(None),
        )
    )
    return session.scalar(query.limit(1)) is not None
