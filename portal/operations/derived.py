"""Derived columns: whoever changes what they follow from does it inside `settling`, which writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace

from sqlalchemy.orm import Session

from portal.models import Workspace
from portal.operations import holdings
from portal.operations.tally import moved, share_of
from portal.queries.principals import platform
from portal.queries.sources import sources_of
from portal.queries.truth import health_columns
from portal.rules.health import Facts, Level, assess
from portal.rules.listing import HEALTH_RANK, Derived, Sources, derive, shown_health
from portal.rules.platform import Platform


@contextmanager
def settling(session: Session, row: Workspace, *, new: bool = False) -> Iterator[None]:
    """On leaving, the derived columns of the workspace and the table of totals follow from what was changed inside.

    The row must be locked (see `unit.locked`), or `new`: added in this unit."""
    before, had = (None, None) if new else (share_of(row), holdings.held(row))
    yield
    session.flush()
    settle(session, row, platform())
    moved(session, before, share_of(row))
    if had is not None:
        holdings.changed(session, row, had)


@contextmanager
def settling_all(session: Session, rows: Sequence[Workspace]) -> Iterator[None]:
    """The same for several, in as few queries as for one."""
    before = [(share_of(row), holdings.held(row)) for row in rows]
    yield
    session.flush()
    settings, sources = platform(), sources_of([row.id for row in rows])
    for row, (share, had) in zip(rows, before, strict=True):
        _follow(row, sources[row.id], settings)
        moved(session, share, share_of(row))
        holdings.changed(session, row, had)
    session.flush()


def settle_new(row: Workspace, sources: Sources, facts: Facts, settings: Platform) -> None:
    """Before a workspace is first written: its derived columns, from sources and facts that the caller has at hand, so
    that the row and its many index entries are written once. (On PostgreSQL half the time of a creation.) The totals
    are for `counted`, once it is written; `facts` need no status."""
    _put(row, derive(sources, settings.reporting_currency, settings.rates))
    if shown_health(Level.GOOD, row.status):
        assessment = assess(replace(facts, status=row.status), settings.thresholds, row.created_at)
        for name, value in health_columns(assessment).items():
            setattr(row, name, value)
        row.health_at = row.created_at


def counted(session: Session, row: Workspace) -> None:
    """In the open unit: the totals include this workspace, which `settle_new` has settled."""
    moved(session, None, share_of(row))


def _put(row: Workspace, values: Derived) -> None:
    for name, value in asdict(values).items():
        setattr(row, name, value)


def settle(session: Session, row: Workspace, settings: Platform) -> None:
    """Write the derived columns of one workspace. Outside of `settling` the totals must be counted anew."""
    _follow(row, sources_of([row.id])[row.id], settings)
    session.flush()


def _follow(row: Workspace, sources: Sources, settings: Platform) -> None:
    _put(row, derive(sources, settings.reporting_currency, settings.rates))
    row.health = shown_health(row.health, row.status)
    row.health_rank = HEALTH_RANK[row.health] if row.health else None
    if row.health is None:  # the next assessment starts afresh
        row.health_reasons, row.health_at, row.near_cap = [], None, None
