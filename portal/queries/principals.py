"""Who is at the other end of a request: read once for each, together with the platform's settings, in one query."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, and_, bindparam, cast, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import AccessSession, LoginSession, PlatformSettings, User, Workspace, scope
from portal.rules.access import AccessMode, Permission, StaffRole, permissions_of
from portal.rules.access_sessions import AccessKind, Ending, ending
from portal.rules.platform import Platform
from portal.rules.text import initials


def token_digest(token: str) -> str:
    """What is kept of a random token of 256 bits: a fast hash will do, there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Access:
    """The access session that the person is in. `ended`: it holds no more, though nobody wrote that down yet.
    `on_behalf_of`: the owner who is impersonated, blank for Manage. `workspace`: public id."""

    public_id: str
    kind: AccessKind
    mode: AccessMode
    reason: str
    ticket: str
    expires_at: datetime
    workspace_id: int | None
    workspace: str
    workspace_name: str
    web_address: str
    on_behalf_of: str
    ended: Ending | None


@dataclass(frozen=True, slots=True)
class Principal:
    """A logged-in person, as of this request. `last_workspace_id`: the one that this browser was in."""

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
    last_workspace_id: int | None = None
    access: Access | None = None

    @property
    def initials(self) -> str:
        """What stands in the person's round mark."""
        return initials(self.name)


_Owner = aliased(User, name="owner")
_PERSON = (
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
    LoginSession.last_workspace_id,
)
_CURRENT = (
    select(
        *_PERSON,
        select(cast(PlatformSettings.settings, Text)).scalar_subquery(),
        LoginSession.revoked_at,
        LoginSession.expires_at,
        User.barred_at,
        AccessSession.public_id.label("access"),
        AccessSession.kind,
        AccessSession.mode,
        AccessSession.reason,
        AccessSession.ticket,
        AccessSession.expires_at.label("access_until"),
        Workspace.id.label("workspace_id"),
        Workspace.public_id.label("workspace"),
        Workspace.name.label("workspace_name"),
        Workspace.web_address,
        _Owner.name.label("owner"),
        and_(_Owner.id == Workspace.owner_id, _Owner.barred_at.is_(None)).label("owner_stands"),
    )
    .join(User, User.id == LoginSession.user_id)
    .outerjoin(AccessSession, (AccessSession.login_session_id == LoginSession.id) & AccessSession.ended_at.is_(None))
    .outerjoin(Workspace, Workspace.id == AccessSession.workspace_id)
    .outerjoin(_Owner, _Owner.id == AccessSession.on_behalf_of_id)
)
_OF_TOKEN = _CURRENT.where(LoginSession.token_digest == bindparam("digest"), LoginSession.host == bindparam("host"))


def current(token: str, now: datetime, host: str = "") -> tuple[Principal, Platform] | None:
    """The person whose session this token opens on this custom domain (blank: the platform's own hosts), and the
    platform's settings; None if it opens nothing there now."""
    found = scope.rows(_OF_TOKEN, {"digest": token_digest(token), "host": host})
    if not found:
        return None
    row = found[0]
    settings, revoked_at, expires_at, barred_at = row[len(_PERSON) : len(_PERSON) + 4]
    if revoked_at is not None or barred_at is not None or expires_at <= now:
        return None
    person = Principal(*row[: len(_PERSON)])
    return (replace(person, access=_access(row, now)) if row.access else person), _settings(settings)


def _access(row: Any, now: datetime) -> Access:
    has_workspace = row.workspace_id is not None
    return Access(
        public_id=row.access,
        kind=row.kind,
        mode=row.mode,
        reason=row.reason,
        ticket=row.ticket,
        expires_at=row.access_until,
        workspace_id=row.workspace_id,
        workspace=row.workspace or "",
        workspace_name=row.workspace_name or "",
        web_address=row.web_address or "",
        on_behalf_of=row.owner or "",
        ended=ending(
            row.kind,
            row.access_until,
            now,
            role=row.staff_role,
            has_workspace=has_workspace,
            owner_stands=bool(row.owner_stands),
        ),
    )


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


def permissions_now(user: int | None) -> frozenset[Permission]:
    """What this person (integer key) may do to workspaces at present; nothing once kept out, or not of the staff."""
    mine = select(User.staff_role).where(User.id == user, User.barred_at.is_(None))
    return permissions_of(db.session.scalar(mine))
