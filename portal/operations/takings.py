"""Taking from limits before something is sent: of many who want the last one, exactly one has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import LimitTaken, Workspace, scope
from portal.operations.unit import unit
from portal.operations.upserts import upsert
from portal.queries.entitlements import entitlements
from portal.queries.limits import LimitState
from portal.rules import limits
from portal.rules.actors import Actor
from portal.rules.entitlements import Outbound, why_blocked
from portal.rules.errors import Conflict, NotFound
from portal.rules.limits import CATALOGUE, Limit, Period
from portal.rules.periods import local_day

TAKEN: Mapping[Limit, tuple[Limit, ...]] = {
    Limit.MONTHLY_MESSAGES: (Limit.DAILY_MESSAGES, Limit.MONTHLY_MESSAGES),
    Limit.DAILY_MESSAGES: (Limit.DAILY_MESSAGES, Limit.MONTHLY_MESSAGES),
    Limit.MONTHLY_MINUTES: (Limit.MONTHLY_MINUTES,),
}
"""What can be taken, and from what: a message is one of the day and of the month, whichever of them is named."""


@dataclass(frozen=True, slots=True)
class Left:
    """A limit after the taking. `effective`: the figure in force, −1 for unlimited."""

    limit: Limit
    effective: int
    used: int


def take(workspace: str, limit: Limit, amount: int, by: Actor) -> tuple[Left, ...]:
    """So many more are used of each limit that it counts for. Failures give nothing back.

    Raises NotFound, Conflict where nothing may go out, and LimitReached where it does not fit: then nothing is
    taken."""
    with scope.platform(), unit() as session:
        row = _workspace(workspace)
        today = local_day(by.at, row.timezone)
        mine = _locked(session, row.id, TAKEN[limit], today)
        stands = entitlements(workspace, by.at)
        if stands.outbound is Outbound.BLOCKED:
            raise Conflict(why_blocked(stands.status))
        states = {each.limit: each for each in stands.limits}
        wanted = [states[each.name] for each in mine]
        for state in wanted:
            limits.check(state.limit, state.effective, state.used, amount)
        for each, state in zip(mine, wanted, strict=True):
            each.taken = state.used + amount  # of what was reported and not taken, too
        return tuple(_left(state, amount) for state in wanted)


def _left(state: LimitState, amount: int) -> Left:
    return Left(state.limit, state.effective.value, state.used + amount)


def _workspace(public_id: str) -> Workspace:
    found = select(Workspace).where(Workspace.public_id == public_id)
    row: Workspace | None = db.session.scalar(found) if public_id.isprintable() else None
    if row is None:
        raise NotFound()
    return row


def _locked(session: Session, workspace: int, names: Sequence[Limit], today: date) -> list[LimitTaken]:
    """The counters, made where they are missing, locked in one order: whoever else takes waits until the unit ends."""
    since = {name: today if CATALOGUE[name].period is Period.DAY else today.replace(day=1) for name in names}
    rows = [{"workspace_id": workspace, "name": name, "since": day, "taken": 0} for name, day in since.items()]
    session.execute(upsert(session, LimitTaken).values(rows).on_conflict_do_nothing())
    mine = select(LimitTaken).where(LimitTaken.workspace_id == workspace)
    found = []
    for name, day in sorted(since.items()):
        query = mine.where(LimitTaken.name == name, LimitTaken.since == day).with_for_update()
        found.append(session.scalars(query, execution_options={"populate_existing": True}).one())
    return found
