"""What closing a workspace will do, and what restoring it will find: for the dialogs that ask first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import (
    Broadcast,
    BroadcastState,
    Number,
    NumberState,
    Recording,
    RecordingState,
    ReleasedNumber,
    Workspace,
)

OPEN_BROADCASTS = (BroadcastState.SCHEDULED, BroadcastState.SENDING)


@dataclass(frozen=True, slots=True)
class Effects:
    """Of closing. `numbers` go back to the inventory (E.164, the first of them by name); `porting_out` stay until they
    are gone; `sending` are those of the broadcasts that are being sent now; `recordings` those that go on."""

    numbers: int
    first_number: str | None
    porting_out: tuple[str, ...]
    broadcasts: int
    sending: int
    recordings: int


@dataclass(frozen=True, slots=True)
class Left:
    """What restoring finds: numbers still free, and those that others have meanwhile (E.164)."""

    free: int
    reassigned: tuple[str, ...]


def effects_of(workspace: int) -> Effects:
    """Of closing this workspace (its integer key); needs the platform's scope."""
    mine = select(Number.e164, Number.state).where(Number.workspace_id == workspace).order_by(Number.id)
    numbers = db.session.execute(mine).all()
    assigned = [number for number, state in numbers if state is NumberState.ASSIGNED]
    states = select(Broadcast.state, func.count()).where(
        Broadcast.workspace_id == workspace, Broadcast.state.in_(OPEN_BROADCASTS)
    )
    open_ones = {state: count for state, count in db.session.execute(states.group_by(Broadcast.state))}  # noqa: C416
    going_on = select(func.count()).where(
        Recording.workspace_id == workspace, Recording.state == RecordingState.IN_PROGRESS
    )
    return Effects(
        numbers=len(assigned),
        first_number=assigned[0] if assigned else None,
        porting_out=tuple(number for number, state in numbers if state is NumberState.PORTING_OUT),
        broadcasts=sum(open_ones.values()),
        sending=open_ones.get(BroadcastState.SENDING, 0),
        recordings=db.session.scalar(going_on) or 0,
    )


def left_for(workspace: int) -> Left:
    """For restoring this workspace (its integer key); needs the platform's scope."""
    released = (
        select(Number.e164, Number.state)
        .join(ReleasedNumber, ReleasedNumber.number_id == Number.id)
        .where(ReleasedNumber.workspace_id == workspace)
        .order_by(Number.id)
    )
    numbers = db.session.execute(released).all()
    free = sum(state is NumberState.AVAILABLE for _, state in numbers)
    return Left(free, tuple(number for number, state in numbers if state is not NumberState.AVAILABLE))


def primary_closed(organization: int) -> str | None:
    """The name of the organization's primary workspace (integer key of the organization) if that is in the trash."""
    found = select(Workspace.name).where(
        Workspace.organization_id == organization, Workspace.is_primary, Workspace.cancelled_at.is_not(None)
    )
    return db.session.scalar(found)
