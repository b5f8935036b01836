"""Messages and their receipts: each counts on the day of sending, once, in whatever order and however often they come.

All of a batch is counted together, or nothing of it is; of two batches at once that tell of the same message, the
second waits and sees what the first has said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, and_, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from portal.models import Message, scope
from portal.operations import reported, usage
from portal.operations.removal import remove
from portal.operations.unit import unit
from portal.operations.upserts import put_all, upsert
from portal.operations.usage import Tally
from portal.rules.messages import MessageState, difference, forgotten_day, furthest
from portal.rules.usage_events import fingerprint

BATCH = 5_000  # messages forgotten in a unit
UNKNOWN = (
    "No message.sent event of the last 35 days has named this message. Report that event first, then send this "
    "receipt again."
)

Identity = tuple[int, bytes]
"""A message: its workspace (integer key) and the digest of its source and id."""


class Outcome(StrEnum):
    """What became of a receipt."""

    COUNTED = "counted"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a message got there, was read, or did not get there. `workspace` by public id; `source` and `message` as
    the event said that told of its sending."""

    workspace: str
    source: str
    message: str
    state: MessageState
    at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it; `why` it did not count, where that needs words."""

    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    day: date
    state: MessageState


def note(session: Session, sent: Mapping[Identity, date]) -> None:
    """In the open unit: these messages were sent on those days, and receipts may tell of them from now on. One that is
    known already stays as it is."""
    rows = [
        {"workspace_id": key, "digest": digest, "day": day, "state": MessageState.SENT}
        for (key, digest), day in sorted(sent.items())
    ]
    if rows:
        put_all(session, upsert(session, Message.__table__).on_conflict_do_nothing(), rows)


def take(receipts: Sequence[Receipt], now: datetime, only: str = "") -> list[Result]:
    """What became of each, in their order. `only`: the one workspace (public id) of which there may be receipts."""
    with scope.platform():
        places = reported.workspaces({each.workspace for each in receipts}, only)
        results: dict[int, Result] = {}
        wanted: list[tuple[int, Identity, MessageState]] = []
        for number, each in enumerate(receipts):
            place = places.get(each.workspace)
            why = reported.refusal(place, each.at, now)
            if place is None or why:
                results[number] = Result(Outcome.REFUSED, why)
            else:
                wanted.append((number, (place.key, fingerprint(each.source, each.message)), each.state))
        if wanted:
            with unit() as session:
                results |= _told(session, wanted)
    return [results[number] for number in range(len(receipts))]


def _told(session: Session, wanted: Sequence[tuple[int, Identity, MessageState]]) -> dict[int, Result]:
    """What became of those that may count, each by its number."""
    before = _locked(session, {identity for _, identity, _ in wanted})
    after, results = dict(before), dict[int, Result]()
    for number, identity, told in wanted:
        known = after.get(identity)
        if known is None:
            results[number] = Result(Outcome.UNKNOWN, UNKNOWN)
        elif (state := furthest(known.state, told)) is known.state:
            passed = "" if state is told else f"The message was {state.value}, which this does not undo."
            results[number] = Result(Outcome.DUPLICATE, passed)
        else:
            after[identity] = replace(known, state=state)
            results[number] = Result(Outcome.COUNTED)
    _advance(session, before, {each: known for each, known in after.items() if known != before[each]})
    return results


def _advance(session: Session, before: Mapping[Identity, _Known], after: Mapping[Identity, _Known]) -> None:
    if not after:
        return
    rows = [
        {"workspace_id": key, "digest": digest, "day": known.day, "state": known.state}
        for (key, digest), known in sorted(after.items())
    ]
    statement = upsert(session, Message.__table__)  # all of them are there, and ours
    state = {"state": statement.excluded.state}
    put_all(session, statement.on_conflict_do_update(index_elements=["workspace_id", "digest"], set_=state), rows)
    tallies: defaultdict[tuple[int, date], Tally] = defaultdict(Tally)
    for identity, known in after.items():
        tallies[identity[0], known.day].counts.update(difference(before[identity].state, known.state))
    usage.count_all(session, tallies)


def _locked(session: Session, wanted: Collection[Identity]) -> dict[Identity, _Known]:
    """Those of these messages that are known, locked until the unit ends in the order of their keys."""
    key = (Message.workspace_id, Message.digest)
    found = select(*key, Message.day, Message.state).order_by(*key)
    given: dict[str, Any] = {}
    if session.get_bind().dialect.name == "postgresql":  # a statement that stays the same: see `upserts.put_all`
        columns: Any = Message.__table__.c
        arrays = [bindparam(name, type_=ARRAY(columns[name].type)) for name in ("workspace_id", "digest")]
        asked = func.unnest(*arrays).table_valued("workspace_id", "digest").render_derived()
        found = found.join(asked, (key[0] == asked.c.workspace_id) & (key[1] == asked.c.digest))
        found = found.with_for_update(of=Message)
        given = dict(zip(("workspace_id", "digest"), map(list, zip(*wanted, strict=True)), strict=True))
    else:
        found = found.where(tuple_(*key).in_(list(wanted)))
    return {(row.workspace_id, bytes(row.digest)): _Known(row.day, row.state) for row in session.execute(found, given)}


def forget(now: datetime) -> int:
    """Messages of which nothing is told any more are no longer known, but for those of broadcasts, which are shown.
    Answers how many. In small units: safe to stop."""
    old = and_(Message.day < forgotten_day(now), Message.broadcast_id.is_(None))
    with scope.platform():
        return remove((Message.workspace_id, Message.digest), old, Message.day, BATCH)
