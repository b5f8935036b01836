"""Long work: one way to start it, to show how far it is, to stop it, and to go on after a crash.

Whoever works on a task holds it by a lease that every step renews. A worker that dies leaves the lease to run out;
then any process may claim the task, which raises its fence, and a late worker finds that its fence is no longer the
task's. Each step writes its results, the progress and what it did in one unit: nothing is done twice or lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.models import Task, TaskKind, TaskResult, TaskState
from portal.models.columns import NAME
from portal.models.tasks import NOT_YET
from portal.operations.audit import record
from portal.operations.unit import locked, unit
from portal.queries.principals import permissions_now
from portal.queries.tasks import OPEN
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Forbidden

LEASE = timedelta(seconds=30)  # many times as long as a step takes
NO_LONGER = "Whoever began this may not do it any more. What is done stays."
SETTLES = "settles"  # the option of a task that works stored figures out anew: see `settlements`

Clock = Callable[[], datetime]


class Ended(Exception):
    """The task is no longer this worker's: somebody stopped it, or another worker took it over."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's hold of a task: until its lease runs out, and while the fence is this. `last_line` is done."""

    id: int
    public_id: str
    fence: int
    done: int
    last_line: int
    options: dict[str, Any]
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row."""

    line: int
    outcome: str
    label: str = ""
    message: str = ""
    subject: str = ""


def enqueue(
    kind: TaskKind,
    title: str,
    by: Actor,
    *,
    total: int,
    options: dict[str, Any],
    public_id: str,
    rows: Sequence[Result] = (),
    **told: Any,
) -> None:
    """There is a task that waits for a worker. `rows`: those that are known already, NOT_YET if they are to be done.
    `told`: what the audit log says of it besides."""
    with unit() as session:
        row = Task(
            public_id=public_id,
            kind=kind,
            title=title[:NAME],
            total=total,
            options=options,
            created_by_id=by.user_id,
            created_at=by.at,
        )
        session.add(row)
        session.flush()
        _write(session, row, rows)
        _count(row, [result for result in rows if result.outcome != NOT_YET])
        if _told(options):
            record(f"{kind.value}.started", by, task=public_id, rows=total, **told)


def claim(public_id: str, now: datetime) -> Claim | None:
    """The task is this worker's; None if it is done, or another works on it."""
    free = or_(Task.lease_until.is_(None), Task.lease_until <= now)
    with unit() as session:
        row = session.scalar(
            select(Task).where(Task.public_id == public_id, Task.state.in_(OPEN), free).with_for_update()
        )
        if row is None:
            return None
        row.state, row.fence, row.lease_until = TaskState.RUNNING, row.fence + 1, now + LEASE
        row.started_at = row.started_at or now
        done = TaskResult.task_id == row.id, TaskResult.outcome != NOT_YET
        last = select(TaskResult.line).where(*done).order_by(TaskResult.line.desc()).limit(1)
        return Claim(
            row.id, public_id, row.fence, row.done, session.scalar(last) or 0, dict(row.options), row.created_by_id
        )


def author_may(claim: Claim, needed: Permission) -> frozenset[Permission]:
    """What whoever began the task may do at present; a program everything. Raises Forbidden unless that includes what
    is needed: who was suspended or demoted meanwhile goes on with nothing."""
    may = permissions_now(claim.user_id) if claim.user_id else frozenset(Permission)
    if needed not in may:
        raise Forbidden(NO_LONGER)
    return may


def hold(session: Session, claim: Claim) -> Task:
    """In the open unit: the task, locked. Raises Ended if it is no longer this worker's."""
    row: Task | None = session.scalar(
        select(Task)
        .where(Task.id == claim.id, Task.fence == claim.fence, Task.state == TaskState.RUNNING)
        .with_for_update()
    )
    if row is None:
        raise Ended
    return row


def advance(session: Session, row: Task, results: Sequence[Result], now: datetime) -> None:
    """In the open unit, the task held: these rows are done."""
    _write(session, row, results)
    _count(row, results)
    row.lease_until = now + LEASE


def settle(session: Session, row: Task, results: Sequence[Result], now: datetime) -> None:
    """In the open unit, the task held: these rows of it, which were NOT_YET, are done."""
    if results:
        known = TaskResult.__table__
        where = (known.c.task_id == row.id, known.c.line == bindparam("at"), known.c.outcome == NOT_YET)
        values: dict[str, Any] = {name: bindparam(name) for name in ("outcome", "message")}
        told = [{"at": each.line, "outcome": each.outcome, "message": each.message} for each in results]
        session.connection().execute(update(known).where(*where).values(values), told)
    _count(row, results)
    row.lease_until = now + LEASE


def _write(session: Session, row: Task, results: Sequence[Result]) -> None:
    if results:
        whole = ({**asdict(result), "label": result.label[:NAME]} for result in results)
        session.execute(insert(TaskResult), [{"task_id": row.id, **values} for values in whole])


def _count(row: Task, results: Sequence[Result]) -> None:
    row.done += len(results)
    row.counts = dict(Counter(row.counts) + Counter(result.outcome for result in results))


def finish(claim: Claim, by: Actor, *, error: str = "") -> None:
    """The task is done, or has failed with this message. Does nothing if it is no longer this worker's."""
    with unit() as session:
        try:
            row = hold(session, claim)
        except Ended:
            return
        row.state = TaskState.FAILED if error else TaskState.DONE
        row.error, row.finished_at, row.lease_until = error, by.at, None
        if _told(row.options):
            record(f"{row.kind.value}.finished", by, task=row.public_id, counts=dict(row.counts))


def stop(public_id: str, by: Actor, *, anybodys: bool = True) -> None:
    """No further row is begun; what is done stays. Raises NotFound, Forbidden for somebody else's task unless
    `anybodys`, and Conflict if it has ended already."""
    with unit() as session:
        row = locked(session, Task, public_id)
        if not anybodys and row.created_by_id != by.user_id:
            raise Forbidden("Somebody else began this task. Owners of the platform can stop it too.")
        if row.state not in OPEN:
            raise Conflict("This task has ended already. Its page shows what became of each row.")
        if SETTLES in row.options:
            raise Conflict("This cannot be stopped: figures of some workspaces would be wrong. It ends by itself.")
        row.state, row.finished_at, row.lease_until = TaskState.STOPPED, by.at, None
        if _told(row.options):
            record(f"{row.kind.value}.stopped", by, task=public_id, done=row.done)


def _told(options: Mapping[str, Any]) -> bool:
    """Whether the audit log hears of it: a trial changes nothing, and what a settlement follows from stands there."""
    return not options.get("trial") and SETTLES not in options
