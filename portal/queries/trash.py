"""The trash: closed workspaces, those to be purged next first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.sql import bindparam

from portal.base.db import db
from portal.models import Organization, User, Workspace
from portal.queries.listing import PAGE, last_offset
from portal.queries.search import matching, search_values, way
from portal.rules.text import search_patterns


class Closed(NamedTuple):
    """A workspace in the trash."""

    public_id: str
    name: str
    web_address: str
    sip_prefix: str
    cancelled_at: datetime
    organization: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Trash:
    """A page of it, and how many match in all."""

    total: int
    page: int
    rows: tuple[Closed, ...]


_KEYS = select(Workspace.id).where(Workspace.cancelled_at.is_not(None))
_ROW = (
    select(
        Workspace.public_id,
        Workspace.name,
        Workspace.web_address,
        Workspace.sip_prefix,
        Workspace.cancelled_at,
        Organization.name,
        User.name,
    )
    .join(Organization, Organization.id == Workspace.organization_id)
    .outerjoin(User, User.id == Workspace.owner_id)
)


def trash(q: str, page: int) -> Trash:
    """The page asked for (12 rows), or the last one where that is behind it; searched as the list is."""
    patterns = search_patterns(q)
    search = way(patterns, walking=True)  # the trash is small: its texts are looked into
    values: dict[str, object] = dict(search_values(search, patterns))
    found = matching(_KEYS, search, len(patterns))
    total: int = db.session.scalar(select(func.count()).select_from(found.subquery("found")), values) or 0
    offset = last_offset(total, (page - 1) * PAGE)
    keys = found.order_by(Workspace.cancelled_at, Workspace.id).limit(PAGE).offset(bindparam("offset")).subquery("page")
    statement = _ROW.join(keys, keys.c.id == Workspace.id).order_by(Workspace.cancelled_at, Workspace.id)
    rows = db.session.execute(statement, values | {"offset": offset})
    return Trash(total, offset // PAGE + 1, tuple(map(Closed._make, rows)))
