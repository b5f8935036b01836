"""Counting usage: what a workspace sent, received and called on a day, and whom it wrote to.

Each call adds to what is there: that an event counts once is for whoever takes the events in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import case
from sqlalchemy.orm import Session

from portal.models import ActiveContact, ContactMonth, DailyUsage, Measure
from portal.operations import platform_days
from portal.operations.upserts import add_all, put_all, upsert

MOST = 2_000  # contacts in one statement
COUNTED = ("sent", "delivered", "read", "failed", "received", "minutes")
Key = tuple[int, date]
Met = tuple[int, date, str]


@dataclass(slots=True)
class Tally:
    """What a workspace has more of on a day: counts by the names in COUNTED, and the contacts that were sent a
    message, by whatever keys the gateway knows them."""

    counts: Counter[str] = field(default_factory=Counter)
    contacts: set[str] = field(default_factory=set)


def count(
    session: Session, workspace: int, day: date, counts: Mapping[str, int], contacts: Collection[str] = ()
) -> None:
    """In the open unit: the workspace (its integer key) has so much more on that day of its own, by the names in
    COUNTED; and these contacts (whatever keys the gateway knows them by) were sent a message on it. KeyError for
    another name."""
    count_all(session, {(workspace, day): Tally(Counter(counts), set(contacts))})


def count_all(session: Session, tallies: Mapping[Key, Tally]) -> None:
    """The same for many workspaces and days, in few statements; rows are locked in one order, so that two who count at
    once do not wait for each other."""
    rows: list[dict[str, Any]] = []
    sent: Counter[date] = Counter()
    for (workspace, day), tally in sorted(tallies.items(), key=lambda each: each[0]):
        unknown = set(tally.counts) - set(COUNTED)
        if unknown:
            raise KeyError(f"usage does not count {', '.join(sorted(unknown))}")
        values = {name: tally.counts[name] for name in COUNTED}
        sent[day] += values["sent"]
        if any(values.values()):
            rows.append({"workspace_id": workspace, "day": day, **values})
    add_all(session, DailyUsage.__table__, ("workspace_id", "day"), rows)
    _meet(session, ((key, each) for key, tally in sorted(tallies.items()) for each in sorted(tally.contacts)))
    # Last: all who count on a day add to the same row, which is locked from here on.
    platform_days.add(session, {(Measure.SENT, day, ""): more for day, more in sent.items()})


def _meet(session: Session, contacts: Iterable[tuple[Key, str]]) -> None:
    """These contacts were active on that day; each counts once in its month."""
    more: Counter[Key] = Counter()
    met, table = iter(contacts), ActiveContact.__table__
    while chunk := list(islice(met, MOST)):
        span: dict[Met, tuple[date, date]] = {}
        for (workspace, day), contact in chunk:
            key = (workspace, day.replace(day=1), contact)
            first, last = span.get(key, (day, day))
            span[key] = (min(first, day), max(last, day))
        rows = [
            {"workspace_id": workspace, "month": month, "contact": contact, "first_day": first, "last_day": last}
            for (workspace, month, contact), (first, last) in sorted(span.items())
        ]
        new = {tuple(row) for row in put_all(session, upsert(session, table).on_conflict_do_nothing(), rows)}
        more.update((workspace, month) for workspace, month, _ in new)
        _widen(session, [row for row in rows if (row["workspace_id"], row["month"], row["contact"]) not in new])
    months = [{"workspace_id": key, "month": month, "contacts": n} for (key, month), n in sorted(more.items())]
    add_all(session, ContactMonth.__table__, ("workspace_id", "month"), months)


def _widen(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """What is known of these contacts, who are there already, reaches from their first to their last day."""
    if not rows:
        return
    table = ActiveContact.__table__
    statement = upsert(session, table)
    earlier, later = statement.excluded.first_day < table.c.first_day, statement.excluded.last_day > table.c.last_day
    span = {
        "first_day": case((earlier, statement.excluded.first_day), else_=table.c.first_day),
        "last_day": case((later, statement.excluded.last_day), else_=table.c.last_day),
    }
    key = ["workspace_id", "month", "contact"]
    put_all(session, statement.on_conflict_do_update(index_elements=key, set_=span, where=earlier | later), rows)
