"""Derived columns: whoever changes what they follow from does it inside `settling`, which writes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from sqlalchemy.orm import Session

from portal.models import Workspace
from portal.operations.tally import moved, share_of
from portal.queries.principals import platform
from portal.queries.sources import sources_of
from portal.rules.listing import HEALTH_RANK, derive, shown_health
from portal.rules.platform import Platform


@contextmanager
def settling(session: Session, row: Workspace, *, new: bool = False) -> Iterator[None]:
    """On leaving, the derived columns of the workspace and the table of totals follow from what was changed inside.

    The row must be locked (see `unit.locked`), or `new`: added in this unit."""
    before = None if new else share_of(row)
    yield
    session.flush()
    settle(session, row, platform())
    moved(session, before, share_of(row))


def settle(session: Session, row: Workspace, settings: Platform) -> None:
    """Write the derived columns of one workspace. Outside of `settling` the totals must be counted anew."""
    values = derive(sources_of([row.id])[row.id], settings.reporting_currency, settings.rates)
    for name, value in asdict(values).items():
        setattr(row, name, value)
    row.health = shown_health(row.health, row.status)
    row.health_rank = HEALTH_RANK[row.health] if row.health else None
    if row.health is None:  # the next assessment starts afresh
        row.health_reasons, row.health_at = [], None
    session.flush()
