"""Recordings of calls and voicemails: what a workspace's PBX reports of them, as often as it likes.

Each report brings what is known by then: the first one opens the recording, a later one ends it and brings the
transcript, or one says it all. What is known stays, so that reports may come twice and late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.models import Hold, Recording, RecordingKind, RecordingState, Workspace, scope
from portal.operations.audit import record
from portal.operations.unit import locked, unit
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound
from portal.rules.lifecycle import Status
from portal.rules.recordings import added, check_times, check_transcript

CLOSED = "{} is closed: its recordings ended with it, and it takes no further reports."
PAUSED = "{} is suspended: there are no calls that could be recorded until it is reactivated."
ANOTHER = "The reference {} is that of another recording: a {} of {}. Each recording needs a reference of its own."


@dataclass(frozen=True, slots=True)
class Report:
    """What a PBX says of a recording that it knows by `reference`, in the workspace with this public id. It goes on
    while `ended_at` is None; `transcript` is blank until it is known."""

    workspace: str
    reference: str
    kind: RecordingKind
    caller: str
    callee: str
    started_at: datetime
    ended_at: datetime | None = None
    transcript: str = ""


def report(told: Report, by: Actor, only: str = "") -> Recording:
    """The recording as it stands now that this is known of it. The same report again changes nothing.

    `only`: the one workspace (public id) of which there may be reports. Raises NotFound; Refused for times that cannot
    be, and for a transcript before the end; Conflict where the workspace is closed, where the recording began while it
    was suspended, and where the reference is another recording's."""
    check_times(told.started_at, told.ended_at, by.at)
    if only not in ("", told.workspace):
        raise NotFound()
    with unit() as session:
        row = locked(session, Workspace, told.workspace)
        if row.status is Status.CANCELLED:
            raise Conflict(CLOSED.format(row.name))
        with scope.workspace(row.id):
            known: Recording | None = session.scalar(select(Recording).where(Recording.reference == told.reference))
        if known is None:
            return _begin(session, row, told, by)
        _go_on(row, known, told, by)
        return known


def finish_all(session: Session, row: Workspace, at: datetime) -> int:
    """In the open unit: no recording of the workspace goes on. Answers how many did."""
    with scope.workspace(row.id):
        going_on = Recording.state == RecordingState.IN_PROGRESS
        found: Sequence[Recording] = session.scalars(select(Recording).where(going_on).order_by(Recording.id)).all()
    for each in found:
        each.state, each.ended_at = RecordingState.FINAL, max(at, each.started_at)
    return len(found)


def _begin(session: Session, row: Workspace, told: Report, by: Actor) -> Recording:
    if row.status is Status.SUSPENDED and told.started_at >= _suspended_since(session, row):
        raise Conflict(PAUSED.format(row.name))
    check_transcript(told.transcript, is_final=told.ended_at is not None)
    made = Recording(
        workspace_id=row.id,
        reference=told.reference,
        kind=told.kind,
        caller=told.caller,
        callee=told.callee,
        state=RecordingState.FINAL if told.ended_at else RecordingState.IN_PROGRESS,
        started_at=told.started_at,
        ended_at=told.ended_at,
        transcript=told.transcript,
    )
    session.add(made)
    session.flush()
    _record("finished" if told.ended_at else "begun", row, made, by)
    return made


def _go_on(row: Workspace, known: Recording, told: Report, by: Actor) -> None:
    if (known.kind, known.started_at) != (told.kind, told.started_at):
        raise Conflict(ANOTHER.format(told.reference, known.kind.value, known.started_at.isoformat()))
    check_transcript(told.transcript, is_final=bool(told.ended_at or known.ended_at))
    names = ("caller", "callee", "ended_at", "transcript")
    more = added({name: getattr(known, name) for name in names}, {name: getattr(told, name) for name in names})
    for name, value in more.items():
        setattr(known, name, value)
    if "ended_at" in more:
        known.state = RecordingState.FINAL
        _record("finished", row, known, by)
    elif more:
        _record("transcribed" if "transcript" in more else "completed", row, known, by)


def _record(what: str, row: Workspace, found: Recording, by: Actor) -> None:
    record(f"recording.{what}", by, workspace=row, recording=found.public_id, kind=found.kind.value)


def _suspended_since(session: Session, row: Workspace) -> datetime:
    theirs = or_(Hold.workspace_id == row.id, Hold.organization_id == row.organization_id)
    opened = select(Hold.opened_at).where(theirs, Hold.lifted_at.is_(None)).order_by(Hold.opened_at).limit(1)
    return session.scalars(opened).one()
