"""Purges: which workspaces are due, and the receipts of those that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, or_, select

from portal.base.db import db
from portal.models import Organization, Purge, WatchedSpan, Workspace
from portal.queries.listing import PAGE, last_offset
from portal.rules.lifecycle import PURGE_AFTER
from portal.rules.purging import Span

UNDER_WAY = exists().where(Purge.workspace == Workspace.public_id)
"""Of a workspace: its purge has begun and not ended. Its data goes step by step, and what is stored of it is no longer
what the rest comes to."""


def due(now: datetime) -> Sequence[str]:
    """Workspaces (public ids) whose 90 days are over by the clock, or whose purge has begun, the oldest first."""
    over = Workspace.cancelled_at <= now - PURGE_AFTER
    found = select(Workspace.public_id).where(or_(over, UNDER_WAY)).order_by(Workspace.cancelled_at, Workspace.id)
    return db.session.scalars(found).all()


def under_way() -> int:
    """How many workspaces are being purged."""
    return db.session.scalar(select(func.count()).select_from(Workspace).where(UNDER_WAY)) or 0


def has_begun(workspace: str) -> bool:
    """Whether the purge of the workspace (public id) has begun: then it cannot be restored."""
    return db.session.scalar(select(Purge.id).where(Purge.workspace == workspace)) is not None


def watched_spans() -> Sequence[Span]:
    """All time that was watched."""
    rows = db.session.execute(select(WatchedSpan.began_at, WatchedSpan.ended_at).order_by(WatchedSpan.began_at))
    return [Span(*row) for row in rows]


class Receipt(NamedTuple):
    """What is left of a workspace. `finished_at` is empty while the purge goes on."""

    public_id: str
    workspace: str
    name: str
    organization: str | None
    organization_id: str | None
    cancelled_at: datetime
    began_at: datetime
    finished_at: datetime | None
    run: str
    rows: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Receipts:
    """A page of them, and how many there are."""

    total: int
    page: int
    rows: tuple[Receipt, ...]


def receipts(page: int) -> Receipts:
    """The page asked for (12 rows), or the last one where that is behind it; the latest first."""
    total = db.session.scalar(select(func.count()).select_from(Purge)) or 0
    offset = last_offset(total, (page - 1) * PAGE)
    found = (
        select(
            Purge.public_id,
            Purge.workspace,
            Purge.workspace_name,
            Organization.name,
            Organization.public_id,
            Purge.cancelled_at,
            Purge.began_at,
            Purge.finished_at,
            Purge.run,
            Purge.rows,
            Purge.counts,
        )
        .outerjoin(Organization, Organization.id == Purge.organization_id)
        .order_by(Purge.began_at.desc(), Purge.id.desc())
        .limit(PAGE)
        .offset(offset)
    )
    return Receipts(total, offset // PAGE + 1, tuple(map(Receipt._make, db.session.execute(found))))
