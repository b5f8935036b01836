"""Links in mails that are good once, for a while: to set a password, to have another address. What is kept of one opens
nothing."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models import EmailChange, PasswordReset, User
from portal.operations import outbox
from portal.queries.principals import token_digest
from portal.rules.errors import NotFound

Link = TypeVar("Link", PasswordReset, EmailChange)


def make(session: Session, kind: type[Link], user: User, now: datetime, lasts: timedelta, **more: Any) -> str:
    """In the open unit: a link for this person, good for so long; answers its token, which goes into the mail."""
    token = secrets.token_urlsafe(32)
    row = kind(user_id=user.id, token_digest=token_digest(token), created_at=now, expires_at=now + lasts, **more)
    session.add(row)
    return token


def take(session: Session, kind: type[Link], token: str, now: datetime) -> Link:
    """The link with this token, which the open unit uses up: of many at once, one gets here. Raises NotFound for one
    that is unknown, used or too old."""
    good = update(kind).where(kind.token_digest == token_digest(token), kind.used_at.is_(None), kind.expires_at > now)
    found: Link | None = session.scalar(good.values(used_at=now).returning(kind))
    if found is None:
        raise NotFound()
    outbox.withdraw(session, [found.token_digest])
    return found


def end(session: Session, kind: type[Link], user: User, now: datetime) -> None:
    """In the open unit: no link of this kind that was sent to the person works any more."""
    unused = update(kind).where(kind.user_id == user.id, kind.used_at.is_(None))
    outbox.withdraw(session, session.scalars(unused.values(used_at=now).returning(kind.token_digest)))
