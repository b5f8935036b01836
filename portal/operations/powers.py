"""Who may change whom: nobody grants more than they have, and the platform never loses its last owner. What somebody
may do is asked as of now, under the lock of what is changed: they may have lost it since their page was drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal.models import Membership, Organization, OrganizationMember, User, scope
from portal.operations.locks import locked_organization
from portal.operations.unit import exclusively, unit
from portal.rules.access import OrganizationRole, Permission, StaffRole, held, may_grant, outranks
from portal.rules.actors import Actor
from portal.rules.errors import Forbidden, Refused

LOST = "Your role in this organization does not include it any more. Ask one of its admins."
LAST_OWNER = "{name} is the platform’s last owner who can log in. Make somebody else an owner first."


@contextmanager
def staff_in_turn() -> Iterator[Session]:
    """A unit in which no other decides about the staff: of two owners who demote each other at once, one stays."""
    with unit() as session:
        exclusively(session, "staff")
        yield session


def check_outranks(session: Session, row: User, by: Actor) -> None:
    """Raises Forbidden if the person is of the staff and this actor, as of now, may not change such a one."""
    if row.staff_role and not outranks(_held(session, by), row.staff_role):
        raise Forbidden("Staff are changed by owners of the platform.")


def check_may_grant(session: Session, role: StaffRole, by: Actor) -> None:
    """Raises Forbidden if this actor, as of now, may not give this role."""
    if not may_grant(_held(session, by), role):
        raise Forbidden("Nobody gives more than they have.")


def check_owner_stays(session: Session, row: User) -> None:
    """Before this person is kept out or demoted: Refused if no other owner of the platform could log in then. Within
    `staff_in_turn`."""
    if row.staff_role is not StaffRole.OWNER:
        return
    others = select(User.id).where(
        User.staff_role == StaffRole.OWNER,
        User.id != row.id,
        User.password_hash.is_not(None),
        User.barred_at.is_(None),
    )
    if session.scalar(others.limit(1)) is None:
        raise Refused(LAST_OWNER.format(name=row.name))


def kept(session: Session, organization: str) -> Organization:
    """The organization (public id) locked, so that nobody loses a role in it meanwhile. Raises NotFound."""
    return locked_organization(session, Organization.public_id == organization)


def kept_for(session: Session, organization: int, needed: Permission, by: Actor) -> Organization:
    """The same by its integer key, for somebody who may do this there as of now. Raises NotFound, Forbidden."""
    place = locked_organization(session, Organization.id == organization)
    check_held(session, place, needed, by)
    return place


def check_held(session: Session, place: Organization, needed: Permission, by: Actor) -> None:
    """Raises Forbidden if this actor, as of now, may not do this in the organization."""
    if needed not in held_in(session, place.id, by):
        raise Forbidden(LOST)


def held_in(session: Session, organization: int, by: Actor, workspace: int | None = None) -> frozenset[Permission]:
    """What the actor may do in this organization, and in this workspace of it (integer keys), as of now; programs may
    do everything. Staff who are inside a workspace have nothing of it here."""
    if by.user_id is None:
        return frozenset(Permission)
    there = (OrganizationMember.organization_id == organization, OrganizationMember.user_id == User.id)
    query = select(User.staff_role, OrganizationMember.role).outerjoin(OrganizationMember, and_(*there))
    found = session.execute(query.where(User.id == by.user_id, User.barred_at.is_(None))).one_or_none()
    if found is None or by.access:
        return held()
    with scope.platform():
        of_theirs = (Membership.workspace_id == workspace, Membership.user_id == by.user_id)
        role = session.scalar(select(Membership.role).where(*of_theirs)) if workspace else None
    return held(staff=found[0], organization=found[1], workspace=role)


def check_may_give(
    session: Session, place: Organization, role: OrganizationRole, by: Actor, field: str | None = None
) -> None:
    """Raises Refused if this actor, as of now, may not give this role in the organization."""
    if not may_grant(held_in(session, place.id, by), role):
        raise Refused(f"Nobody gives more than they have. Ask an admin of {place.name} to give this role.", field)


def check_may_take(session: Session, place: Organization, person: User, role: OrganizationRole, by: Actor) -> None:
    """Raises Refused if this actor, as of now, may not take this role in the organization from the person."""
    if not outranks(held_in(session, place.id, by), role):
        raise Refused(f"{person.name} may do more here than you. Ask an admin of {place.name} to change that.")


def _held(session: Session, by: Actor) -> frozenset[Permission]:
    """What the actor may do now, whatever it was when the request came; programs may do everything."""
    if by.user_id is None:
        return frozenset(Permission)
    mine = select(User.staff_role).where(User.id == by.user_id, User.barred_at.is_(None))
    return held(staff=session.scalar(mine))
