"""Long work: one table for import, bulk, export and broadcast, with a result per row."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, choice, public_id


class TaskKind(StrEnum):
    """What the task does."""

    IMPORT = "import"
    BULK = "bulk"
    EXPORT = "export"
    BROADCAST = "broadcast"


class TaskState(StrEnum):
    """How far it is. `stopped`: a person stopped it; what was done stays."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Task(Row, db.Model):
    """A piece of long work. Who holds `lease_until` works on it; `fence` tells a late worker that it lost it."""

    public_id: Mapped[str] = public_id("tsk")
    kind: Mapped[TaskKind] = mapped_column(choice(TaskKind, "kind"))
    title: Mapped[str] = mapped_column(String(NAME))
    state: Mapped[TaskState] = mapped_column(choice(TaskState, "state"), default=TaskState.WAITING)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(Text, default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    fence: Mapped[int] = mapped_column(default=0)

    constraints = (Index(None, "state", "created_at"),)


NOT_YET = "waiting"
"""The outcome of a row that is known from the start and not done yet."""


class TaskResult(Row, db.Model):
    """What became of one row of a task: its line, an outcome word, and a sentence. Where the rows are chosen when the
    task begins, all of them are here from then on, NOT_YET at first."""

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    line: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(24))
    label: Mapped[str] = mapped_column(String(NAME), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    subject: Mapped[str] = mapped_column(String(24), default="")

    constraints = (UniqueConstraint("task_id", "line"), Index(None, "task_id", "outcome", "line"))
