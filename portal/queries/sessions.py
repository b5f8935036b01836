"""Reads about log-ins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.base.db import db
from portal.models import LoginSession, User
from portal.queries.principals import token_digest
from portal.rules.throttling import network

RECENT = 200  # log-ins among which an address is looked for


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it. `agent` is what the browser called itself."""

    public_id: str
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime


def open_sessions(user_id: int, now: datetime) -> Sequence[OpenSession]:
    """A person's open sessions, the last seen first."""
    query = (
        select(
            LoginSession.public_id,
            LoginSession.agent,
            LoginSession.address,
            LoginSession.created_at,
            LoginSession.seen_at,
        )
        .where(
            LoginSession.user_id == user_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.awaits_second_factor.is_(False),
        )
        .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
    )
    return [OpenSession(*row) for row in db.session.execute(query)]


def knows(email_key: str, address: str) -> bool:
    """Whether the account with this e-mail was opened from this address, or its network, before."""
    query = (
        select(LoginSession.address)
        .join(User, User.id == LoginSession.user_id)
        .where(User.email_key == email_key, LoginSession.awaits_second_factor.is_(False))
        .order_by(LoginSession.id.desc())
        .limit(RECENT)
    )
    return any(network(each) == network(address) for each in db.session.scalars(query))


@dataclass(frozen=True, slots=True)
class HalfWay:
    """A session that awaits the second factor, and its person, by their public ids."""

    session: str
    user: str
    email_key: str


def half_way(token: str, now: datetime, host: str = "") -> HalfWay | None:
    """The session of this token on this custom domain (blank: the platform's own hosts), if it awaits the second factor
    and has not run out."""
    query = (
        select(LoginSession.public_id, User.public_id, User.email_key)
        .join(User, User.id == LoginSession.user_id)
        .where(
            LoginSession.token_digest == token_digest(token),
            LoginSession.host == host,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.awaits_second_factor.is_(True),
        )
    )
    row = db.session.execute(query).one_or_none()
    return HalfWay(*row) if row else None
