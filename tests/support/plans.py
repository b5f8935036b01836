"""How SQLite goes about statements. It keeps no statistics, and so chooses an index by its columns alone: one that is
good among the rows of a test may go through those of the whole platform."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from portal.base.db import db


@contextmanager
def looked_up(table: str, by: str) -> Iterator[None]:
    """On SQLite, what is read of this table inside is looked up by this column, in an index that begins with it,
    or is one row by its key."""
    statements: list[tuple[str, Any]] = []

    def seen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and f"FROM {table} " in statement.replace('"', ""):
            statements.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", seen)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", seen)
    assert statements, f"nothing was read of {table}"
    if db.engine.dialect.name == "sqlite":
        for statement, parameters in statements:
            plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            looks = [row.detail for row in plan if f" {table} " in f"{row.detail} "]
            assert looks and all(f"({by}=" in look or "rowid=" in look for look in looks), (looks, statement)
