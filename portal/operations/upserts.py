"""Rows that are made where they are missing, in the open unit. Two at once do not stand in each other's way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def add_all(session: Session, table: Any, key: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Each of these rows (all with the same columns) has so much more in each column that is not of the key. They are
    locked in the order in which they are given."""
    if rows:
        statement = upsert(session, table)
        more = {name: table.c[name] + statement.excluded[name] for name in rows[0] if name not in key}
        session.connection().execute(
            statement.on_conflict_do_update(index_elements=list(key), set_=more), [dict(row) for row in rows]
        )
