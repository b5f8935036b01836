"""Job runs: the claim of a slot, which makes every slot run once over any number of processes and machines."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import Row, choice, public_id


class JobState(StrEnum):
    """What became of a run."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobRun(Row, db.Model):
    """One slot of a job. The claim holds until `lease_until`; a takeover raises `fence`, which stops the late one."""

    public_id: Mapped[str] = public_id("run")
    job: Mapped[str] = mapped_column(String(40))
    slot: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[JobState] = mapped_column(choice(JobState, "state"), default=JobState.RUNNING)
    lease_until: Mapped[datetime] = mapped_column(Instant)
    fence: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(Text, default="")

    constraints = (UniqueConstraint("job", "slot"), Index(None, "state", "started_at"))
