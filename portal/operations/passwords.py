"""Passwords: setting, changing, and resetting by a link in a mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import background, hashing, site
from portal.base.db import db
from portal.base.emails import email_key
from portal.models import PasswordReset, User
from portal.operations import links, outbox, throttle
from portal.operations.audit import record
from portal.operations.powers import check_outranks
from portal.operations.sessions import Opened, Visit, admit, confirm, end_all, open_session
from portal.operations.unit import locked, unit
from portal.queries.accounts import reset_target
from portal.queries.sessions import knows
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound, Refused
from portal.rules.passwords import weakness
from portal.rules.throttling import Attempt, Purpose

LINK_LASTS = timedelta(hours=1)
CHANGED = Refused("Your password was changed just now. Enter the new one.", "current_password")


def request_reset(email: str, visit: Visit) -> None:
    """A link to set a new password is on its way, if there is such an account. What is done for one that exists is
    done in the background, so that the answer takes as long for one that does not. Raises TooMany."""
    key = email_key(email)
    throttle.take(Attempt(Purpose.RESET, key, visit.address, knows(key, visit.address)), visit.at)
    background.run(partial(_send_link, key, visit))


def send_reset(user: str, by: Actor, *, wait: bool = False) -> str:
    """The person has a link to set a new password, by mail, because this actor wants it; answers the mail's public id.

    Raises Conflict for somebody who cannot log in, or has no password to replace."""
    with unit() as session:
        row = locked(session, User, user)
        check_outranks(session, row, by)
        if row.barred_at:
            raise Conflict(f"{row.name} cannot log in. Let them in again first.")
        if row.password_hash is None:
            raise Conflict(f"{row.name} has not chosen a password yet. Send the invitation again.")
        record("user.password_reset_sent", by, user=user, email=row.email)
        return _post_link(session, row, by.at, by_staff=True, wait=wait)


def _send_link(key: str, visit: Visit) -> None:
    with unit() as session:
        user = session.scalar(select(User).where(User.email_key == key))
        if user is None or user.barred_at:
            return
        record("user.password_reset_requested", visit.actor(None), user=user.public_id)
        _post_link(session, user, visit.at, address=visit.address)


def _post_link(
    session: Session, user: User, now: datetime, *, address: str = "", by_staff: bool = False, wait: bool = False
) -> str:
    """In the open unit: a link that is good once, within an hour; answers the mail's public id. `address`: who asked
    for it, unless staff did."""
    token = links.make(session, PasswordReset, user, now, LINK_LASTS)
    return outbox.post(
        session,
        "password_reset",
        user.email,
        "Set a new password",
        now=now,
        user=user,
        wait=wait,
        name=user.name,
        token=token,
        until=now + LINK_LASTS,
        link=site.external(f"/password/reset/{token}"),
        address=address,
        by_staff=by_staff,
    )


def reset(token: str, password: str, visit: Visit) -> Opened:
    """The link's person has this password, every session of theirs is ended, every such link is used up, and a
    session is opened for this browser.

    Raises NotFound for a link that is unknown, used or too old, Refused for a weak password."""
    person = reset_target(token, visit.at)
    if person is None:
        raise NotFound()
    kept = fresh_hash(password, person.email, person.name)
    with unit() as session:
        links.take(session, PasswordReset, token, visit.at)
        user = locked(session, User, person.user)
        if user.barred_at:
            raise NotFound()
        is_first = user.password_hash is None
        set_password(session, user, kept, visit.at)
        user.email_verified_at = user.email_verified_at or visit.at
        end_all(session, user, visit.at)
        record("user.password_changed", visit.actor(user), user=user.public_id, how="first" if is_first else "reset")
        if not is_first:
            _tell(session, user, visit.at)
        return admit(session, user, visit)


def change(user: str, present: str | None, password: str, by: Actor, visit: Visit) -> str:
    """The person has this password; their other sessions are ended and this one has a new token, which is answered.

    `present` is the password until now, None where a new one is due and was forced. Raises Refused for a wrong
    present or a weak new password, TooMany for one try too many."""
    confirmed = None if present is None else confirm(user, present, visit, "current_password")
    email, name, kept = db.session.execute(
        select(User.email, User.name, User.password_hash).where(User.public_id == user)
    ).one()
    kept = confirmed or kept
    if hashing.matches(kept, password):
        raise Refused("That is the password you have now: choose another.", "password")
    fresh = fresh_hash(password, email, name)
    with unit() as session:
        row = locked(session, User, user)
        if row.password_hash != kept or (present is None and not row.must_set_password):
            raise CHANGED
        set_password(session, row, fresh, by.at)
        end_all(session, row, by.at)
        record("user.password_changed", by, user=user, how="forced" if present is None else "changed")
        _tell(session, row, by.at)
        return open_session(session, row, visit)


def fresh_hash(password: str, email: str, name: str) -> str:
    """The hash of a new password. Raises Refused for a weak one. Takes too long to be called inside a unit."""
    return hashing.hash_password(check_strength(password, email, name))


def check_strength(password: str, email: str, name: str) -> str:
    """The password. Raises Refused for a weak one."""
    wrong = weakness(password, email=email, name=name)
    if wrong:
        raise Refused(wrong, "password")
    return password


def set_password(session: Session, user: User, kept: str, now: datetime) -> None:
    """In the open unit: this person has the password with this hash, and no link to set another works any more."""
    user.password_hash = kept
    user.must_set_password = False
    end_links(session, user, now)


def end_links(session: Session, user: User, now: datetime) -> None:
    """In the open unit: no link to set another password works any more."""
    links.end(session, PasswordReset, user, now)


def _tell(session: Session, user: User, now: datetime) -> None:
    """Say it in a mail, in case it was not the person."""
    link = site.external("/password/forgot")
    outbox.post(
        session, "password_changed", user.email, "Your password was changed", now=now, user=user, name=user.name,
        link=link,
    )  # fmt: skip
