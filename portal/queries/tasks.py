"""Reads of long work: its progress, what became of each row, and what waits for a worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from portal.base.db import db
from portal.models import Task, TaskKind, TaskResult, TaskState, User
from portal.models.tasks import NOT_YET

OPEN = (TaskState.WAITING, TaskState.RUNNING)
PAGE = 12
RESULTS = 50  # rows of results on a page
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as its page shows it. `by` is blank where the command line started it; `counts` is rows by outcome."""

    id: int
    public_id: str
    kind: TaskKind
    title: str
    state: TaskState
    total: int
    done: int
    counts: dict[str, int]
    options: dict[str, Any]
    error: str
    by: str
    by_id: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    lease_until: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it still has something to do."""
        return self.state in OPEN

    def idle(self, now: datetime) -> bool:
        """Whether it has something to do and nobody works on it."""
        return self.is_open and (self.lease_until is None or self.lease_until <= now)


@dataclass(frozen=True, slots=True)
class ResultView:
    """What became of one row. `subject` is the public id of the thing made or found, where there is one."""

    line: int
    outcome: str
    label: str
    message: str
    subject: str


_TASKS = select(
    Task.id,
    Task.public_id,
    Task.kind,
    Task.title,
    Task.state,
    Task.total,
    Task.done,
    Task.counts,
    Task.options,
    Task.error,
    func.coalesce(User.name, ""),
    Task.created_by_id,
    Task.created_at,
    Task.started_at,
    Task.finished_at,
    Task.lease_until,
).outerjoin(User, User.id == Task.created_by_id)

_RESULTS = select(TaskResult.line, TaskResult.outcome, TaskResult.label, TaskResult.message, TaskResult.subject)


def task(public_id: str) -> TaskView | None:
    """The task with this public id."""
    row = db.session.execute(_TASKS.where(Task.public_id == public_id)).one_or_none()
    return TaskView(*row) if row else None


def tasks(page: int) -> tuple[list[TaskView], int]:
    """A page of tasks (from 1), the newest first, and how many there are."""
    rows = db.session.execute(_TASKS.order_by(Task.id.desc()).limit(PAGE).offset((page - 1) * PAGE))
    found = [TaskView(*row) for row in rows]
    return found, db.session.scalar(select(func.count()).select_from(Task)) or 0


def waiting(now: datetime) -> list[str]:
    """The public ids of tasks that nobody works on, the oldest first."""
    free = or_(Task.lease_until.is_(None), Task.lease_until <= now)
    return list(db.session.scalars(select(Task.public_id).where(and_(Task.state.in_(OPEN), free)).order_by(Task.id)))


def results(task_id: int, outcome: str, page: int) -> list[ResultView]:
    """A page of results (from 1) in the order of lines; `outcome` blank for all that there are by now."""
    query = _of(task_id, outcome).where(TaskResult.outcome != NOT_YET)
    rows = db.session.execute(query.limit(RESULTS).offset((page - 1) * RESULTS))
    return [ResultView(*row) for row in rows]


def all_results(task_id: int) -> Iterator[ResultView]:
    """Every result in the order of lines, read in chunks; rows that were not done yet are among them."""
    after = 0
    while rows := db.session.execute(_of(task_id, "").where(TaskResult.line > after).limit(CHUNK)).all():
        yield from (ResultView(*row) for row in rows)
        after = rows[-1][0]


def lines_of(task_id: int, outcome: str) -> set[int]:
    """The lines that came to this."""
    return set(
        db.session.scalars(select(TaskResult.line).where(TaskResult.task_id == task_id, TaskResult.outcome == outcome))
    )


def _of(task_id: int, outcome: str) -> Any:
    query = _RESULTS.where(TaskResult.task_id == task_id).order_by(TaskResult.line)
    return query.where(TaskResult.outcome == outcome) if outcome else query
