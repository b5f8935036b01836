"""Example data: the latest runs of every job, one of which has failed; and what jobs wrote to people long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from portal.base.scheduler import JOBS
from portal.models import JobRun, JobState, Notice, NoticeKind, Workspace
from portal.operations.demo.tenants import World
from portal.rules.lifecycle import Status

RUNS = 20  # of each job
# Of a job that found something to do: what, and in how many of a hundred runs.
DID: dict[str, tuple[int, str, int]] = {
    "audit_checkpoint": (100, "events", 90),
    "dunning": (10, "overdue", 2),
    "housekeeping": (30, "sessions", 12),
    "invoices": (25, "cycles", 9),
    "onboarding": (15, "welcomed", 2),
    "outbox": (100, "sent", 4),
    "overrides": (10, "workspaces", 2),
    "purge": (10, "purged", 2),
    "spend_caps": (15, "alerted", 3),
    "trials": (15, "warned", 2),
    "usage_rollup": (70, "changed", 14),
}
FAILING = "spend_caps"
WHY = "1 could not be done. {workspace}: Something broke (OperationalError)."
WELCOMED = timedelta(days=3)


def write_runs(session: Session, world: World) -> None:
    """Each job has run at its latest slots; the last of one has failed at a workspace."""
    active = select(Workspace.public_id).where(Workspace.status == Status.ACTIVE)
    why = WHY.format(workspace=session.scalars(active.order_by(Workspace.id).limit(1)).one())
    for job in JOBS.values():
        rng = world.dice.of("jobs", job.name)
        share, word, most = DID.get(job.name, (0, "", 1))
        slot = job.every.slot(world.now) - job.every.step * RUNS
        for n in range(RUNS):
            began = slot + timedelta(seconds=1 + rng.randrange(3))
            counts = {word: 1 + rng.randrange(most)} if rng.randrange(100) < share else {}
            failed = job.name == FAILING and n == RUNS - 1
            if counts or not job.quiet:
                _add(world, job.name, slot, began, {"failed": 1} if failed else counts, why if failed else "")
            slot += job.every.step


def _add(world: World, job: str, slot: datetime, began: datetime, counts: dict[str, int], error: str) -> None:
    rng = world.dice.of("run", job, slot)
    ended = began + timedelta(milliseconds=40 + rng.randrange(2_000))
    world.sheet.add(
        JobRun,
        job=job,
        slot=slot,
        state=JobState.FAILED if error else JobState.DONE,
        lease_until=ended,
        fence=1,
        started_at=began,
        finished_at=ended,
        counts=counts,
        items=sum(counts.values()),
        error=error,
        asked_by="",
        as_of=None,
    )


def write_notices(session: Session, now: datetime) -> None:
    """Every workspace was welcomed, and told of first steps if it is old enough: no job writes to them again."""
    columns = ["workspace_id", "kind", "occasion", "sent_at"]
    for kind, until in ((NoticeKind.WELCOME, now), (NoticeKind.FIRST_STEPS, now - WELCOMED)):
        told = select(Workspace.id, literal(kind.value), literal(""), Workspace.created_at)
        told = told.where(Workspace.created_at <= until).order_by(Workspace.id)
        session.execute(insert(Notice.__table__).from_select(columns, told))
