"""Reads of job runs: the latest of each job, those that failed, and what waits for a process."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import JobRun, JobState, Organization, Workspace

PAGE = 25
RECENT = 20  # runs of a job in its picture
ITEM = re.compile(r"\b((?:ws|org)_[0-9A-Za-z]{16})\b")  # in the text of a failure


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as its page shows it. `items`: how many things it did, which `counts` tells apart."""

    public_id: str
    job: str
    slot: datetime
    state: JobState
    started_at: datetime
    finished_at: datetime | None
    lease_until: datetime
    counts: dict[str, int]
    items: int
    error: str
    asked_by: str
    as_of: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it goes on, or waits for a process."""
        return self.state is JobState.RUNNING

    def waits(self, now: datetime) -> bool:
        """Whether it waits for a process: it was asked for just now, or the one that worked on it died."""
        return self.is_open and self.lease_until <= now


_RUNS = select(
    JobRun.public_id,
    JobRun.job,
    JobRun.slot,
    JobRun.state,
    JobRun.started_at,
    JobRun.finished_at,
    JobRun.lease_until,
    JobRun.counts,
    JobRun.items,
    JobRun.error,
    JobRun.asked_by,
    JobRun.as_of,
)


def runs(job: str, page: int) -> tuple[list[RunView], int]:
    """A page of the job's runs (from 1), the newest first, and how many there are."""
    mine = _RUNS.where(JobRun.job == job).order_by(JobRun.id.desc())
    rows = db.session.execute(mine.limit(PAGE).offset((page - 1) * PAGE))
    total = select(func.count()).select_from(JobRun).where(JobRun.job == job)
    return [RunView(*row) for row in rows], db.session.scalar(total) or 0


def recent(jobs: Collection[str], most: int = RECENT) -> dict[str, list[RunView]]:
    """The latest runs of each of these jobs, the newest first."""
    place = func.row_number().over(partition_by=JobRun.job, order_by=JobRun.id.desc()).label("place")
    ranked = select(JobRun.id, place).where(JobRun.job.in_(jobs)).subquery()
    rows = db.session.execute(
        _RUNS.join(ranked, ranked.c.id == JobRun.id).where(ranked.c.place <= most).order_by(JobRun.id.desc())
    )
    found: dict[str, list[RunView]] = {name: [] for name in jobs}
    for row in rows:
        found[row.job].append(RunView(*row))
    return found


def failing() -> Mapping[str, RunView]:
    """The jobs whose latest run that ended has failed, with that run."""
    later = aliased(JobRun)
    ended = select(later.id).where(
        later.job == JobRun.job, later.id > JobRun.id, later.state.in_((JobState.DONE, JobState.FAILED))
    )
    rows = db.session.execute(_RUNS.where(JobRun.state == JobState.FAILED, ~ended.exists()))
    return {row.job: RunView(*row) for row in rows}


class Item(NamedTuple):
    """What a run may have failed at: a workspace or an organization that is there, with its name."""

    public_id: str
    name: str


def items_in(texts: Iterable[str]) -> dict[str, Item]:
    """Those whose public ids these texts have. Within the platform's scope."""
    named = {each for text in texts for each in ITEM.findall(text)}
    if not named:
        return {}
    rows = union_all(
        *(select(model.public_id, model.name).where(model.public_id.in_(named)) for model in (Workspace, Organization))
    )
    return {row.public_id: Item(*row) for row in db.session.execute(rows)}


def slot_taken(job: str, slot: datetime) -> bool:
    """Whether somebody has or had this slot."""
    return db.session.scalar(select(JobRun.id).where(JobRun.job == job, JobRun.slot == slot)) is not None


def left(now: datetime, job: str = "") -> list[str]:
    """The public ids of runs that nobody works on, of all jobs or of this one, the oldest first."""
    free = (JobRun.state == JobState.RUNNING, JobRun.lease_until <= now)
    query = select(JobRun.public_id).where(*free, *([JobRun.job == job] if job else [])).order_by(JobRun.id)
    return list(db.session.scalars(query))


def under_way(job: str) -> bool:
    """Whether a run of the job has begun and not ended, whoever works on it."""
    return db.session.scalar(select(JobRun.id).where(JobRun.job == job, JobRun.state == JobState.RUNNING)) is not None


def run(public_id: str) -> RunView | None:
    """The run with this public id."""
    row = db.session.execute(_RUNS.where(JobRun.public_id == public_id)).one_or_none()
    return RunView(*row) if row else None
