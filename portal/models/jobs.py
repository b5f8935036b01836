"""Job runs: the claim of a slot, which makes every slot run once over any number of processes and machines; and what
jobs remember: which mails of theirs a workspace was sent, and where the audit chain ended."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, OfWorkspace, Row, choice, public_id


class JobState(StrEnum):
    """What became of a run."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobRun(Row, db.Model):
    """One slot of a job. The claim holds until `lease_until`; a takeover raises `fence`, which stops the late one.

    A run by hand is a slot of its own: the instant at which it was asked for. `asked_by`: the name of whoever did,
    blank for the schedule; `as_of`: the instant that the job takes for now, where that is another. `counts`: what it
    did, by what; `items`: how many things that was."""

    public_id: Mapped[str] = public_id("run")
    job: Mapped[str] = mapped_column(String(40))
    slot: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[JobState] = mapped_column(choice(JobState, "state"), default=JobState.RUNNING)
    lease_until: Mapped[datetime] = mapped_column(Instant)
    fence: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    items: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[str] = mapped_column(String(NAME), default="", server_default="")
    as_of: Mapped[datetime | None] = mapped_column(Instant)

    constraints = (UniqueConstraint("job", "slot"), Index(None, "state", "started_at"))


class NoticeKind(StrEnum):
    """What a job writes to a workspace's people, once for an occasion."""

    WELCOME = "welcome"
    FIRST_STEPS = "first_steps"
    TRIAL_ENDING = "trial_ending"
    SPEND_ALERT = "spend_alert"
    SPEND_CAP = "spend_cap"


class Notice(OfWorkspace, Row, db.Model):
    """A job has told a workspace's people of this occasion (a month, an end of a trial), and does not do so again."""

    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind, "kind"))
    occasion: Mapped[str] = mapped_column(String(60), default="")
    sent_at: Mapped[datetime] = mapped_column(Instant)

    constraints = (UniqueConstraint("workspace_id", "kind", "occasion"), Index(None, "kind", "sent_at"))


class AuditCheckpoint(Row, db.Model):
    """The last link of the audit chain when this was written: what was cut off behind it is missed from then on."""

    sequence: Mapped[int] = mapped_column(BigInteger, unique=True)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
