"""Changes that come once: what was answered to an `Idempotency-Key` is kept for 24 hours, in the unit of the change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import IdempotentAnswer
from portal.operations.removal import remove
from portal.operations.unit import unit
from portal.rules.errors import Conflict, Refused

KEPT = timedelta(hours=24)
LONGEST = 255  # characters of a key
BATCH = 1_000  # answers forgotten in a unit: every taking from a limit may leave one
FIELD = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered: HTTP status and JSON; `again`: it is the answer of the first time."""

    status: int
    body: str
    again: bool = False


def once(api_key: int, key: str, request: bytes, now: datetime, act: Callable[[], tuple[int, str]]) -> Answered:
    """What `act` answers, or what it answered to the same key (of this API key) within 24 hours; then nothing is done.
    A refusal changes nothing and is not kept: the next try is made anew. `request`: all that it depends on.

    Raises Refused where the key came with another request, and Conflict while the first one is still at work."""
    if not (key.isascii() and key.isprintable() and 0 < len(key) <= LONGEST):
        raise Refused(f"An idempotency key has 1 to {LONGEST} plain characters.", FIELD)
    digest = hashlib.sha256(request).hexdigest()
    with unit() as session:
        _claim(session, api_key, key)
        found = session.get(IdempotentAnswer, (api_key, key))
        if found is not None and found.created_at > now - KEPT:
            if found.digest != digest:
                raise Refused("This idempotency key came with another request before. Take a new one.", FIELD)
            return Answered(found.status, found.body, again=True)
        status, body = act()
        row = found or IdempotentAnswer(api_key_id=api_key, key=key)
        row.digest, row.status, row.body, row.created_at = digest, status, body, now
        session.add(row)
        return Answered(status, body)


def forget(now: datetime) -> int:
    """Answers of more than 24 hours ago are gone. Answers how many. In small units: safe to stop."""
    row = IdempotentAnswer
    return remove((row.api_key_id, row.key), row.created_at <= now - KEPT, row.created_at, BATCH)


def _claim(session: Session, api_key: int, key: str) -> None:
    """Nobody else is at work with this key until the unit ends. On SQLite every unit is alone anyway: whoever comes
    second waits, and is given the first one's answer."""
    if session.get_bind().dialect.name != "postgresql":
        return
    mine = func.pg_try_advisory_xact_lock(func.hashtextextended(f"portal.idempotency.{api_key}.{key}", 0))
    if not session.scalar(select(mine)):
        raise Conflict("The first request with this idempotency key is still at work. Try again in a moment.")
