"""Organizations as something to choose from."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import or_, select
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
    statement = select(Organization.public_id, Organization.name).order_by(Organization.name_key, Organization.id)
    for pattern in search_patterns(q):
        statement = statement.where(_holds(pattern))
    return [Match._make(row) for row in db.session.execute(statement.limit(most))]


def _holds(pattern: str) -> ColumnElement[bool]:
    key, word = Organization.name_key, pattern.strip()
    if word == pattern:
        return key.contains(word, autoescape=True)
    return or_(key.startswith(word, autoescape=True), key.contains(f" {word}", autoescape=True))
