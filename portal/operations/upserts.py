"""Rows that are made where they are missing, in the open unit. Two at once do not stand in each other's way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def upsert(session: Session, table: Any) -> Any:
    """An INSERT that may say what becomes of a row that is there already: `on_conflict_do_…`."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def add_up(session: Session, table: Any, key: Mapping[str, Any], values: Mapping[str, int]) -> None:
    """The row with this key has so much more in each column, or less. Nothing is written where all are 0."""
    if any(values.values()):
        more = {name: table.c[name] + value for name, value in values.items()}
        statement = upsert(session, table).values(**key, **values)
        session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=more))
