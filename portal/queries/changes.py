"""The feed of changes: what the data plane is told of, in the order in which it was committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.base.db import db
from portal.models import Change
from portal.rules.errors import Refused


@dataclass(frozen=True, slots=True)
class Told:
    """One change. `workspace`: public id of the one that it is about."""

    public_id: str
    type: str
    at: datetime
    workspace: str
    data: dict[str, Any]


def changes(after: str, limit: int, workspace: str = "") -> tuple[Sequence[Told], bool]:
    """At most so many changes behind the one with the public id `after` (blank: from the first), perhaps those of one
    workspace (public id); and whether there are more. Raises Refused for a cursor that was never given."""
    query = select(Change.public_id, Change.type, Change.at, Change.workspace, Change.data).order_by(Change.id)
    if after:
        key = db.session.scalar(select(Change.id).where(Change.public_id == after)) if after.isprintable() else None
        if key is None:
            raise Refused("There is no such place in the feed. Begin without `after`.", "after")
        query = query.where(Change.id > key)
    if workspace:
        query = query.where(Change.workspace == workspace)
    rows = [Told(*row) for row in db.session.execute(query.limit(limit + 1))]
    return rows[:limit], len(rows) > limit
