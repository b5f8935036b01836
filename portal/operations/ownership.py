"""Handing a workspace over: exactly one member is its owner, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.models import Invitation, Membership, Organization, OrganizationMember, User, Workspace, scope
from portal.operations.audit import record
from portal.operations.derived import settling
from portal.operations.drafts import NewOwner
from portal.operations.invitations import Into, invite_account, prepared, take_back
from portal.operations.powers import held_in, kept
from portal.operations.seats import check_seat
from portal.operations.unit import exclusively, locked, unit
from portal.queries.directory import KnownUser
from portal.rules.access import OrganizationRole, WorkspaceRole, may_grant
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Forbidden, NotFound, Refused

MAY = "A workspace is handed over by its owner, or by an admin of its organization."


@dataclass(frozen=True, slots=True)
class HandedOver:
    """E-mails of the owners before and after; `mail` is the outbox's id of the invitation, where one was written."""

    before: str
    after: str
    invited: bool
    mail: str | None


def give(workspace: str, user: str, by: Actor) -> HandedOver:
    """Somebody of the team (public ids) owns the workspace, as its owner or an admin of its organization wants it.

    Raises NotFound, Forbidden for who may not as of now, Conflict for a closed workspace and whoever owns it already,
    Refused for who cannot log in, and where the primary's owner would become an admin by somebody who is none."""
    with unit() as session, scope.platform():
        exclusively(session, "workspaces")  # as whoever removes somebody from the organization
        which = select(Organization.public_id).join(Workspace, Workspace.organization_id == Organization.id)
        place = kept(session, session.scalar(which.where(Workspace.public_id == workspace)) or "")
        row = locked(session, Workspace, workspace)
        person = locked(session, User, user)
        held = held_in(session, place.id, by, row.id)
        if not may_grant(held, WorkspaceRole.OWNER):
            raise Forbidden(MAY)
        _check_heir(session, row, person)
        if row.is_primary and not may_grant(held, OrganizationRole.ADMIN):
            raise Refused(
                f"{row.name} is the primary workspace, whose owner becomes an admin of {place.name}: nobody gives more "
                "than they have. Ask an admin to hand it over."
            )
        with settling(session, row):
            row.version += 1
            known = KnownUser(person.id, person.public_id, person.name, person.email, is_staff=False, suspended=False)
            return hand_over(session, row, known, by, wait=False)


def _check_heir(session: Session, row: Workspace, person: User) -> None:
    role = session.scalar(
        select(Membership.role).where(Membership.workspace_id == row.id, Membership.user_id == person.id)
    )
    if role is None:
        raise NotFound()
    if row.cancelled_at is not None:
        raise Conflict("This workspace is closed: it stays with its owner.")
    if role is WorkspaceRole.OWNER:
        raise Conflict(f"{person.name} owns this workspace already.")
    if person.barred_at or not person.password_hash:
        why = "is suspended" if person.barred_at else "has not accepted the invitation yet"
        raise Refused(f"{person.name} {why} and could not see to the workspace. Choose somebody who can log in.")


def hand_over(session: Session, row: Workspace, to: KnownUser | NewOwner, by: Actor, *, wait: bool) -> HandedOver:
    """In the open unit, with the row locked and being settled: the person owns the workspace, and is a member of its
    organization (its admin, if the workspace is the primary one). The old owner becomes a manager; one who has never
    accepted is taken out, and the invitation taken back. Raises LimitReached where the new owner finds no seat."""
    with scope.platform():
        before = session.get(User, row.owner_id) if row.owner_id else None
        invited = isinstance(to, NewOwner)
        leaves = before is not None and before.password_hash is None
        if not leaves and (invited or not _is_member(session, row, to)):
            check_seat(row, by, "owner")
        after = _person(session, row, to, by)
        if before is not None:
            _step_down(session, row, before, by, leaves=leaves)
        _take_over(session, row, after, by)
        row.owner_id = after.id
        row.user_count = session.scalar(_count(row)) or 0
    organization = session.get_one(Organization, row.organization_id)
    place = Into(organization, _role(row), row, WorkspaceRole.OWNER)
    mail = invite_account(session, after, place, by, wait=wait).mail if invited else None
    old = before.email if before else ""
    record("workspace.owner_changed", by, workspace=row, owner=(old, after.email))
    return HandedOver(old, after.email, invited, mail)


def _role(row: Workspace) -> OrganizationRole:
    return OrganizationRole.ADMIN if row.is_primary else OrganizationRole.MEMBER


def _count(row: Workspace) -> Any:
    return select(func.count()).select_from(Membership).where(Membership.workspace_id == row.id)


def _is_member(session: Session, row: Workspace, to: KnownUser | NewOwner) -> bool:
    known = getattr(to, "id", None)
    return bool(session.scalar(_count(row).where(Membership.user_id == known)))


def _person(session: Session, row: Workspace, to: KnownUser | NewOwner, by: Actor) -> User:
    if isinstance(to, NewOwner):
        return prepared(session, to.email, to.name, by, timezone=row.timezone)
    return session.get_one(User, to.id)


def _step_down(session: Session, row: Workspace, before: User, by: Actor, *, leaves: bool) -> None:
    of_workspace = (Membership.workspace_id == row.id, Membership.user_id == before.id)
    if not leaves:
        session.execute(update(Membership).where(*of_workspace).values(role=WorkspaceRole.MANAGER))
        return
    session.execute(delete(Membership).where(*of_workspace))
    take_back(session, by, Invitation.workspace_id == row.id, Invitation.user_id == before.id)
    elsewhere = (
        select(Membership.id)
        .join(Workspace, Workspace.id == Membership.workspace_id)
        .where(Workspace.organization_id == row.organization_id, Membership.user_id == before.id)
        .limit(1)
    )
    if session.scalar(elsewhere) is None:
        session.execute(
            delete(OrganizationMember).where(
                OrganizationMember.organization_id == row.organization_id, OrganizationMember.user_id == before.id
            )
        )


def _take_over(session: Session, row: Workspace, after: User, by: Actor) -> None:
    member = session.scalar(select(Membership).where(Membership.workspace_id == row.id, Membership.user_id == after.id))
    if member is None:
        session.add(Membership(workspace_id=row.id, user_id=after.id, role=WorkspaceRole.OWNER, created_at=by.at))
        take_back(session, by, Invitation.workspace_id == row.id, Invitation.user_id == after.id)
    else:
        member.role = WorkspaceRole.OWNER
    joined = session.scalar(
        select(OrganizationMember).where(
            OrganizationMember.organization_id == row.organization_id, OrganizationMember.user_id == after.id
        )
    )
    if joined is None:
        session.add(
            OrganizationMember(organization_id=row.organization_id, user_id=after.id, role=_role(row), created_at=by.at)
        )
    elif row.is_primary and joined.role is not OrganizationRole.ADMIN:
        before, joined.role = joined.role, OrganizationRole.ADMIN
        place = session.get_one(Organization, row.organization_id)
        facts: dict[str, Any] = {"user": after.public_id, "email": after.email}
        role = (before.value, joined.role.value)
        record("user.organization_role_changed", by, organization=place, **facts, role=role)
    session.flush()
