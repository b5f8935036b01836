"""API keys: whose a request is, and the list of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from portal.base.db import db
from portal.models import ApiKey, Workspace, scope
from portal.queries.principals import token_digest
from portal.rules.api_scopes import ApiScope
from portal.rules.errors import NotFound


@dataclass(frozen=True, slots=True)
class Caller:
    """A program at the other end of a request. `workspace_key` (integer key) and `workspace` (public id) of the one
    that its key is for; None and blank for all."""

    key: int
    public_id: str
    name: str
    scopes: frozenset[ApiScope]
    workspace_key: int | None
    workspace: str
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as staff see it."""

    public_id: str
    name: str
    prefix: str
    scopes: tuple[ApiScope, ...]
    workspace: str
    workspace_name: str
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str

    def works(self, now: datetime) -> bool:
        """Neither revoked nor over."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


_CALLER = (
    select(
        ApiKey.id,
        ApiKey.public_id,
        ApiKey.name,
        ApiKey.scopes,
        ApiKey.workspace_id,
        Workspace.public_id,
        ApiKey.last_used_at,
        ApiKey.expires_at,
        ApiKey.revoked_at,
    )
    .outerjoin(Workspace, Workspace.id == ApiKey.workspace_id)
    .where(ApiKey.digest == bindparam("digest"))
)
_ROWS = select(
    ApiKey.public_id,
    ApiKey.name,
    ApiKey.prefix,
    ApiKey.scopes,
    Workspace.public_id,
    Workspace.name,
    ApiKey.created_at,
    ApiKey.created_by,
    ApiKey.last_used_at,
    ApiKey.expires_at,
    ApiKey.revoked_at,
    ApiKey.revoked_by,
).outerjoin(Workspace, Workspace.id == ApiKey.workspace_id)


def caller(secret: str, now: datetime) -> Caller | None:
    """Whose key this is; None where it opens nothing, or nothing any more."""
    rows = scope.rows(_CALLER, {"digest": token_digest(secret)})
    if not rows:
        return None
    *about, expires_at, revoked_at = rows[0]
    if revoked_at is not None or (expires_at is not None and expires_at <= now):
        return None
    key, public_id, name, scopes, workspace_key, workspace, last_used_at = about
    return Caller(key, public_id, name, known(scopes), workspace_key, workspace or "", last_used_at)


def known(stored: Sequence[str]) -> frozenset[ApiScope]:
    """The scopes that these texts name; one that is none any more gives nothing."""
    return frozenset(each for each in ApiScope if each.value in stored)


def api_keys() -> list[KeyRow]:
    """All keys, the newest first; there are few."""
    return [_row(row) for row in db.session.execute(_ROWS.order_by(ApiKey.id.desc()))]


def api_key(public_id: str) -> KeyRow:
    """One of them; raises NotFound."""
    query = _ROWS.where(ApiKey.public_id == public_id)
    row = db.session.execute(query).one_or_none() if public_id.isprintable() else None
    if row is None:
        raise NotFound()
    return _row(row)


def _row(row: Any) -> KeyRow:
    public_id, name, prefix, scopes, workspace, workspace_name, *rest = row
    held = known(scopes)
    ordered = tuple(each for each in ApiScope if each in held)
    return KeyRow(public_id, name, prefix, ordered, workspace or "", workspace_name or "", *rest)
