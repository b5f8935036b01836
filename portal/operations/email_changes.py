"""Another e-mail address for one's account: asked for with the password, confirmed by a link sent to the new one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base import background, site
from portal.base.db import db
from portal.base.emails import check_email
from portal.models import EmailChange, User
from portal.operations import outbox, throttle
from portal.operations.accounts import find, readdress
from portal.operations.audit import record
from portal.operations.passwords import end_links
from portal.operations.sessions import Visit, confirm, end_all
from portal.operations.unit import locked, unit
from portal.queries.principals import token_digest
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound, Refused
from portal.rules.throttling import Attempt, Purpose

LINK_LASTS = timedelta(hours=1)


def request(user: str, email: str, password: str, by: Actor, visit: Visit) -> str:
    """A link is on its way to the new address, and older ones are dead; nothing else has changed. Answers the address.

    What is done for one that has an account already is done in the background, so that nobody can tell. Raises Refused
    for an unusable address, the present one, or a wrong password, TooMany for one try too many."""
    address = check_email(email)
    if address == db.session.scalar(select(User.email).where(User.public_id == user)):
        raise Refused("That is your e-mail address already.", "email")
    confirm(user, password, visit)
    throttle.take(Attempt(Purpose.EMAIL, user, visit.address), visit.at)
    background.run(partial(_send_link, user, address, by, visit))
    return address


def _send_link(user: str, address: str, by: Actor, visit: Visit) -> None:
    token = secrets.token_urlsafe(32)
    with unit() as session:
        row = locked(session, User, user)
        _use_up(session, row, visit.at)
        record("user.email_change_requested", by, user=user, email=address)
        other = find(session, address)
        is_taken = other is not None and other is not row
        if not is_taken:
            session.add(
                EmailChange(
                    user_id=row.id,
                    email=address,
                    token_digest=token_digest(token),
                    created_at=visit.at,
                    expires_at=visit.at + LINK_LASTS,
                )
            )
        outbox.post(
            session,
            "email_change",
            address,
            "Confirm your e-mail address",
            now=visit.at,
            user=other if is_taken else row,
            token="" if is_taken else token,
            until=None if is_taken else visit.at + LINK_LASTS,
            link="" if is_taken else site.external(f"/me/email/{token}"),
        )


def change(user: str, token: str, by: Actor, keep: str) -> str:
    """The person logs in with the address that this link was sent to, which is answered; their sessions but `keep` and
    every link to set a password are ended, and a mail to the address until now says so.

    Raises NotFound for a link that is unknown, used, too old or somebody else's, Conflict if another account has the
    address by now."""
    with unit() as session:
        row = locked(session, User, user)
        address = _take(session, row, token, by.at)
        before = row.email
        try:
            readdress(session, row, address)
            session.flush()
        except IntegrityError:  # an account made at this very moment
            raise Conflict(f"There is an account with the e-mail {address} already. Nothing was changed.") from None
        row.email_verified_at = by.at
        end_links(session, row, by.at)
        end_all(session, row, by.at, keep)
        record("user.email_changed", by, user=user, email=(before, address))
        outbox.post(
            session,
            "email_changed",
            before,
            "Your e-mail address was changed",
            now=by.at,
            user=row,
            name=row.name,
            email=address,
        )
        return address


def _take(session: Session, user: User, token: str, now: datetime) -> str:
    """The address of this link, which the open unit uses up. Of many at once, one gets here."""
    mine = update(EmailChange).where(
        EmailChange.token_digest == token_digest(token),
        EmailChange.user_id == user.id,
        EmailChange.used_at.is_(None),
        EmailChange.expires_at > now,
    )
    address: str | None = session.scalar(mine.values(used_at=now).returning(EmailChange.email))
    if address is None:
        raise NotFound()
    outbox.withdraw(session, [token_digest(token)])
    return address


def _use_up(session: Session, user: User, now: datetime) -> None:
    """No link works that was sent before."""
    links = update(EmailChange).where(EmailChange.user_id == user.id, EmailChange.used_at.is_(None))
    outbox.withdraw(session, session.scalars(links.values(used_at=now).returning(EmailChange.token_digest)))
