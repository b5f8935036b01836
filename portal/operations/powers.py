"""Who may change whom: nobody grants more than they have, and the platform never loses its last owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import User
from portal.operations.unit import exclusively, unit
from portal.rules.access import Permission, StaffRole, held, may_grant, outranks
from portal.rules.actors import Actor
from portal.rules.errors import Forbidden, Refused

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


def _held(session: Session, by: Actor) -> frozenset[Permission]:
    """What the actor may do now, whatever it was when the request came; programs may do everything."""
    if by.user_id is None:
        return frozenset(Permission)
    mine = select(User.staff_role).where(User.id == by.user_id, User.barred_at.is_(None))
    return held(staff=session.scalar(mine))
