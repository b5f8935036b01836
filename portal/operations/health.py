"""Health is assessed here: where something that it follows from was changed, and for all of the example platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from portal.models import Workspace, scope
from portal.operations.tally import moved, share_of
from portal.operations.unit import pending, unit
from portal.queries.health import plan_limits
from portal.queries.plan_limits import PlanLimits
from portal.queries.principals import platform
from portal.queries.truth import HEALTH, chunks_of_workspaces, health_of
from portal.rules.health import RATED
from portal.rules.platform import Platform

CHUNK = 200  # workspaces in a unit: short enough that nobody waits for the lock

Advance = Callable[[int], None]
"""Told after each step how many more are done."""


def assess_all(now: datetime, advance: Advance = lambda done: None, *, stamp: bool = False) -> int:
    """The health of every workspace is as of `now`, where it changed; `health_at` is the instant since which its
    reasons are the same, or with `stamp` always `now`; a status without health has none. How many changed. Not audited:
    it follows from what is."""
    changed = 0
    with scope.platform():
        settings, plans = platform(), plan_limits()
        for keys in chunks_of_workspaces(CHUNK):
            with unit() as session:
                changed += assess_some(session, keys, now, settings, plans, stamp=stamp)
            advance(len(keys))
    return changed


_STORED = select(
    Workspace.id,
    Workspace.status,
    Workspace.plan_id,
    Workspace.currency,
    Workspace.mrr_minor,
    Workspace.mrr_reporting,
    Workspace.created_at,
    Workspace.cancelled_at,
    *(getattr(Workspace, name) for name in HEALTH),
)
_WRITE = (
    update(Workspace.__table__)
    .where(Workspace.__table__.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in (*HEALTH, "health_at")})
)


def assess_some(
    session: Session, keys: Sequence[int], now: datetime, settings: Platform, plans: PlanLimits, *, stamp: bool = False
) -> int:
    """The same for these workspaces (integer keys) in the open unit, and within the platform's scope. The rows are
    locked, so that a status that changes meanwhile waits for us or we for it."""
    statement = _STORED.where(Workspace.id.in_(keys)).order_by(Workspace.id).with_for_update()
    rows: Sequence[Any] = session.execute(statement).all()
    pending(session).at = now
    true = health_of(keys, now, settings, plans)
    written, changed = [], 0
    for row in rows:
        values = true[row.id]
        level = values["health"]
        differs = any(getattr(row, name) != values[name] for name in HEALTH)
        if differs or (stamp and level):
            written.append({"key": row.id, **values, "health_at": now if level else None})
        if differs:
            changed += 1
            before = share_of(row)
            moved(session, before, before._replace(cell=before.cell._replace(health=level.value if level else "")))
    if written:
        session.execute(_WRITE, written)
        session.expire_all()
    return changed


def assess_rated(session: Session, rows: Iterable[Workspace], now: datetime) -> None:
    """The same for those of these locked workspaces whose status has health at all, by the settings and plans in force:
    for whoever changed something of them that it follows from."""
    keys = [row.id for row in rows if row.status in RATED]
    if keys:
        session.flush()
        assess_some(session, keys, now, platform(), plan_limits())
