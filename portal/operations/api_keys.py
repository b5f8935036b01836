"""API keys: made, revoked, and used. A key depends on nobody: programs go on when whoever made it has left."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.base import ids
from portal.models import ApiKey, Workspace, scope
from portal.models.columns import NAME
from portal.operations.audit import record
from portal.operations.draft_fields import line
from portal.operations.drafts import Faults
from portal.operations.one_workspace import one_or_all
from portal.operations.unit import locked, unit
from portal.queries.principals import platform, token_digest
from portal.rules.actors import Actor
from portal.rules.api_scopes import ApiScope
from portal.rules.errors import Conflict, Invalid, Refused
from portal.rules.periods import day_start

BEGINS = "ptl_"  # so that whoever scans files for lost secrets can tell one
SHOWN = 12  # letters of a key that are kept, to tell it apart
USED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NewKey:
    """What somebody typed. `workspace`: public id or web address, blank for all; `expires`: the last day (ISO, of the
    platform's time zone) on which it works, blank for no end."""

    name: str = ""
    scopes: Collection[str] = ()
    workspace: str = ""
    expires: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A new key: the secret is nowhere else, and told this once."""

    public_id: str
    secret: str


def create(new: NewKey, by: Actor) -> Made:
    """There is one more key. Raises Invalid with a message at each field at fault."""
    secret = BEGINS + secrets.token_urlsafe(32)
    with scope.platform(), unit() as session:
        faults = Faults()
        name = faults.take("name", line, new.name, "name", "a name that says what uses it", NAME, required=True)
        scopes = faults.take("scopes", _scopes, new.scopes)
        workspace = faults.take("workspace", one_or_all, new.workspace)
        expires_at = faults.take("expires", _expires, new.expires.strip(), by.at)
        if faults.found:
            raise Invalid(faults.found)
        row = ApiKey(public_id=ids.new("key"), name=name, prefix=secret[:SHOWN], digest=token_digest(secret))
        row.scopes, row.workspace_id = scopes or [], workspace.id if workspace else None
        row.created_at, row.created_by, row.created_by_id, row.expires_at = by.at, by.label, by.user_id, expires_at
        session.add(row)
        until: dict[str, Any] = {"expires_at": expires_at.isoformat()} if expires_at else {}
        facts: dict[str, Any] = {"key": row.public_id, "name": row.name, "scopes": scopes}
        record("api_key.created", by, workspace=workspace, **facts, **until)
        return Made(row.public_id, secret)


def revoke(key: str, by: Actor) -> None:
    """The key opens nothing from now on. Raises NotFound, and Conflict where it was revoked already."""
    with scope.platform(), unit() as session:
        row = locked(session, ApiKey, key)
        if row.revoked_at is not None:
            raise Conflict(f"{row.revoked_by} has revoked this key already.")
        _revoke(row, session.get(Workspace, row.workspace_id) if row.workspace_id else None, by)


def revoke_of(session: Session, workspace: Workspace, by: Actor) -> None:
    """The keys for this workspace alone open nothing from now on."""
    theirs = select(ApiKey).where(ApiKey.workspace_id == workspace.id, ApiKey.revoked_at.is_(None))
    for row in session.scalars(theirs.order_by(ApiKey.id).with_for_update()):
        _revoke(row, workspace, by)


def _revoke(row: ApiKey, workspace: Workspace | None, by: Actor) -> None:
    row.revoked_at, row.revoked_by = by.at, by.label
    record("api_key.revoked", by, workspace=workspace, key=row.public_id, name=row.name)


def used(key: int, last: datetime | None, now: datetime) -> None:
    """Notes that the key (its integer key) was used, every 5 minutes at most."""
    if last is not None and last <= now < last + USED:
        return
    with unit() as session:
        session.execute(update(ApiKey).where(ApiKey.id == key).values(last_used_at=now))


def _scopes(given: Collection[str]) -> list[str]:
    if not given:
        raise Refused("Choose at least one.", "scopes")
    if not set(given) <= {each.value for each in ApiScope}:
        raise Refused("Choose of those listed.", "scopes")
    return [each.value for each in ApiScope if each.value in given]


def _expires(given: str, now: datetime) -> datetime | None:
    if not given:
        return None
    try:
        end = day_start(date.fromisoformat(given) + timedelta(days=1), platform().timezone)
    except (ValueError, OverflowError):
        raise Refused("Give a day such as 2027-12-31, or leave it empty for no end.", "expires") from None
    if end <= now:
        raise Refused("That is over already.", "expires")
    return end
