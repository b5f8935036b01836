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
from portal.queries.prospects import may_have_children

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
    """What restoring finds: how many numbers are still free, and (E.164) those that others have meanwhile, and those
    that left the inventory."""

    free: int
    reassigned: tuple[str, ...]
    gone: tuple[str, ...]


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
        select(ReleasedNumber.e164, Number.state)
        .outerjoin(Number, Number.e164 == ReleasedNumber.e164)
        .where(ReleasedNumber.workspace_id == workspace)
        .order_by(ReleasedNumber.id)
    )
    numbers = db.session.execute(released).all()
    free = sum(state is NumberState.AVAILABLE for _, state in numbers)
    taken = tuple(number for number, state in numbers if state not in (NumberState.AVAILABLE, None))
    return Left(free, taken, tuple(number for number, state in numbers if state is None))


@dataclass(frozen=True, slots=True)
class Primary:
    """A primary workspace to which no child can be restored: it is in the trash itself, or else its plan is not one for
    several workspaces."""

    name: str
    is_closed: bool


def primary_in_the_way(organization: int) -> Primary | None:
    """The organization's primary workspace (integer key of the organization), if none can be restored beside it."""
    primary = select(Workspace.id, Workspace.name, Workspace.cancelled_at.is_not(None).label("is_closed"))
    row = db.session.execute(primary.where(Workspace.organization_id == organization, Workspace.is_primary)).first()
    if row is None or not (row.is_closed or not may_have_children(row.id)):
        return None
    return Primary(row.name, row.is_closed)
