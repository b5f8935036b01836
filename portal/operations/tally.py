"""The list's strip reads a small table of totals, kept in the transaction that changes a workspace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models import Workspace, WorkspaceTally
from portal.operations.unit import pending
from portal.queries.tally import true_tally

RANK = 50
GATHERED = "tally"


class Cell(NamedTuple):
    """The key of a row of the table."""

    status: str
    plan_id: int
    currency: str
    health: str
    rated: bool


class Share(NamedTuple):
    """What one workspace adds to its cell."""

    cell: Cell
    mrr_minor: int
    mrr_reporting: int


def share_of(row: Workspace) -> Share:
    """Where a workspace is counted, and with how much."""
    rated = row.mrr_reporting is not None
    health = row.health.value if row.health else ""
    cell = Cell(row.status.value, row.plan_id or 0, row.currency, health, rated)
    return Share(cell, row.mrr_minor, row.mrr_reporting or 0)


def moved(session: Session, before: Share | None, after: Share | None) -> None:
    """A workspace is now counted as `after`; it was as `before`."""
    if before == after:
        return
    unit = pending(session)
    unit.closing[RANK] = _apply
    unit.gathered.setdefault(GATHERED, []).extend(
        (share, sign) for share, sign in ((before, -1), (after, 1)) if share is not None
    )


def _differences(gathered: Iterable[tuple[Share, int]]) -> dict[Cell, Counter[str]]:
    deltas: dict[Cell, Counter[str]] = {}
    for share, sign in gathered:
        delta = deltas.setdefault(share.cell, Counter())
        delta["workspaces"] += sign
        delta["mrr_minor"] += sign * share.mrr_minor
        delta["mrr_reporting"] += sign * share.mrr_reporting
    return deltas


def _apply(session: Session) -> None:
    """Add the gathered differences, in the order of their keys so that two transactions never wait for each other."""
    dialect = session.get_bind().dialect.name
    upsert = (postgresql if dialect == "postgresql" else sqlite).insert
    table = WorkspaceTally.__table__
    for cell, delta in sorted(_differences(pending(session).gathered[GATHERED]).items()):
        values: dict[str, Any] = {name: delta[name] for name in ("workspaces", "mrr_minor", "mrr_reporting")}
        if any(values.values()):
            statement = upsert(table).values(**cell._asdict(), **values)
            added = {name: table.c[name] + value for name, value in values.items()}
            session.execute(statement.on_conflict_do_update(index_elements=list(cell._fields), set_=added))


def recount(session: Session) -> None:
    """Count the whole table anew from the workspaces: after a bulk load, or when a check found a difference."""
    if session.get_bind().dialect.name == "postgresql":
        # Who has changed a workspace and not yet its total waits, and adds to the new count.
        session.execute(text("LOCK TABLE workspace_tally IN EXCLUSIVE MODE"))
    session.execute(delete(WorkspaceTally))
    session.execute(insert(WorkspaceTally).from_select(list(COLUMNS), true_tally()))


COLUMNS = (*Cell._fields, "workspaces", "mrr_minor", "mrr_reporting")
