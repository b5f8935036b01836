"""Counting usage: what a workspace sent, received and called on a day, and whom it wrote to.

Each call adds to what is there: that an event counts once is for whoever takes the events in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from itertools import islice

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models import ActiveContact, ContactMonth, DailyUsage, Measure
from portal.operations import platform_days
from portal.operations.upserts import add_up, upsert

MOST = 2_000  # contacts in one statement
COUNTED = ("sent", "delivered", "read", "failed", "received", "minutes")


def count(
    session: Session, workspace: int, day: date, counts: Mapping[str, int], contacts: Collection[str] = ()
) -> None:
    """In the open unit: the workspace (its integer key) has so much more on that day of its own, by the names in
    COUNTED; and these contacts (whatever keys the gateway knows them by) were sent a message on it. KeyError for
    another name."""
    values = {name: counts.get(name, 0) for name in COUNTED}
    unknown = set(counts) - set(COUNTED)
    if unknown:
        raise KeyError(f"usage does not count {', '.join(sorted(unknown))}")
    add_up(session, DailyUsage.__table__, {"workspace_id": workspace, "day": day}, values)
    platform_days.add(session, {(Measure.SENT, day, ""): values["sent"]})
    _meet(session, workspace, day, contacts)


def _meet(session: Session, workspace: int, day: date, contacts: Collection[str]) -> None:
    """These contacts were active on that day; each counts once in its month."""
    month, keys, new = day.replace(day=1), iter(sorted(set(contacts))), 0
    table = ActiveContact.__table__
    while chunk := list(islice(keys, MOST)):
        common = {"workspace_id": workspace, "month": month, "first_day": day, "last_day": day}
        statement = upsert(session, table).values([{**common, "contact": key} for key in chunk])
        new += len(session.execute(statement.on_conflict_do_nothing().returning(table.c.contact)).all())
        mine = (table.c.workspace_id == workspace, table.c.month == month, table.c.contact.in_(chunk))
        session.execute(update(table).where(*mine, table.c.first_day > day).values(first_day=day))
        session.execute(update(table).where(*mine, table.c.last_day < day).values(last_day=day))
    add_up(session, ContactMonth.__table__, {"workspace_id": workspace, "month": month}, {"contacts": new})
