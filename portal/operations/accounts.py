"""Accounts: making them, and what people change about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.base.emails import check_email, email_key
from portal.base.languages import locales, timezones
from portal.models import Theme, User, Workspace
from portal.models.columns import NAME
from portal.operations.audit import record
from portal.operations.derived import settling_all
from portal.operations.passwords import fresh_hash
from portal.operations.unit import locked, unit
from portal.rules.access import StaffRole
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Invalid, Refused
from portal.rules.text import clean_line, search_text, sort_key


def create_staff(email: str, name: str, password: str, role: StaffRole, by: Actor) -> str:
    """A member of the platform's staff, who may log in at once; answers the public id.

    Raises Refused for an unusable name, address or password, Conflict for a known address."""
    address, name = check_new_email(email), check_name(name)
    kept = fresh_hash(password, address, name)
    with unit() as session:
        _check_unknown(session, address)
        user = prepare(session, address, name, by)
        user.password_hash, user.email_verified_at, user.staff_role = kept, by.at, role
        session.flush()
        record("user.created", by, user=user.public_id, name=name, email=address, staff_role=role.value)
        return user.public_id


def check_new_email(text: str) -> str:
    """The address as stored. Raises Refused if it is none, Conflict if there is an account with it."""
    address = check_email(text)
    _check_unknown(db.session(), address)
    return address


def _check_unknown(session: Session, address: str) -> None:
    if find(session, address):
        raise Conflict(f"There is an account with the e-mail {address} already. Nothing was changed.")


def find(session: Session, email: str) -> User | None:
    """The account with this address, whatever its case."""
    return session.scalar(select(User).where(User.email_key == email_key(email)))


def prepare(session: Session, email: str, name: str, by: Actor) -> User:
    """In the open unit: a new account without a password, for this checked address and name. Not audited yet."""
    user = User(name=name, name_key=sort_key(name), email=email, email_key=email_key(email), created_at=by.at)
    session.add(user)
    session.flush()
    return user


def check_name(text: str, field: str | None = "name") -> str:
    """A person's name as stored, on one line. Refused if nothing of it can be seen, or if it is too long."""
    name = clean_line(text)
    if not name:
        raise Refused("Enter a name.", field)
    if len(name) > NAME:
        raise Refused(f"A name has at most {NAME} characters.", field)
    if "://" in name:  # it stands in mails to people who do not know them
        raise Refused("A name has no web address in it.", field)
    return name


@dataclass(frozen=True, slots=True)
class Profile:
    """What people say about themselves."""

    name: str
    locale: str
    timezone: str
    theme: str
    shortcuts: bool


def change_profile(user: str, profile: Profile, by: Actor) -> None:
    """The person's profile reads so. Raises Invalid for values that do not exist, Refused for an unusable name."""
    name, values = check_name(profile.name), _checked(profile)
    with unit() as session:
        row = locked(session, User, user)
        changes: dict[str, Any] = {}
        changes |= {key: (getattr(row, key), value) for key, value in values.items() if getattr(row, key) != value}
        for key, value in values.items():
            setattr(row, key, value)
        if row.name != name:
            changes["name"] = (row.name, name)
            rename(session, row, name)
        if changes:
            record("user.profile_changed", by, user=user, **changes)


def _checked(profile: Profile) -> dict[str, Any]:
    wrong = {}
    if profile.locale not in locales():
        wrong["locale"] = "Choose one of the listed languages."
    if profile.timezone not in timezones():
        wrong["timezone"] = "Choose one of the listed time zones."
    if profile.theme not in set(Theme):
        wrong["theme"] = "Choose the system's look, light or dark."
    if wrong:
        raise Invalid(wrong)
    return {
        "locale": profile.locale,
        "timezone": profile.timezone,
        "theme": Theme(profile.theme),
        "shortcuts": profile.shortcuts,
    }


def rename(session: Session, user: User, name: str) -> None:
    """In the open unit: the person has this checked name, also where the list of workspaces finds and sorts by it."""
    user.name, user.name_key, user.search_text = name, sort_key(name), search_text(name, user.email)
    _settle_owned(session, user)


def readdress(session: Session, user: User, email: str) -> None:
    """In the open unit: the person logs in with this checked address, by which the list finds the workspaces too.
    Raises Conflict if another account has it."""
    other = find(session, email)
    if other is not None and other is not user:
        raise Conflict(f"There is an account with the e-mail {email} already. Nothing was changed.")
    user.email, user.email_key, user.search_text = email, email_key(email), search_text(user.name, email)
    _settle_owned(session, user)


def _settle_owned(session: Session, user: User) -> None:
    owned = select(Workspace).where(Workspace.owner_id == user.id).order_by(Workspace.id).with_for_update()
    with settling_all(session, session.scalars(owned).all()):
        pass
