"""Log-ins: server-side sessions. A browser has only a token; a log-in, a second factor and a new password change it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from portal.base import hashing
from portal.base.db import db
from portal.base.emails import email_key
from portal.models import LoginSession, User
from portal.operations import access_sessions, throttle
from portal.operations.audit import record
from portal.operations.unit import unit
from portal.queries.domains import belongs
from portal.queries.principals import token_digest
from portal.queries.sessions import knows
from portal.rules.access_sessions import Ending
from portal.rules.actors import Actor, ActorKind
from portal.rules.errors import NotFound, Refused
from portal.rules.throttling import Attempt, Purpose

WRONG = "E-mail or password is not right."
HALF_WAY = timedelta(minutes=10)  # for entering the code of the second factor
HEARTBEAT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is not logged in, or not yet. `token` is that of the cookie it came with; a session
    opened now lasts for `lifetime`. `host`: the custom domain that it is for, blank for the platform's own."""

    at: datetime
    address: str
    agent: str
    request_id: str
    lifetime: timedelta
    token: str | None = None
    host: str = ""

    def actor(self, user: User | None) -> Actor:
        """As the one behind a change."""
        if user is None:
            return Actor(ActorKind.USER, "Somebody not logged in", self.at, None, self.request_id)
        return Actor(ActorKind.USER, user.name, self.at, user.id, self.request_id)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was just opened: the token for the cookie, and whether the second factor is still due."""

    token: str
    awaits_second_factor: bool


def log_in(email: str, password: str, visit: Visit) -> Opened:
    """A session for the person with this e-mail and password.

    Raises Refused with the same words for an unknown person, a wrong password, a suspended person, and on a custom
    domain for whoever it is not for; TooMany for one try too many."""
    key = email_key(email)
    attempt = Attempt(Purpose.LOG_IN, key, visit.address, knows(key, visit.address))
    throttle.take(attempt, visit.at)
    kept = db.session.scalar(select(User.password_hash).where(User.email_key == key))
    if not hashing.matches(kept, password):
        raise Refused(WRONG)
    renewed = hashing.hash_password(password) if hashing.outdated(kept or "") else kept
    with unit() as session:
        user = session.scalar(select(User).where(User.email_key == key).with_for_update())
        if user is None or user.barred_at or user.password_hash != kept:
            raise Refused(WRONG)
        if visit.host and not belongs(user.id, visit.host):
            raise Refused(WRONG)
        user.password_hash = renewed
        throttle.release(session, attempt)
        return admit(session, user, visit)


def admit(session: Session, user: User, visit: Visit) -> Opened:
    """In the open unit: a session for this person, whose password or link was right. If a second factor is due, the
    session opens nothing but that step."""
    if user.totp_enabled_at is not None:
        return Opened(open_session(session, user, visit, half_way=True), True)
    record("user.logged_in", visit.actor(user), user=user.public_id, address=visit.address, agent=visit.agent)
    return Opened(open_session(session, user, visit), False)


def open_session(session: Session, user: User, visit: Visit, *, half_way: bool = False) -> str:
    """In the open unit: a new session; answers its token. The one that the browser had until now is ended."""
    if visit.token:
        _revoke(session, visit.at, LoginSession.token_digest == token_digest(visit.token))
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_digest=token_digest(token),
            user_id=user.id,
            created_at=visit.at,
            seen_at=visit.at,
            reauthenticated_at=visit.at,
            expires_at=visit.at + (HALF_WAY if half_way else visit.lifetime),
            awaits_second_factor=half_way,
            agent=visit.agent,
            address=visit.address,
            host=visit.host,
        )
    )
    if not half_way:
        user.last_seen_at = visit.at
    return token


def log_out(user: str, session_id: str, by: Actor) -> None:
    """This session opens nothing any more."""
    with unit() as session:
        if _revoke(session, by.at, LoginSession.public_id == session_id):
            record("user.logged_out", by, user=user, session=session_id)


def end(user: str, session_id: str, by: Actor) -> None:
    """One of this person's own sessions is ended. Raises NotFound if it is not an open one of theirs."""
    with unit() as session:
        end_one(session, by.user_id, session_id, by.at)
        record("user.session_ended", by, user=user, session=session_id)


def end_others(user: str, keep: str, by: Actor) -> int:
    """All of this person's own sessions but `keep` are ended; answers how many were."""
    with unit() as session:
        ended = _revoke(session, by.at, LoginSession.user_id == by.user_id, LoginSession.public_id != keep)
        if ended:
            record("user.sessions_ended", by, user=user, sessions=ended)
        return ended


def end_all(session: Session, user: User, now: datetime, keep: str | None = None) -> int:
    """In the open unit: no session of this person, but the one that is to be kept, opens anything any more; answers
    how many were ended."""
    others = LoginSession.public_id != keep if keep else true()
    return _revoke(session, now, LoginSession.user_id == user.id, others)


def end_on(session: Session, host: str, now: datetime) -> None:
    """In the open unit: no session on this custom domain opens anything any more."""
    _revoke(session, now, LoginSession.host == host)


def end_everybody(session: Session, now: datetime) -> int:
    """In the open unit: nobody's session opens anything any more; answers how many were ended."""
    return _revoke(session, now)


def end_one(session: Session, user_id: int | None, session_id: str, now: datetime) -> None:
    """In the open unit: the same for one session of this person. Raises NotFound if it is not an open one of theirs."""
    if not _revoke(session, now, LoginSession.user_id == user_id, LoginSession.public_id == session_id):
        raise NotFound()


def seen(user: str, session_id: str, now: datetime) -> None:
    """The session and its person were seen now; written at most once in 5 minutes."""
    with unit() as session:
        late = update(LoginSession).where(LoginSession.public_id == session_id, LoginSession.seen_at <= now - HEARTBEAT)
        if session.execute(late.values(seen_at=now).returning(LoginSession.id)).first():
            session.execute(update(User).where(User.public_id == user).values(last_seen_at=now))


def reauthenticate(user: str, session_id: str, password: str, visit: Visit) -> None:
    """The person entered the password once more, so that credentials and power may be changed for a while.

    Raises Refused if it is wrong, TooMany for one try too many."""
    confirm(user, password, visit)
    with unit() as session:
        mine = update(LoginSession).where(LoginSession.public_id == session_id)
        session.execute(mine.values(reauthenticated_at=visit.at))


def confirm(user: str, password: str, visit: Visit, field: str = "password") -> str:
    """The hash of this person's password, which the given one is; whatever comes next, the try was a good one.

    Raises Refused if it is wrong, TooMany for one try too many. Takes too long to be called inside a unit."""
    attempt = Attempt(Purpose.CONFIRM, user, visit.address)
    throttle.take(attempt, visit.at)
    kept = db.session.scalar(select(User.password_hash).where(User.public_id == user))
    if not hashing.matches(kept, password) or kept is None:
        raise Refused("That is not your password.", field)
    with unit() as session:
        throttle.release(session, attempt)
    return kept


def _revoke(session: Session, now: datetime, *which: object) -> int:
    """End those that are open, and the access sessions in them; answers how many."""
    query = update(LoginSession).where(LoginSession.revoked_at.is_(None), *which)  # type: ignore[arg-type]
    ended = session.scalars(query.values(revoked_at=now).returning(LoginSession.id)).all()
    if ended:
        access_sessions.end_of(session, ended, now, Ending.LOGGED_OUT)
    return len(ended)
