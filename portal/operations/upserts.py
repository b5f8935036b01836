"""Rows that are made where they are missing, in the open unit. Two at once do not stand in each other's way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, bindparam, func, select
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
    """Each of these rows (of different keys, all with the same columns) has so much more in each column that is not of
    the key. They are locked in the order in which they are given."""
    if rows:
        statement = upsert(session, table)
        more = {name: table.c[name] + statement.excluded[name] for name in rows[0] if name not in key}
        put_all(session, statement.on_conflict_do_update(index_elements=list(key), set_=more), rows)


def put_all(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    """Runs an upsert for all of these rows together; answers the primary keys of those that it wrote.

    SQLite takes them as many VALUES, which SQLAlchemy writes together because something is returned; PostgreSQL as one
    array for each column, in a statement that stays the same: psycopg reads each placeholder of a new one for 40 µs."""
    table, values = statement.table, [dict(row) for row in rows]
    returning = statement.returning(*table.primary_key.columns)
    if session.get_bind().dialect.name != "postgresql":
        return session.connection().execute(returning, values).all()
    names = list(values[0])
    arrays = [bindparam(f"all_{name}", type_=ARRAY(table.c[name].type)) for name in names]
    listed = returning.from_select(names, select(*map(func.unnest, arrays)), include_defaults=False)
    given = {f"all_{name}": [row[name] for row in values] for name in names}
    return session.connection().execute(listed, given).all()
