"""What machines report names its workspace: which one that is, and whether reports of that instant are still taken."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.base.db import db
from portal.models import Workspace
from portal.rules.errors import Refused
from portal.rules.usage_events import check_time

NOBODY = "There is no workspace of this id. Ids begin with ws_."
CLOSED = "The workspace was closed before that."


@dataclass(frozen=True, slots=True)
class Reported:
    """A workspace by its integer key, and what decides whether something counts for it, and on which day."""

    key: int
    timezone: str
    cancelled_at: datetime | None


def workspaces(named: Collection[str], only: str = "") -> dict[str, Reported]:
    """Those of these public ids that there are. `only`: the one (public id) of which there may be reports."""
    wanted = [name for name in named if name.isascii() and name.isprintable() and (not only or name == only)]
    found = select(Workspace.public_id, Workspace.id, Workspace.timezone, Workspace.cancelled_at)
    rows = db.session.execute(found.where(Workspace.public_id.in_(wanted)))
    return {row.public_id: Reported(row.id, row.timezone, row.cancelled_at) for row in rows}


def refusal(place: Reported | None, at: datetime, now: datetime) -> str:
    """Why what happened there at that instant is not taken; blank where it is."""
    if place is None:
        return NOBODY
    try:
        check_time(at, now)
    except Refused as error:
        return error.message
    return CLOSED if place.cancelled_at is not None and at > place.cancelled_at else ""
