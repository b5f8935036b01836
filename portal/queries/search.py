"""Search: which workspaces', or users', folded text holds every pattern of a query.

SQLite asks its trigram index, PostgreSQL matches with LIKE, which its trigram index serves; where so many match that an
index of hits is no help, both look into the text itself while they walk the order that is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Select, String, Subquery, column, func, select, table
from sqlalchemy.sql import ColumnElement, bindparam

from portal.base.db import PLAN_ANEW, db
from portal.models import User, Workspace

Statement = Select[*tuple[Any, ...]]


class Search(Enum):
    """How a statement finds what matches."""

    NONE = "nothing is searched"
    TRIGRAMS = "by SQLite's trigram index"
    SPARSE = "by every other trigram of long patterns in it, and then by looking into what that leaves"
    TEXT = "by looking into each text: SQLite"
    LIKE = "by LIKE, with or without the index as PostgreSQL thinks best"
    WALKED = "by looking into each text: PostgreSQL, which needs to plan that but once"


BY_INDEX = frozenset({Search.TRIGRAMS, Search.SPARSE})
"""Those in which SQLite's index says where to look."""


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """What can be searched: its key, its text, and SQLite's trigram index of that."""

    key: Any
    text: Any
    index: Any


def _index(name: str) -> Any:
    return table(name, column("rowid"), column("search_text"))


WORKSPACES = Searched(Workspace.id, Workspace.search_text, _index("workspace_search"))
USERS = Searched(User.id, User.search_text, _index("user_search"))
LONG = 6
"""A pattern of more characters is looked for by every other of its trigrams: SQLite reads the hits of each that it is
asked for. Each shares a character with the next, so that few other texts hold them all."""
_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def way(patterns: list[str], *, walking: bool) -> Search:
    """How the database at work finds these patterns; `walking`: where each row is come across anyway."""
    if not patterns:
        return Search.NONE
    if db.engine.dialect.name == "postgresql":
        return Search.WALKED if walking else Search.LIKE
    if walking:
        return Search.TEXT
    return Search.SPARSE if any(len(pattern) > LONG for pattern in patterns) else Search.TRIGRAMS


def looked_into(search: Search, patterns: list[str]) -> int:
    """For how many patterns each text is looked into: all, or none where an index knows."""
    return 0 if search in (Search.NONE, Search.TRIGRAMS) else len(patterns)


def matching(statement: Statement, search: Search, patterns: int, of: Searched = WORKSPACES) -> Statement:
    """The statement over workspaces, or over what else is searched, narrowed to those that hold all patterns, of which
    so many are `looked_into`; see `search_values`."""
    if search is Search.NONE:
        return statement
    if search in BY_INDEX:
        # A join, not IN: SQLite would gather every hit before the first is looked at.
        statement = statement.join(of.index, of.index.c.rowid == of.key).where(_hit(of))
    return statement.where(*(_holds(of.text, search, f"pattern_{number}") for number in range(patterns)))


def indexed(most: Any, of: Searched = WORKSPACES) -> Subquery:
    """Keys that SQLite's index has for the patterns of `search_values`, at most so many, whatever else they are."""
    return select(of.index.c.rowid).where(_hit(of)).limit(most).subquery("indexed")


def planned(statement: Statement, search: Search) -> Statement:
    """The finished statement, to be planned for its patterns: a common word is another matter than a rare one."""
    return statement.execution_options(**{PLAN_ANEW: True}) if search is Search.LIKE else statement


def search_values(search: Search, patterns: list[str]) -> dict[str, str]:
    """What the parameters of `matching` are for these patterns, each of at least three characters."""
    if search is Search.NONE:
        return {}
    if search is Search.TRIGRAMS:
        return {"trigrams": _all_of(patterns)}
    if search is Search.LIKE:
        patterns = ["%" + pattern.translate(_ESCAPES) + "%" for pattern in patterns]
    values = {f"pattern_{number}": pattern for number, pattern in enumerate(patterns)}
    if search is Search.SPARSE:
        values["trigrams"] = _all_of(part for pattern in patterns for part in _sparse(pattern))
    return values


def _all_of(phrases: Iterable[str]) -> str:
    """The query of SQLite's index for texts that hold all of these."""
    return " AND ".join('"' + phrase.replace('"', '""') + '"' for phrase in phrases)


def _sparse(pattern: str) -> Iterable[str]:
    if len(pattern) <= LONG:
        return (pattern,)
    return dict.fromkeys((*(pattern[at : at + 3] for at in range(0, len(pattern) - 2, 2)), pattern[-3:]))


def _hit(of: Searched) -> ColumnElement[bool]:
    found: ColumnElement[bool] = of.index.c.search_text.op("MATCH")(bindparam("trigrams"))
    return found


def _holds(text: Any, search: Search, name: str) -> ColumnElement[bool]:
    if search is Search.LIKE:
        held: ColumnElement[bool] = text.like(bindparam(name), escape="\\")
        return held
    position = func.strpos if search is Search.WALKED else func.instr
    return position(text, bindparam(name, type_=String)) > 0
