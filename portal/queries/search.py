"""Search: which workspaces', or users', folded text holds every pattern of a query.

SQLite asks its trigram index, PostgreSQL matches with LIKE, which its trigram index serves; where so many match that an
index of hits is no help, both look into the text itself while they walk the order that is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Select, String, column, func, table
from sqlalchemy.sql import ColumnElement, bindparam

from portal.base.db import PLAN_ANEW, db
from portal.models import User, Workspace

Statement = Select[*tuple[Any, ...]]


class Search(Enum):
    """How a statement finds what matches."""

    NONE = "nothing is searched"
    TRIGRAMS = "by SQLite's trigram index"
    TEXT = "by looking into each text: SQLite"
    LIKE = "by LIKE, with or without the index as PostgreSQL thinks best"
    WALKED = "by looking into each text: PostgreSQL, which needs to plan that but once"


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
_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def way(patterns: list[str], *, walking: bool) -> Search:
    """How the database at work finds these patterns; `walking`: where each row is come across anyway."""
    if not patterns:
        return Search.NONE
    if db.engine.dialect.name == "postgresql":
        return Search.WALKED if walking else Search.LIKE
    return Search.TEXT if walking else Search.TRIGRAMS


def matching(statement: Statement, search: Search, patterns: int, of: Searched = WORKSPACES) -> Statement:
    """The statement over workspaces, or over what else is searched, narrowed to those that hold all of so many
    patterns; see `search_values`."""
    if search is Search.NONE:
        return statement
    if search is Search.TRIGRAMS:
        # A join, not IN: SQLite would gather every hit before the first is looked at.
        found = of.index.c.search_text.op("MATCH")(bindparam("trigrams"))
        return statement.join(of.index, of.index.c.rowid == of.key).where(found)
    return statement.where(*(_holds(of.text, search, f"pattern_{number}") for number in range(patterns)))


def planned(statement: Statement, search: Search) -> Statement:
    """The finished statement, to be planned for its patterns: a common word is another matter than a rare one."""
    return statement.execution_options(**{PLAN_ANEW: True}) if search is Search.LIKE else statement


def search_values(search: Search, patterns: list[str]) -> dict[str, str]:
    """What the parameters of `matching` are for these patterns, each of at least three characters."""
    if search is Search.NONE:
        return {}
    if search is Search.TRIGRAMS:
        return {"trigrams": " AND ".join('"' + pattern.replace('"', '""') + '"' for pattern in patterns)}
    if search is Search.LIKE:
        patterns = ["%" + pattern.translate(_ESCAPES) + "%" for pattern in patterns]
    return {f"pattern_{number}": pattern for number, pattern in enumerate(patterns)}


def _holds(text: Any, search: Search, name: str) -> ColumnElement[bool]:
    if search is Search.LIKE:
        held: ColumnElement[bool] = text.like(bindparam(name), escape="\\")
        return held
    position = func.strpos if search is Search.WALKED else func.instr
    return position(text, bindparam(name, type_=String)) > 0
