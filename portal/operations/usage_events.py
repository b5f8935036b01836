"""Taking usage events in: each counts exactly once, however often it comes and whatever breaks in between.

An event is known by its source and id. Whether it was counted is written in the unit that counts it: all of a batch is
counted together, or nothing of it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, tuple_

from portal.base.db import db
from portal.models import UsageEvent, Workspace, scope
from portal.operations import usage
from portal.operations.unit import turn, unit
from portal.operations.upserts import put_all, upsert
from portal.operations.usage import Tally
from portal.rules.errors import Refused
from portal.rules.periods import local_day
from portal.rules.usage_events import ACTIVATES, COUNTS, EventType, check_time, fingerprint, forgotten_before

BATCH = 5_000  # events forgotten in a unit
NOBODY = "There is no such workspace."
CLOSED = "The workspace was closed before that."


class Outcome(StrEnum):
    """What became of an event."""

    COUNTED = "counted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Happened:
    """An event: `workspace` by public id, `amount` messages or minutes, `contact` blank where it names none."""

    source: str
    id: str
    type: EventType
    workspace: str
    at: datetime
    amount: int = 1
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it, and where it was refused why."""

    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    key: int
    timezone: str
    cancelled_at: datetime | None


def take(events: Sequence[Happened], now: datetime, only: str = "") -> list[Result]:
    """What became of each, in their order. `only`: the one workspace (public id) of which there may be events."""
    with scope.platform():
        known = _workspaces({each.workspace for each in events if not only or each.workspace == only})
        results, fresh = _sorted_out(events, known, now)
        if not fresh:
            return results
        with unit() as session:
            rows = [
                {"workspace_id": key, "digest": digest, "day": day} for (key, digest), (day, _) in sorted(fresh.items())
            ]
            table: Any = UsageEvent.__table__
            added = put_all(session, upsert(session, table).on_conflict_do_nothing(), rows)
            new = {(row.workspace_id, bytes(row.digest)) for row in added}
            tallies: defaultdict[tuple[int, date], Tally] = defaultdict(Tally)
            for identity, (day, number) in fresh.items():
                if identity in new:
                    _add(tallies[identity[0], day], events[number])
                    results[number] = Result(Outcome.COUNTED)
            usage.count_all(session, tallies)
    return results


def forget(now: datetime) -> int:
    """Events that are too old to come again are no longer known. Answers how many. In small units: safe to stop."""
    key, gone = tuple_(UsageEvent.workspace_id, UsageEvent.digest), 0
    some = (
        select(UsageEvent.workspace_id, UsageEvent.digest)
        .where(UsageEvent.day < forgotten_before(now).date())
        .order_by(UsageEvent.day)
        .limit(BATCH)
    )
    while True:
        with turn(), scope.platform(), unit() as session:
            old = delete(UsageEvent).where(key.in_(some)).execution_options(synchronize_session=False)
            found = len(session.execute(old.returning(UsageEvent.workspace_id)).all())
        gone += found
        if found < BATCH:
            return gone


def _sorted_out(
    events: Sequence[Happened], known: Mapping[str, _Known], now: datetime
) -> tuple[list[Result], dict[tuple[int, bytes], tuple[date, int]]]:
    """What becomes of each as far as can be told without the database; and the first of each kind that may count, with
    its day and its place."""
    results: list[Result] = []
    fresh: dict[tuple[int, bytes], tuple[date, int]] = {}
    for number, event in enumerate(events):
        place = known.get(event.workspace)
        why = _refusal(event, place, now)
        if place is None or why:
            results.append(Result(Outcome.REFUSED, why))
            continue
        results.append(Result(Outcome.DUPLICATE))  # until it is known to be new
        identity = (place.key, fingerprint(event.source, event.id))
        fresh.setdefault(identity, (local_day(event.at, place.timezone), number))
    return results, fresh


def _refusal(event: Happened, place: _Known | None, now: datetime) -> str:
    if place is None:
        return NOBODY
    try:
        check_time(event.at, now)
    except Refused as error:
        return error.message
    return CLOSED if place.cancelled_at is not None and event.at > place.cancelled_at else ""


def _add(tally: Tally, event: Happened) -> None:
    tally.counts[COUNTS[event.type]] += event.amount
    if event.type is ACTIVATES and event.contact:
        tally.contacts.add(event.contact)


def _workspaces(named: Collection[str]) -> dict[str, _Known]:
    wanted = [name for name in named if name.isascii() and name.isprintable()]
    found = select(Workspace.public_id, Workspace.id, Workspace.timezone, Workspace.cancelled_at)
    rows = db.session.execute(found.where(Workspace.public_id.in_(wanted)))
    return {row.public_id: _Known(row.id, row.timezone, row.cancelled_at) for row in rows}
