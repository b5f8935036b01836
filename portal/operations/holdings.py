"""What a workspace held until each day began is written down by the day's first change of it, so that an invoice knows
what was held on the last day of its month without anybody counting then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.models import HeldBefore, Workspace
from portal.operations.unit import pending
from portal.operations.upserts import upsert
from portal.rules.periods import local_day

RANK = 40
GATHERED = "held"


class Held(NamedTuple):
    """How many."""

    numbers: int
    extensions: int


def held(row: Workspace) -> Held:
    """What the workspace holds."""
    return Held(row.number_count, row.extension_count)


def changed(session: Session, row: Workspace, before: Held) -> None:
    """The workspace held so much before the open unit changed it."""
    if held(row) == before:
        return
    unit = pending(session)
    unit.closing[RANK] = _write
    unit.gathered.setdefault(GATHERED, []).append((row.id, row.timezone, before))


def _write(session: Session) -> None:
    unit = pending(session)
    if unit.at is None:  # nobody's act: a repair, which mends what was wrong before
        return
    gathered: Sequence[tuple[int, str, Held]] = unit.gathered[GATHERED]
    rows = [
        {"workspace_id": key, "day": local_day(unit.at, timezone), **before._asdict()}
        for key, timezone, before in gathered
    ]
    for row in sorted(rows, key=lambda each: each["workspace_id"]):  # the first of a workspace stays
        session.execute(upsert(session, HeldBefore.__table__).values(row).on_conflict_do_nothing())
