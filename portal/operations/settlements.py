"""Stored figures that follow from a plan or from the platform's settings: written anew once one of these changed, at
once for a few workspaces, in steps by a task for many, so that nobody waits for the lock. Safe to repeat; a task whose
worker dies goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.base import ids
from portal.models import LimitOverride, TaskKind, Workspace, scope
from portal.operations import tasks
from portal.operations.announcements import announce
from portal.operations.derived import settling_all
from portal.operations.health import CHUNK, assess_some
from portal.operations.tasks import LEASE, SETTLES, Claim, Clock
from portal.operations.unit import turn, unit
from portal.queries.health import plan_limits
from portal.queries.principals import platform
from portal.queries.reach import Reach, next_of, reached
from portal.rules.actors import Actor
from portal.rules.limits import Limit

AT_ONCE = CHUNK  # workspaces that the change itself settles

Plans = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to be written anew for the workspaces that are reached: `derived` columns (MRR, sort keys), `health`, and
    who is told of other limits, by the plans (integer keys, None: none) on which each is another."""

    reach: Reach
    derived: bool = False
    health: bool = False
    limits: Mapping[Limit, Plans] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As a task keeps it."""
        return {**asdict(self), "limits": {limit.value: list(plans) for limit, plans in self.limits.items()}}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Settlement:
        """What `stored` gave, after a way through JSON."""
        told = stored["reach"]
        reach = Reach(tuple(told["plans"]), told["family"], tuple(told["currencies"]), told["everything"])
        limits = {Limit(name): tuple(plans) for name, plans in stored["limits"].items()}
        return cls(reach, stored["derived"], stored["health"], limits)


@dataclass(frozen=True, slots=True)
class Begun:
    """How many workspaces are reached; `task`: the public id of the task that settles them, where they were not settled
    at once and a worker is to be woken."""

    workspaces: int
    task: str | None = None


def settle(session: Session, what: Settlement, title: str, by: Actor) -> Begun:
    """In the open unit, after the change was written: the workspaces that it reaches are settled, or a task is there
    that will do it. Whoever changes a workspace's plan meanwhile is kept waiting by `exclusively("workspaces")`."""
    session.flush()
    with scope.platform():
        if not (what.derived or what.health or what.limits):
            return Begun(0)
        total = reached(what.reach)
        if total <= AT_ONCE:
            _step(session, next_of(what.reach, 0, total), what, by.at)
            return Begun(total)
    public_id = ids.new("tsk")
    options = {SETTLES: what.stored(), "after": 0}
    tasks.enqueue(TaskKind.BULK, title, by, total=total, options=options, public_id=public_id)
    return Begun(total, public_id)


def run(claim: Claim, by: Actor, clock: Clock) -> None:
    """Every workspace that is not settled yet is. Raises Ended if another worker took the task over."""
    what, left = Settlement.of(claim.options[SETTLES]), True
    while left:
        with turn():
            left = _advance(claim, what, clock())


def _advance(claim: Claim, what: Settlement, now: datetime) -> bool:
    """One unit: the next workspaces are settled, and the task says so. False once there are none."""
    with scope.platform(), unit() as session:
        task = tasks.hold(session, claim)
        keys = next_of(what.reach, int(task.options["after"]), CHUNK)
        _step(session, keys, what, now)
        task.done += len(keys)
        if keys:
            task.options = {**task.options, "after": keys[-1]}
        task.total = max(task.total, task.done) if keys else task.done
        task.lease_until = now + LEASE
    return bool(keys)


def _step(session: Session, keys: list[int], what: Settlement, now: datetime) -> None:
    """These workspaces (integer keys), locked, are settled; within the platform's scope."""
    if not keys:
        return
    locking = select(Workspace).where(Workspace.id.in_(keys)).order_by(Workspace.id).with_for_update()
    if what.derived or what.limits:
        rows = session.scalars(locking).all()
        if what.derived:
            with settling_all(session, rows):
                pass
        _tell(session, rows, what.limits, now)
    if what.health:
        session.flush()
        assess_some(session, keys, now, platform(), plan_limits())


def _tell(session: Session, rows: Any, limits: Mapping[Limit, Plans], now: datetime) -> None:
    """The data plane learns of every workspace whose limit in force may be another one now."""
    if not limits:
        return
    overrides = select(LimitOverride.workspace_id, LimitOverride.name).where(
        LimitOverride.workspace_id.in_([row.id for row in rows]),
        LimitOverride.name.in_(list(limits)),
        or_(LimitOverride.expires_at.is_(None), LimitOverride.expires_at > now),
    )
    own = {(key, name) for key, name in session.execute(overrides)}
    by = Actor.job("settle", now)
    for row in rows:
        found = [each.value for each, on in limits.items() if row.plan_id in on and (row.id, each) not in own]
        if found and row.cancelled_at is None:
            announce(session, "workspace.limits_updated", row, by, limits=found)
