"""What staff do to people's accounts: change them, keep them out and let them in again, and move them to the trash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.emails import check_email
from portal.base.languages import locales, timezones
from portal.models import Invitation, Organization, OrganizationMember, User, Workspace
from portal.operations import invitations, outbox
from portal.operations.accounts import check_name, readdress, rename
from portal.operations.audit import record
from portal.operations.passwords import end_links
from portal.operations.powers import check_outranks, check_owner_stays, staff_in_turn
from portal.operations.sessions import end_all, end_one
from portal.operations.unit import locked, unit
from portal.rules.access import OrganizationRole
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Invalid, Refused

MOST_NAMED = 3
ONESELF = "That is you. Ask another owner of the platform to do it."


@dataclass(frozen=True, slots=True)
class Details:
    """What an account says, as staff enter it."""

    name: str
    email: str
    locale: str
    timezone: str


class Stale(Conflict):
    """Somebody changed the account after the form was drawn: `theirs` is what it says now."""

    def __init__(self, theirs: Details) -> None:
        super().__init__("Somebody else changed this account after you opened it. Compare both versions.")
        self.theirs = theirs


OWN_ADDRESS = "Change your own address in your profile, where the new one is confirmed before it counts."


def change(user: str, wanted: Details, seen: Details, by: Actor) -> bool:
    """The account says so; answers whether that is new. `seen` is what it said when the form was drawn.

    A new address is not verified; sessions and links sent to the old one are ended, and a mail to it says so. Raises
    Invalid and Refused for what cannot be, with the field, Stale if somebody changed it since it was `seen`."""
    name, email = check_name(wanted.name), check_email(wanted.email)
    _check_reading(wanted)
    with unit() as session:
        row = _target(session, user, by)
        present = Details(row.name, row.email, row.locale, row.timezone)
        if present != seen:
            raise Stale(present)
        changes: dict[str, Any] = {}
        if name != row.name:
            changes["name"] = (row.name, name)
            rename(session, row, name)
        if email != row.email:
            if row.id == by.user_id:
                raise Refused(OWN_ADDRESS, "email")
            changes["email"] = (row.email, email)
            _readdress(session, row, email, by.at)
        for key in ("locale", "timezone"):
            if getattr(wanted, key) != getattr(present, key):
                changes[key] = (getattr(present, key), getattr(wanted, key))
                setattr(row, key, getattr(wanted, key))
        if changes:
            record("user.changed", by, user=user, account=present.email, **changes)
        return bool(changes)


def verify(user: str, by: Actor) -> None:
    """The address counts as verified. Raises Conflict if it does already."""
    with unit() as session:
        row = _target(session, user, by)
        if row.email_verified_at:
            raise Conflict(f"{row.email} is verified already.")
        row.email_verified_at = by.at
        record("user.verified", by, user=user, email=row.email)


def suspend(user: str, reason: str, by: Actor) -> None:
    """The person is out at once and cannot log in. Refused for oneself and for the last owner of the platform."""
    with staff_in_turn() as session:
        row = _target(session, user, by, but_oneself=True)
        check_owner_stays(session, row)
        if row.suspended_at:
            raise Conflict(f"{row.name} is suspended already.")
        row.suspended_at = by.at
        ended = end_all(session, row, by.at)
        end_links(session, row, by.at)
        record("user.suspended", by, reason=reason, user=user, email=row.email, sessions=ended)


def let_in(user: str, by: Actor) -> None:
    """The person may log in again. Raises Conflict if they are not suspended."""
    with unit() as session:
        row = _target(session, user, by)
        if not row.suspended_at:
            raise Conflict(f"{row.name} is not suspended.")
        row.suspended_at = None
        record("user.let_in", by, user=user, email=row.email)


def log_out(user: str, by: Actor, session_id: str | None = None) -> int:
    """No session of the person opens anything any more, or this one alone; answers how many were ended.

    Raises NotFound for a session that is not an open one of theirs."""
    with unit() as session:
        row = _target(session, user, by)
        if session_id is None:
            ended = end_all(session, row, by.at)
        else:
            end_one(session, row.id, session_id, by.at)
            ended = 1
        if ended:
            record("user.logged_out_everywhere", by, user=user, email=row.email, sessions=ended)
        return ended


def trash(user: str, by: Actor) -> None:
    """The person cannot log in and stands in no list; places, roles and the address stay theirs, so that `restore`
    brings all back. Open invitations are taken back.

    Refused for oneself, the last owner of the platform, a workspace's owner and an organization's last admin."""
    with staff_in_turn() as session:
        row = _target(session, user, by, but_oneself=True)
        check_owner_stays(session, row)
        _check_owns_nothing(session, row)
        _check_not_last_admin(session, row)
        row.trashed_at = by.at
        ended = end_all(session, row, by.at)
        end_links(session, row, by.at)
        taken_back = invitations.take_back(session, by, Invitation.user_id == row.id)
        record("user.trashed", by, user=user, email=row.email, sessions=ended, invitations=taken_back)


def restore(user: str, by: Actor) -> None:
    """The person is back, with all they had but sessions and invitations. Raises Conflict if not in the trash."""
    with unit() as session:
        row = locked(session, User, user)
        check_outranks(session, row, by)
        if not row.trashed_at:
            raise Conflict(f"{row.name} is not in the trash.")
        row.trashed_at = None
        record("user.restored", by, user=user, email=row.email)


def _target(session: Session, user: str, by: Actor, *, but_oneself: bool = False) -> User:
    """The locked account, not in the trash, of somebody whom this actor may change."""
    row = locked(session, User, user)
    check_outranks(session, row, by)
    if row.trashed_at:
        raise Conflict(f"{row.name} is in the trash. Restore the account first.")
    if but_oneself and row.id == by.user_id:
        raise Refused(ONESELF)
    return row


def _check_reading(wanted: Details) -> None:
    wrong = {}
    if wanted.locale not in locales():
        wrong["locale"] = "Choose one of the listed languages."
    if wanted.timezone not in timezones():
        wrong["timezone"] = "Choose one of the listed time zones."
    if wrong:
        raise Invalid(wrong)


def _readdress(session: Session, row: User, email: str, now: datetime) -> None:
    before = row.email
    try:
        readdress(session, row, email)
    except Conflict as error:
        raise Refused(f"{error.message} Enter another address.", "email") from None
    row.email_verified_at = None
    end_links(session, row, now)
    invitations.readdress(session, row)
    end_all(session, row, now)
    outbox.post(
        session,
        "email_changed",
        before,
        "Your e-mail address was changed",
        now=now,
        user=row,
        name=row.name,
        email=email,
    )


def _check_owns_nothing(session: Session, row: User) -> None:
    query = select(Workspace.name).where(Workspace.owner_id == row.id).order_by(Workspace.name_key)
    owned = session.scalars(query.limit(MOST_NAMED + 1)).all()
    if owned:
        raise Refused(f"{row.name} owns {_named(owned)}. Make somebody else the owner first.")


def _check_not_last_admin(session: Session, row: User) -> None:
    """Two admins cannot go at once: this is within `staff_in_turn`."""
    mine = select(OrganizationMember.organization_id).where(
        OrganizationMember.user_id == row.id, OrganizationMember.role == OrganizationRole.ADMIN
    )
    admins = (
        select(OrganizationMember.organization_id, OrganizationMember.user_id, User.barred_at)
        .join(User, User.id == OrganizationMember.user_id)
        .where(OrganizationMember.organization_id.in_(mine), OrganizationMember.role == OrganizationRole.ADMIN)
    )
    found = session.execute(admins).all()
    others = {each.organization_id for each in found if each.user_id != row.id and each.barred_at is None}
    alone = {each.organization_id for each in found} - others
    if alone:
        query = select(Organization.name).where(Organization.id.in_(alone)).order_by(Organization.name_key)
        names = session.scalars(query.limit(MOST_NAMED + 1)).all()
        raise Refused(f"{row.name} is the last admin of {_named(names)}. Make somebody else an admin first.")


def _named(names: Any) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and others" if len(names) > MOST_NAMED else shown
