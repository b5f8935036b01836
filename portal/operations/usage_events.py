"""Taking usage events in: each counts exactly once, however often it comes and whatever breaks in between.

An event is known by its source and id. Whether it was counted is written in the unit that counts it: all of a batch is
counted together, or nothing of it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from portal.models import UsageEvent, scope
from portal.operations import messages, reported, usage
from portal.operations.removal import remove
from portal.operations.reported import Reported
from portal.operations.unit import unit
from portal.operations.upserts import put_all, upsert
from portal.operations.usage import Tally
from portal.rules.periods import local_day
from portal.rules.usage_events import ACTIVATES, COUNTS, EventType, fingerprint, forgotten_before

BATCH = 5_000  # events forgotten in a unit
NO_RECEIPT = "Only message.sent names its message; what became of that is reported as a receipt."
SEVERAL = "An event that names its message is of one message: its count is 1."


class Outcome(StrEnum):
    """What became of an event."""

    COUNTED = "counted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Happened:
    """An event: `workspace` by public id, `amount` messages or minutes; `contact` and `message` blank where it names
    none."""

    source: str
    id: str
    type: EventType
    workspace: str
    at: datetime
    amount: int = 1
    contact: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it, and where it was refused why."""

    outcome: Outcome
    why: str = ""


def take(events: Sequence[Happened], now: datetime, only: str = "") -> list[Result]:
    """What became of each, in their order. `only`: the one workspace (public id) of which there may be events."""
    with scope.platform():
        known = reported.workspaces({each.workspace for each in events}, only)
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
            sent: dict[messages.Identity, date] = {}
            for identity, (day, number) in fresh.items():
                if identity in new:
                    event = events[number]
                    _add(tallies[identity[0], day], event)
                    results[number] = Result(Outcome.COUNTED)
                    if event.message:
                        sent.setdefault((identity[0], fingerprint(event.source, event.message)), day)
            messages.note(session, sent)
            usage.count_all(session, tallies)
    return results


def forget(now: datetime) -> int:
    """Events that are too old to come again are no longer known. Answers how many. In small units: safe to stop."""
    old = UsageEvent.day < forgotten_before(now).date()
    with scope.platform():
        return remove((UsageEvent.workspace_id, UsageEvent.digest), old, UsageEvent.day, BATCH)


def _sorted_out(
    events: Sequence[Happened], known: Mapping[str, Reported], now: datetime
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


def _refusal(event: Happened, place: Reported | None, now: datetime) -> str:
    why = reported.refusal(place, event.at, now)
    if why or not event.message:
        return why
    if event.type is not EventType.SENT:
        return NO_RECEIPT
    return SEVERAL if event.amount != 1 else ""


def _add(tally: Tally, event: Happened) -> None:
    tally.counts[COUNTS[event.type]] += event.amount
    if event.type is ACTIVATES and event.contact:
        tally.contacts.add(event.contact)
