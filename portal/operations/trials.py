"""Trials: their owners are told before they end, and when they do the workspace is held until it pays."""

from __future__ import annotations

from sqlalchemy import or_, select

from portal.models import Hold, NoticeKind, Workspace, scope
from portal.operations.holds import NewHold, lift_here, open_here
from portal.operations.locks import locked_place
from portal.operations.notices import first_time, write_owner
from portal.operations.unit import unit
from portal.rules.actors import Actor
from portal.rules.lifecycle import TRIAL_WARNING, HoldKind, Stage, Status
from portal.rules.periods import local_day

ENDED = "The trial has ended. Choose a plan with whoever runs this platform to go on."


def warn(workspace: str, by: Actor) -> bool:
    """The owner has a mail that the trial ends soon; once for each end. Whether it was written now."""
    with scope.platform(), unit() as session:
        row = locked_place(session, workspace).workspace
        ends = row.trial_ends_at
        if row.status is not Status.TRIAL or ends is None or not by.at < ends <= by.at + TRIAL_WARNING:
            return False
        if not first_time(session, row, NoticeKind.TRIAL_ENDING, ends.isoformat(), by.at):
            return False
        day = local_day(ends, row.timezone)
        write_owner(session, row, "trial_ending", f"The trial of {row.name} ends soon", by, day=_written(day))
        return True


def end(workspace: str, by: Actor) -> bool:
    """The trial is over, and the workspace held for it; once for each end: a hold that a person lifted stays lifted.
    Whether that happened now."""
    with scope.platform(), unit() as session:
        place = locked_place(session, workspace)
        row = place.workspace
        if row.cancelled_at or row.stage is not Stage.TRIAL or row.trial_ends_at is None or row.trial_ends_at > by.at:
            return False
        held = select(Hold.id).where(Hold.workspace_id == row.id, Hold.kind == HoldKind.TRIAL_ENDED)
        ends = row.trial_ends_at  # whichever end it was opened for
        then = or_(Hold.lifted_at.is_(None), Hold.lifted_at >= ends, Hold.opened_at >= ends)
        if session.scalar(held.where(then).limit(1)) is not None:
            return False
        open_here(session, place, NewHold(HoldKind.TRIAL_ENDED, public_reason=ENDED), by)
        write_owner(session, row, "trial_ended", f"The trial of {row.name} has ended", by)
        return True


def extend(workspace: str, by: Actor) -> bool:
    """The hold of a trial that was given more time is lifted; whether there was one. One that was opened for this very
    end stays, though the clock be put back."""
    with scope.platform(), unit() as session:
        place = locked_place(session, workspace)
        row: Workspace = place.workspace
        if row.cancelled_at or row.trial_ends_at is None or row.trial_ends_at <= by.at:
            return False
        earlier = (Hold.workspace_id == row.id, Hold.kind == HoldKind.TRIAL_ENDED, Hold.opened_at < row.trial_ends_at)
        if session.scalar(select(Hold.id).where(*earlier, Hold.lifted_at.is_(None)).limit(1)) is None:
            return False
        return lift_here(session, place, HoldKind.TRIAL_ENDED, by)


def _written(day: object) -> str:
    return f"{day:%-d %B %Y}"
