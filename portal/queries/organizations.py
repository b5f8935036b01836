"""Organizations as something to choose from."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, literal_column, select
from sqlalchemy.sql import ColumnElement

from portal.base.db import db
from portal.models import Organization
from portal.rules.text import search_patterns

MOST_MATCHES = 10


class Match(NamedTuple):
    """An organization whose name matches."""

    public_id: str
    name: str


def matches(q: str, most: int = MOST_MATCHES) -> list[Match]:
    """The first by name, at most so many, whose folded name holds every word of the query; a word of one or two letters
    has to begin one. Without a query the first of all."""
    within: ColumnElement[str] = literal_column("' '") + Organization.name_key
    statement = select(Organization.public_id, Organization.name).order_by(Organization.name_key, Organization.id)
    place = func.strpos if db.engine.dialect.name == "postgresql" else func.instr
    for pattern in search_patterns(q):
        # Two spaces stand before a beginning in `search_text`; a sort key has one between its words.
        statement = statement.where(place(within, pattern.replace("  ", " ")) > 0)
    return [Match._make(row) for row in db.session.execute(statement.limit(most))]
