"""The list's strip reads small tables of totals, kept in the transaction that changes a workspace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

from portal.models import Workspace, WorkspaceBirths, WorkspaceTally
from portal.operations import platform_days
from portal.operations.unit import pending
from portal.operations.upserts import add_up
from portal.queries.tally import true_births, true_tally
from portal.rules.periods import utc_day

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
    """What one workspace adds to its cell; `born`: the day of UTC on which it was made, None once it is closed."""

    cell: Cell
    mrr_minor: int
    mrr_reporting: int
    born: date | None


def share_of(row: Workspace) -> Share:
    """Where a workspace is counted, and with how much."""
    rated = row.mrr_reporting is not None
    health = row.health.value if row.health else ""
    cell = Cell(row.status.value, row.plan_id or 0, row.currency, health, rated)
    born = None if row.cancelled_at else utc_day(row.created_at)
    return Share(cell, row.mrr_minor, row.mrr_reporting or 0, born)


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


def _births(gathered: Iterable[tuple[Share, int]]) -> Counter[date]:
    deltas: Counter[date] = Counter()
    for share, sign in gathered:
        if share.born:
            deltas[share.born] += sign
    return deltas


def _apply(session: Session) -> None:
    """Add the gathered differences, in the order of their keys so that two transactions never wait for each other."""
    unit = pending(session)
    if unit.at:
        platform_days.close_days(session, unit.at)
    gathered = unit.gathered[GATHERED]
    for cell, delta in sorted(_differences(gathered).items()):
        values = {name: delta[name] for name in ("workspaces", "mrr_minor", "mrr_reporting")}
        add_up(session, WorkspaceTally.__table__, cell._asdict(), values)
    for day, number in sorted(_births(gathered).items()):
        add_up(session, WorkspaceBirths.__table__, {"day": day}, {"workspaces": number})


def recount(session: Session) -> None:
    """Count these tables and the sums of days anew: after a bulk load, or when a check found a difference."""
    if session.get_bind().dialect.name == "postgresql":
        # Who has changed a workspace and not yet its total waits, and adds to the new count.
        session.execute(text("LOCK TABLE workspace_tally, workspace_births IN EXCLUSIVE MODE"))
    session.execute(delete(WorkspaceTally))
    session.execute(insert(WorkspaceTally).from_select(list(COLUMNS), true_tally()))
    session.execute(delete(WorkspaceBirths))
    session.execute(insert(WorkspaceBirths).from_select(["day", "workspaces"], true_births()))
    platform_days.recount(session)


COLUMNS = (*Cell._fields, "workspaces", "mrr_minor", "mrr_reporting")
