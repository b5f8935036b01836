"""The platform's staff: invited, given other roles, and let go. Staff and customers are different people: staff come
into a workspace by an access session, never as a member."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import site
from portal.base.emails import check_email
from portal.models import Invitation, Membership, Organization, OrganizationMember, PasswordReset, User, scope
from portal.operations import links, outbox
from portal.operations.accounts import check_name, find, prepare
from portal.operations.audit import record
from portal.operations.passwords import end_links
from portal.operations.powers import check_may_grant, check_outranks, check_owner_stays, staff_in_turn
from portal.operations.sessions import end_all
from portal.operations.unit import locked
from portal.rules.access import StaffRole
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Refused

LINK_LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody of the staff: public id, and that of the mail with the link; None for who had an account."""

    user: str
    mail: str | None


def invite(email: str, name: str, role: StaffRole, by: Actor, *, wait: bool = False) -> Joined:
    """Somebody new has an account with this role and, by mail, a link to choose a password, good once and for 7 days;
    somebody with an account and no customer's places has the role at once.

    Raises Refused for an unusable name or address, for a member of a customer and for staff, Forbidden for a role that
    the actor may not give."""
    address = check_email(email)
    with staff_in_turn() as session:
        check_may_grant(session, role, by)
        row = find(session, address)
        if row is None:
            row = prepare(session, address, check_name(name), by)
            row.must_set_password, row.staff_role = True, role
            record("user.staff_invited", by, user=row.public_id, email=row.email, staff_role=role.value)
            return Joined(row.public_id, _send_link(session, row, by, wait))
        if row.staff_role:
            raise Refused(f"{row.name} is of the staff already: change the role in the list.", "email")
        _give(session, row, role, by, "", "email")
        return Joined(row.public_id, None if row.password_hash else _send_link(session, row, by, wait))


def invite_again(user: str, by: Actor, *, wait: bool = False) -> str:
    """A new link is on its way, the old one is dead; answers the mail's public id. Raises Conflict if a password was
    chosen already."""
    with staff_in_turn() as session:
        row, role = _invited(session, user, by)
        record("user.staff_invited", by, user=user, email=row.email, staff_role=role.value)
        return _send_link(session, row, by, wait)


def make_link(user: str, by: Actor) -> str:
    """A new link is there, for the actor to hand over, and the old one is dead; answers its address. Raises Conflict if
    a password was chosen already."""
    with staff_in_turn() as session:
        row, role = _invited(session, user, by)
        record("user.staff_link_made", by, user=user, email=row.email, staff_role=role.value)
        return _address(_new_token(session, row, by))


def _invited(session: Session, user: str, by: Actor) -> tuple[User, StaffRole]:
    row = locked(session, User, user)
    check_outranks(session, row, by)
    if row.password_hash or row.staff_role is None:
        raise Conflict(f"{row.name} has a password already: there is nothing to send.")
    if row.barred_at:
        raise Conflict(f"{row.name} cannot log in. Let them in again first.")
    return row, row.staff_role


def change_role(user: str, role: StaffRole | None, reason: str, by: Actor) -> None:
    """The person has this role of the staff, or none; their sessions are ended, so that none goes on with the old one.

    Refused for a member of a customer and for the last owner, Conflict where nothing would change or the account is in
    the trash, Forbidden for a role that the actor may not give or take."""
    with staff_in_turn() as session:
        row = locked(session, User, user)
        check_outranks(session, row, by)
        if row.staff_role is role:
            raise Conflict(f"{row.name} has that role already.")
        if role is not None:
            check_may_grant(session, role, by)
        if role is not StaffRole.OWNER:
            check_owner_stays(session, row)
        _give(session, row, role, by, reason, "role")


def _give(session: Session, row: User, role: StaffRole | None, by: Actor, reason: str, field: str) -> None:
    if row.trashed_at:
        raise Refused(f"{row.name} is in the trash. Restore the account first.", field)
    if role is not None and row.staff_role is None:
        _check_no_customer(session, row, field)
    before = row.staff_role.value if row.staff_role else ""
    row.staff_role = role
    end_links(session, row, by.at)  # one that was sent for the old role must not open the new
    ended = end_all(session, row, by.at) if row.id != by.user_id else 0
    record(
        "user.staff_role_changed",
        by,
        reason=reason,
        user=row.public_id,
        email=row.email,
        staff_role=(before, role.value if role else ""),
        sessions=ended,
    )


def _check_no_customer(session: Session, row: User, field: str) -> None:
    with scope.platform():
        place = session.scalar(
            select(Organization.name)
            .join(OrganizationMember, OrganizationMember.organization_id == Organization.id)
            .where(OrganizationMember.user_id == row.id)
            .limit(1)
        )
        inside = session.scalar(select(Membership.id).where(Membership.user_id == row.id).limit(1))
    invited = select(Invitation.id).where(Invitation.user_id == row.id, Invitation.is_pending)
    if place or inside:
        where = place or "a workspace"
        raise Refused(
            f"{row.name} belongs to the customer {where}. Staff need an address of their own: invite another.", field
        )
    if session.scalar(invited.limit(1)):
        raise Refused(
            f"{row.name} is invited by a customer. Staff need an address of their own: invite another.", field
        )


def _send_link(session: Session, row: User, by: Actor, wait: bool) -> str:
    token = _new_token(session, row, by)
    return outbox.post(
        session,
        "staff_invitation",
        row.email,
        "Invitation to the staff",
        now=by.at,
        user=row,
        wait=wait,
        name=row.name,
        token=token,
        until=by.at + LINK_LASTS,
        by=by.label if by.user_id else "",
        link=_address(token),
    )


def _new_token(session: Session, row: User, by: Actor) -> str:
    end_links(session, row, by.at)
    return links.make(session, PasswordReset, row, by.at, LINK_LASTS)


def _address(token: str) -> str:
    return site.external(f"/password/reset/{token}")
