"""One workspace is purged: its receipt is begun, then everything of it goes step by step, and last the workspace.

Each step is a unit of its own that writes what it did to the receipt: whoever is killed between two of them leaves
nothing half done, and the next goes on. From the receipt's first unit on it cannot be restored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import delete, exists, func, select, tuple_, update
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import DailyUsage, Purge, PurgedDay, Workspace, scope
from portal.operations import invoicing, tally
from portal.operations.announcements import announce
from portal.operations.audit import record
from portal.operations.locks import locked_place
from portal.operations.purging import mentions, people
from portal.operations.purging.tables import Part, all_parts
from portal.operations.unit import turn, unit
from portal.operations.upserts import add_up
from portal.queries.purges import has_begun, watched_spans
from portal.rules.actors import Actor
from portal.rules.errors import NotFound
from portal.rules.purging import Span, may_purge

BATCH = 5_000  # rows in a step
Tell = Callable[[int], None]


def purge(
    workspace: str, by: Actor, *, run: str = "", at_its_word: bool = False, tell: Tell = lambda rows: None
) -> bool:
    """Nothing is left of the workspace (public id) but its receipt; whether there was something to do. `run`: the
    job's run. `at_its_word`: a person said what time it is, which is not doubted. `tell` hears of each step how many
    rows it did. Safe to repeat, and to be done by two at once."""
    key = _begin(workspace, by, run, at_its_word)
    if key is None:
        return False
    with scope.platform():
        for step in (*mentions.steps(), people.leave):
            with turn():
                tell(_step(workspace, step))
        for part in all_parts():
            while _is_left(part, key, workspace):
                with turn():
                    tell(_step(workspace, partial(_some, part)))
        _end(workspace, by)
    return True


def _begin(workspace: str, by: Actor, run: str, at_its_word: bool) -> int | None:
    """The workspace's key, if its receipt is begun by now: what was used and is not billed yet is billed first."""
    with scope.platform(), unit() as session:
        try:
            place = locked_place(session, workspace, everyone=True)
        except NotFound:
            return None
        row = place.workspace
        if not has_begun(workspace):
            spans = [Span(row.cancelled_at or by.at, by.at)] if at_its_word else watched_spans()
            if not may_purge(row.cancelled_at, by.at, spans):
                return None
            invoicing.settle_up(session, [place.organization.id], by.at)
            session.add(
                Purge(
                    workspace=row.public_id,
                    workspace_name=row.name,
                    organization_id=place.organization.id,
                    cancelled_at=row.cancelled_at,
                    began_at=by.at,
                    run=run,
                )
            )
        return row.id


def _is_left(part: Part, key: int, workspace: str) -> bool:
    return bool(db.session.scalar(select(exists().where(part.which(key, workspace)))))


Step = Callable[[Session, Workspace], Mapping[str, int]]


def _step(workspace: str, step: Step) -> int:
    """One unit: the step, and on the receipt what it did. How many rows that was; 0 where another has ended it."""
    with unit() as session:
        row = session.scalar(select(Workspace).where(Workspace.public_id == workspace).with_for_update())
        if row is None:
            return 0
        receipt = _receipt(session, workspace)
        return _noted(receipt, step(session, row))


def _receipt(session: Session, workspace: str) -> Purge:
    return session.scalars(select(Purge).where(Purge.workspace == workspace).with_for_update()).one()


def _noted(receipt: Purge, done: Mapping[str, int]) -> int:
    more = sum(done.values())
    if more:
        receipt.counts = dict(Counter(receipt.counts) + Counter(done))
        receipt.rows += more
    return more


def _some(part: Part, session: Session, row: Workspace) -> Mapping[str, int]:
    """At most BATCH rows of the part are done."""
    which = part.which(row.id, row.public_id)
    keys = part.keys
    some = select(*keys).where(which).limit(BATCH)
    chosen = keys[0].in_(some) if len(keys) == 1 else tuple_(*keys).in_(some)
    if part.values is not None:
        return {part.table.name: _count(session.execute(update(part.table).where(chosen).values(**part.values)))}
    if part.table is DailyUsage.__table__:
        _keep_sums(session, part, chosen)
    return {part.table.name: _count(session.execute(delete(part.table).where(chosen)))}


def _count(result: Any) -> int:
    return int(result.rowcount)


def _keep_sums(session: Session, part: Part, chosen: Any) -> None:
    """What these days add to the platform's sums stays in them."""
    table = part.table
    days = session.execute(select(table.c.day, func.sum(table.c.sent)).where(chosen).group_by(table.c.day)).all()
    for day, sent in sorted(days):
        add_up(session, PurgedDay.__table__, {"day": day}, {"sent": int(sent)})


def _end(workspace: str, by: Actor) -> None:
    """What came meanwhile goes too, and the workspace itself; then the receipt is whole."""
    with unit() as session:
        try:
            place = locked_place(session, workspace, everyone=True)
        except NotFound:  # another was quicker
            return
        receipt = _receipt(session, workspace)
        row = place.workspace
        share = tally.share_of(row)
        for part in all_parts():
            while _noted(receipt, _some(part, session, row)):
                pass
        announce(session, "workspace.purged", row, by)
        session.flush()
        _forget(session, row)
        _noted(receipt, {Workspace.__tablename__: 1})
        tally.moved(session, share, None)
        receipt.finished_at = by.at
        record("workspace.purged", by, organization=place.organization, purged=workspace, rows=receipt.rows)


def _forget(session: Session, row: Workspace) -> None:
    session.expunge(row)
    session.execute(delete(Workspace).where(Workspace.id == row.id))
