"""Runs of jobs: a slot is claimed before it is worked on, so that each is done once over any number of processes.

Whoever works on a run holds it by a lease, which is renewed while it goes on. A process that dies leaves it to run out;
then another takes it over, which raises its fence, and a late one finds that the run is no longer its own. The instants
of leases are the machine's, whatever instant the job takes for now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.base import ids
from portal.models import JobRun, JobState
from portal.operations.audit import record
from portal.operations.unit import exclusively, unit
from portal.operations.upserts import upsert
from portal.rules.actors import Actor
from portal.rules.errors import Conflict

LEASE = timedelta(seconds=60)
TRIES = 5  # processes that may die over a run before it is given up
GIVEN_UP = "It was given up: every process that worked on it ended before it did."
LONGEST = 500  # characters of a reason


@dataclass(frozen=True, slots=True)
class Claim:
    """A process's hold of a run (integer key and public id), while the fence is this."""

    id: int
    public_id: str
    job: str
    fence: int
    as_of: datetime | None = None


def claim(job: str, slot: datetime, now: datetime) -> Claim | None:
    """The slot is this process's; None if somebody has or had it, or the job is at work on another one."""
    with unit() as session:
        exclusively(session, f"job {job}")
        if _at_work(session, job, now):
            return None
        table = JobRun.__table__
        values = {**_NEW, "public_id": ids.new("run"), "job": job, "slot": slot}
        values |= {"started_at": now, "lease_until": now + LEASE}
        made = upsert(session, table).values(values).on_conflict_do_nothing(index_elements=["job", "slot"])
        row = session.execute(made.returning(table.c.id, table.c.public_id)).one_or_none()
        return Claim(row.id, row.public_id, job, 1) if row else None


_NEW: Mapping[str, Any] = {"state": JobState.RUNNING, "fence": 1, "counts": {}, "items": 0, "error": "", "asked_by": ""}


def resume(run: str, now: datetime) -> Claim | None:
    """A run that was asked for, or whose process died, is this process's; None if it has ended, somebody else works on
    it, or the job is at work on another one."""
    with unit() as session:
        row = session.scalar(select(JobRun).where(JobRun.public_id == run))
        if row is None:
            return None
        exclusively(session, f"job {row.job}")
        session.refresh(row, with_for_update=True)
        if row.state is not JobState.RUNNING or _at_work(session, row.job, now):
            return None
        if row.fence >= TRIES:
            row.state, row.finished_at, row.error = JobState.FAILED, now, GIVEN_UP
            return None
        row.fence, row.started_at, row.lease_until = row.fence + 1, now, now + LEASE
        return Claim(row.id, row.public_id, row.job, row.fence, row.as_of)


def ask(job: str, by: Actor, as_of: datetime | None = None) -> str:
    """There is a run of the job that waits for a process; answers its public id. Raises Conflict while one goes on."""
    with unit() as session:
        exclusively(session, f"job {job}")
        if session.scalar(select(JobRun.id).where(JobRun.job == job, JobRun.state == JobState.RUNNING).limit(1)):
            raise Conflict(f"The job {job} is running already. Its page shows when that has ended.")
        slot = by.at
        while session.scalar(select(JobRun.id).where(JobRun.job == job, JobRun.slot == slot)):
            slot += timedelta(microseconds=1)
        row = JobRun(
            public_id=ids.new("run"),
            job=job,
            slot=slot,
            fence=0,
            started_at=by.at,
            lease_until=by.at,
            asked_by=by.label,
            as_of=as_of,
        )
        session.add(row)
        facts: dict[str, Any] = {"as_of": as_of.isoformat()} if as_of else {}
        record("job.asked", by, job=job, run=row.public_id, **facts)
        return row.public_id


def leave_all(session: Session, now: datetime) -> None:
    """In the open unit: nobody works on any run any more."""
    session.execute(update(JobRun).where(JobRun.state == JobState.RUNNING).values(lease_until=now))


def renew(claim: Claim, counts: Mapping[str, int], now: datetime) -> bool:
    """The run goes on, and has done so much; whether it is still this process's."""
    return _write(claim, {"lease_until": now + LEASE, "counts": dict(counts)})


def finish(claim: Claim, counts: Mapping[str, int], error: str, now: datetime) -> bool:
    """The run is done, or has failed for this reason; False, and nothing is written, if it is no longer this
    process's."""
    state = JobState.FAILED if error else JobState.DONE
    return _write(claim, {"state": state, "finished_at": now, "error": error[:LONGEST], **_told(counts)})


def note(job: str, counts: Mapping[str, int], error: str, began: datetime, now: datetime) -> None:
    """A run that claimed no slot is written down, now that it has ended."""
    state = JobState.FAILED if error else JobState.DONE
    values = {**_NEW, "public_id": ids.new("run"), "job": job, "slot": began, "started_at": began, "lease_until": now}
    values |= {"finished_at": now, "state": state, "error": error[:LONGEST], **_told(counts)}
    with unit() as session:
        session.execute(upsert(session, JobRun.__table__).values(values).on_conflict_do_nothing())


def _told(counts: Mapping[str, int]) -> dict[str, Any]:
    counted = {name: number for name, number in counts.items() if number}
    return {"counts": counted, "items": sum(counted.values())}


def _write(claim: Claim, values: Mapping[str, Any]) -> bool:
    mine = (JobRun.id == claim.id, JobRun.fence == claim.fence, JobRun.state == JobState.RUNNING)
    with unit() as session:
        return session.scalar(update(JobRun).where(*mine).values(**values).returning(JobRun.id)) is not None


def _at_work(session: Session, job: str, now: datetime) -> bool:
    going_on = (JobRun.job == job, JobRun.state == JobState.RUNNING, JobRun.lease_until > now)
    return session.scalar(select(JobRun.id).where(*going_on).limit(1)) is not None
