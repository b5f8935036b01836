"""What follows when something that a status depends on was changed: the status itself, who is told, and the health."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.models import Hold, Workspace
from portal.operations import cycles
from portal.operations.announcements import announce
from portal.operations.audit import record
from portal.operations.derived import settling_all
from portal.operations.health import assess_rated
from portal.rules.actors import Actor
from portal.rules.lifecycle import Status


@dataclass(slots=True)
class Told:
    """How many workspaces have another status than before."""

    changed: int = 0


@contextmanager
def following(
    session: Session, rows: Sequence[Workspace], by: Actor, opened: Hold | None = None, *, recorded: bool = True
) -> Iterator[Told]:
    """On leaving, each of these locked workspaces has the status that follows from what was changed inside. Where it
    came to or left SUSPENDED, that is announced and, if `recorded`, stands in the log; `opened` is the hold that did
    it. Subscription cycles that are due begin before, those that were due meanwhile once it is active again. Within the
    platform's scope."""
    before = {row.id: row.status for row in rows}
    told = Told()
    cycles.begin_due(session, list(before), by.at)
    with settling_all(session, rows):
        yield told
    moved = [row for row in rows if row.status is not before[row.id]]
    told.changed = len(moved)
    cycles.begin_due(session, [row.id for row in moved], by.at, resumed=True)
    for row in moved:
        _tell(session, row, before[row.id], by, opened, recorded)
    assess_rated(session, moved, by.at)  # others have no health any more, or none yet


def _tell(session: Session, row: Workspace, before: Status, by: Actor, opened: Hold | None, recorded: bool) -> None:
    status = (before.value, row.status.value)
    if row.status is Status.SUSPENDED and opened is not None:
        record(
            "workspace.suspended",
            by,
            workspace=row,
            reason=opened.note,
            status=status,
            hold=opened.kind.value,
            public_reason=opened.public_reason,
            whole_organization=opened.organization_id is not None,
        )
        announce(session, "workspace.suspended", row, by, kind=opened.kind.value, reason=opened.public_reason)
    elif before is Status.SUSPENDED and Status.CANCELLED is not row.status:
        if recorded:
            record("workspace.reactivated", by, workspace=row, status=status)
        announce(session, "workspace.reactivated", row, by, status=row.status.value)
