"""Slowing down guesses: counters in short units of their own, kept whatever becomes of the try itself."""

from __future__ import annotations

import math
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.models import LoginThrottle
from portal.operations.unit import unit
from portal.operations.upserts import upsert
from portal.rules.errors import TooMany
from portal.rules.throttling import LONGEST_WINDOW, Attempt, Rate, counters, pair_key


def take(attempt: Attempt, now: datetime, what: str = "") -> None:
    """The try is counted as failed, before it is made: many at once are no more than one after the other.

    Raises TooMany, which says `what` first, and counts nothing, if it is one too many. `release` takes back what turned
    out well."""
    rates = counters(attempt)
    with unit() as session:
        session.execute(delete(LoginThrottle).where(LoginThrottle.since <= now - LONGEST_WINDOW))
        rows = _locked(session, sorted(rates), now)
        for row in rows:
            if row.since + rates[row.key].window <= now:
                row.since, row.failures = now, 0
        wait = max(_wait(row, rates[row.key], now) for row in rows)
        if wait:
            again = f"Wait {_words(wait)}, then try again. Nothing is locked for longer than that."
            raise TooMany(f"{what} {again}".strip(), wait)
        for row in rows:
            row.failures += 1


def release(session: Session, attempt: Attempt) -> None:
    """In the open unit: the try was a good one. The pair of account and address begins anew."""
    keys = sorted(counters(attempt))
    session.execute(
        update(LoginThrottle)
        .where(LoginThrottle.key.in_(keys), LoginThrottle.failures > 0)
        .values(failures=LoginThrottle.failures - 1)
    )
    session.execute(delete(LoginThrottle).where(LoginThrottle.key == pair_key(attempt)))


def _locked(session: Session, keys: list[str], now: datetime) -> list[LoginThrottle]:
    """The rows of these keys, made where they are missing, locked in one order so that no two wait for each other."""
    values = [{"key": key, "since": now, "failures": 0} for key in keys]
    session.execute(upsert(session, LoginThrottle).values(values).on_conflict_do_nothing())
    query = select(LoginThrottle).where(LoginThrottle.key.in_(keys)).order_by(LoginThrottle.key).with_for_update()
    return list(session.scalars(query))


def _wait(row: LoginThrottle, rate: Rate, now: datetime) -> int:
    """Seconds until the next try is open; 0 if it is now."""
    if row.failures < rate.tries:
        return 0
    return max(1, math.ceil((row.since + rate.window - now).total_seconds()))


def _words(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"
