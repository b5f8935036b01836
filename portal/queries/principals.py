"""Who is at the other end of a request: read once for each, together with the platform's settings, in one query."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Text, bindparam, cast, select

from portal.base.db import db
from portal.models import LoginSession, PlatformSettings, User, scope
from portal.rules.access import StaffRole
from portal.rules.platform import Platform
from portal.rules.text import initials


def token_digest(token: str) -> str:
    """What is kept of a random token of 256 bits: a fast hash will do, there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Principal:
    """A logged-in person, as of this request."""

    user_id: int
    public_id: str
    name: str
    email: str
    staff_role: StaffRole | None
    must_set_password: bool
    locale: str
    timezone: str
    theme: str
    shortcuts: bool
    has_second_factor: bool
    session_id: int
    session: str
    awaits_second_factor: bool
    reauthenticated_at: datetime
    seen_at: datetime

    @property
    def initials(self) -> str:
        """What stands in the person's round mark."""
        return initials(self.name)


_CURRENT = select(
    User.id,
    User.public_id,
    User.name,
    User.email,
    User.staff_role,
    User.must_set_password,
    User.locale,
    User.timezone,
    User.theme,
    User.shortcuts,
    User.totp_enabled_at.is_not(None),
    LoginSession.id,
    LoginSession.public_id,
    LoginSession.awaits_second_factor,
    LoginSession.reauthenticated_at,
    LoginSession.seen_at,
    select(cast(PlatformSettings.settings, Text)).scalar_subquery(),
    LoginSession.revoked_at,
    LoginSession.expires_at,
    User.suspended_at,
).join(User, User.id == LoginSession.user_id)
_OF_TOKEN = _CURRENT.where(LoginSession.token_digest == bindparam("digest"))


def current(token: str, now: datetime) -> tuple[Principal, Platform] | None:
    """The person whose session this token opens, and the platform's settings; None if it opens nothing now."""
    found = scope.rows(_OF_TOKEN, {"digest": token_digest(token)})
    if not found:
        return None
    *values, settings, revoked_at, expires_at, suspended_at = found[0]
    if revoked_at is not None or suspended_at is not None or expires_at <= now:
        return None
    return Principal(*values), _settings(settings)


@lru_cache(maxsize=8)
def _settings(stored: str | None) -> Platform:
    """The settings that this text says, read once: they hardly ever change."""
    return Platform.of(json.loads(stored) if stored else None)


def platform() -> Platform:
    """The platform's settings in force."""
    return Platform.of(db.session.scalar(select(PlatformSettings.settings)))


def any_user() -> bool:
    """Whether anybody can log in at all."""
    return db.session.scalar(select(User.id).where(User.password_hash.is_not(None)).limit(1)) is not None
