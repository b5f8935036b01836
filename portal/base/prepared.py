"""SELECTs of columns that run with every page: compiled once for a database, then run over its driver.

SQLAlchemy's own way takes several times as long as the database for a few rows by key. What it does stays done: values
and rows pass through their columns' types, and what fails is run again its way, which knows a lost connection from a
mistake."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.interfaces import DBAPICursor

from portal.base.db import PLAN_ANEW, count_query

Convert = Callable[[Any], Any]
FEW = 100  # so many rows at most are kept as they were read


def rows(connection: Connection, statement: Any, values: Mapping[str, Any]) -> Sequence[Any]:
    """What the SELECT finds, as named tuples (a name that stands twice, or is none, is a number behind `_`)."""
    known = _prepared(statement, connection.dialect)
    text, parameters = known.given(values)
    count_query()
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, parameters, **known.options)
        known.look_at(cursor)
        found = tuple(cursor.fetchall())
        return _kept(known, found) if known.keeps and len(found) <= FEW else known.converted(found)
    except known.errors:
        return connection.execute(statement, values).all()
    finally:
        cursor.close()


@lru_cache(maxsize=2_000)
def _prepared(statement: Any, dialect: Dialect) -> Prepared:
    return Prepared(statement, dialect)


@lru_cache(maxsize=2_000)
def _spelled(known: Prepared, late: tuple[Any, ...]) -> tuple[str, Sequence[str] | None]:
    """The statement's text with these values written out in it, and the order of the others."""
    others = dict.fromkeys(known.compiled.bind_names.values())
    state = known.compiled.construct_expanded_state({**others, **dict(zip(known.late, late, strict=True))})
    return state.statement, state.positiontup


@lru_cache(maxsize=2_000)
def _kept(known: Prepared, found: tuple[Any, ...]) -> Sequence[Any]:
    """These rows, converted once: the same ones come again with every page."""
    return known.converted(found)


class Prepared:
    """A SELECT, as one database takes it."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        self.compiled = statement.compile(dialect=dialect)
        self.dialect = dialect
        self.errors = dialect.loaded_dbapi.Error
        anew = statement.get_execution_options().get(PLAN_ANEW)
        self.options = {"prepare": False} if anew and dialect.name == "postgresql" else {}
        self.columns = list(statement.selected_columns)
        self.keeps = all(column.type.hashable for column in self.columns)  # else somebody could change what is kept
        self.make = _row([column.key for column in self.columns])
        self.written = {  # values whose type does not leave them as they are
            name: convert
            for bound, name in self.compiled.bind_names.items()
            if (convert := bound.type.dialect_impl(dialect).bind_processor(dialect))
        }
        self.fixed = {
            name: bound.effective_value for bound, name in self.compiled.bind_names.items() if not bound.required
        }
        self.expands = bool(self.compiled.post_compile_params)
        self.late = tuple(self.compiled.bind_names[bound] for bound in self.compiled.literal_execute_params)
        self.read: list[tuple[int, Convert]] | None = None

    def given(self, values: Mapping[str, Any]) -> tuple[str, Any]:
        """The statement's text and parameters for these values, those written out as figures included."""
        if not self.expands:
            named, written = {**self.fixed, **values}, self.written
            text, order = _spelled(self, tuple([named[name] for name in self.late]))
        else:
            state = self.compiled.construct_expanded_state(values)
            text, named, order = state.statement, dict(state.parameters), state.positiontup
            written = {**self.written, **state.processors}
        for name, convert in written.items():
            if name in named:
                named[name] = convert(named[name])
        return text, named if order is None else tuple([named[name] for name in order])

    def look_at(self, cursor: DBAPICursor) -> None:
        """See once what kinds of values come; psycopg makes the description anew whenever it is looked at."""
        if self.read is None:
            impls = [column.type.dialect_impl(self.dialect) for column in self.columns]
            converts = [
                impl.result_processor(self.dialect, told[1])
                for impl, told in zip(impls, cursor.description, strict=True)
            ]
            self.read = [(place, convert) for place, convert in enumerate(converts) if convert]

    def converted(self, found: Sequence[Any]) -> Sequence[Any]:
        """The rows that were found, each value as its column's type reads it."""
        if self.read and found:  # column by column: a row at a time takes twice as long
            columns = list(zip(*found, strict=True))
            for place, convert in self.read:
                columns[place] = tuple(map(convert, columns[place]))
            found = list(zip(*columns, strict=True))
        return tuple(map(self.make, found))


def _row(names: Sequence[str]) -> Convert:
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    make: Convert = row._make
    return make
