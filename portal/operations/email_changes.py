"""Another e-mail address for one's account: asked for with the password, confirmed by a link sent to the new one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.base import background, site
from portal.base.db import db
from portal.base.emails import check_email
from portal.models import EmailChange, User
from portal.operations import invitations, links, outbox, throttle
from portal.operations.accounts import find, readdress
from portal.operations.audit import record
from portal.operations.passwords import end_links
from portal.operations.sessions import Visit, confirm, end_all
from portal.operations.unit import locked, unit
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
    with unit() as session:
        row = locked(session, User, user)
        links.end(session, EmailChange, row, visit.at)
        record("user.email_change_requested", by, user=user, email=address)
        other = find(session, address)
        is_taken = other is not None and other is not row
        token = "" if is_taken else links.make(session, EmailChange, row, visit.at, LINK_LASTS, email=address)
        outbox.post(
            session,
            "email_change",
            address,
            "Confirm your e-mail address",
            now=visit.at,
            user=other if is_taken else row,
            token=token,
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
        link = links.take(session, EmailChange, token, by.at)
        if link.user_id != row.id:
            raise NotFound()
        address = link.email
        before = row.email
        try:
            readdress(session, row, address)
            session.flush()
        except IntegrityError:  # an account made at this very moment
            raise Conflict(f"There is an account with the e-mail {address} already. Nothing was changed.") from None
        row.email_verified_at = by.at
        end_links(session, row, by.at)
        invitations.readdress(session, row)
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
