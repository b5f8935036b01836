"""The databases that tests run on: migrated once, and put back to that state before each test, or to another that was
kept, such as that with an example platform.

Putting back leaves the database in place, so that a server that holds it open goes on undisturbed.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from tests.support import postgresql
from tests.support.postgresql import Cluster

Migrate = Callable[[str], None]
"""Brings the database at this SQLAlchemy URL to the newest schema."""

SEQUENCES = "SELECT sequencename AS name, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"
RESET_SEQUENCES = """
    SELECT setval(format('public.%I', now.sequencename)::regclass,
                  coalesce(kept.last_value, kept.start_value), kept.last_value IS NOT NULL)
      FROM pg_sequences AS now JOIN {}."sequence values" AS kept ON kept.name = now.sequencename
     WHERE now.schemaname = 'public' AND now.last_value IS DISTINCT FROM kept.last_value
"""
FRESH = "fresh"  # the state that is kept from the start: freshly migrated


class Database(Protocol):
    """One database of one kind."""

    kind: str
    url: str

    def keep(self, state: str) -> None:
        """`restore` brings back what it holds now, under this name. Nobody writes to it meanwhile."""

    def keeps(self, state: str) -> bool:
        """Whether `restore` knows this name."""

    def restore(self, state: str = FRESH) -> None:
        """Its content is what it was when that was kept; without a name, that of a freshly migrated database."""

    def close(self) -> None:
        """Nothing of it is left running."""


class Sqlite:
    """A file; kept and restored by SQLite's own backup, page for page."""

    kind = "sqlite"

    def __init__(self, folder: Path, migrate: Migrate) -> None:
        self.path = folder / "portal.sqlite3"
        self.url = f"sqlite:///{self.path}"
        migrate(self.url)
        self._kept: dict[str, sqlite3.Connection] = {}
        self.keep(FRESH)

    def keep(self, state: str) -> None:
        """`restore` brings back what it holds now, under this name."""
        self._kept[state] = sqlite3.connect(":memory:")
        with _opened(self.path) as live:
            live.backup(self._kept[state])

    def keeps(self, state: str) -> bool:
        """Whether `restore` knows this name."""
        return state in self._kept

    def restore(self, state: str = FRESH) -> None:
        """Its content is what it was when that was kept."""
        with _opened(self.path) as live:
            live.execute("PRAGMA synchronous=OFF")
            self._kept[state].backup(live)

    def close(self) -> None:
        """Nothing of it is left running."""
        for each in self._kept.values():
            each.close()


class _opened:
    """A connection that is closed at the end (sqlite3's own context manager only commits)."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, timeout=10)

    def __enter__(self) -> sqlite3.Connection:
        return self.connection

    def __exit__(self, *error: object) -> None:
        self.connection.close()


class Postgresql:
    """A database in a private cluster; rows are kept in a schema for each state, and put back into tables that were
    emptied."""

    kind = "postgresql"

    def __init__(self, cluster: Cluster, migrate: Migrate, name: str = "portal") -> None:
        self.cluster = cluster
        self.url = cluster.url(name)
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        migrate(self.url)
        with self._connect() as connection:
            self._tables = _names(connection, "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'")
        self._own = self._connect()  # one for all tests: opening one takes longer than putting back
        self._kept: dict[str, list[str]] = {}  # the tables that hold rows
        self.keep(FRESH)

    def keep(self, state: str) -> None:
        """`restore` brings back what it holds now, under this name."""
        schema = sql.Identifier(state)
        with self._own.transaction():
            filled = _filled(self._own, self._tables)
            self._own.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
            for table in filled:
                copy = sql.SQL("CREATE TABLE {0}.{1} AS TABLE public.{1}")
                self._own.execute(copy.format(schema, sql.Identifier(table)))
            self._own.execute(sql.SQL('CREATE TABLE {}."sequence values" AS ' + SEQUENCES).format(schema))
        self._kept[state] = filled

    def keeps(self, state: str) -> bool:
        """Whether `restore` knows this name."""
        return state in self._kept

    def restore(self, state: str = FRESH) -> None:
        """Its content is what it was when that was kept."""
        for _ in range(2):  # a server's worker may still be about what the last test began
            with suppress(psycopg.errors.DeadlockDetected):
                return self._restore(state)
        return self._restore(state)

    def _restore(self, state: str) -> None:
        connection = self._own
        with connection.transaction():
            # Foreign keys and triggers rest meanwhile; a lock that a test left behind is named, not waited for.
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("SET LOCAL lock_timeout = '5s'")
            for table in _filled(connection, self._tables):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            schema = sql.Identifier(state)
            for table in self._kept[state]:
                put = sql.SQL("INSERT INTO public.{1} OVERRIDING SYSTEM VALUE TABLE {0}.{1}")
                connection.execute(put.format(schema, sql.Identifier(table)))
            connection.execute(sql.SQL(RESET_SEQUENCES).format(schema))

    @contextmanager
    def another(self, name: str) -> Iterator[str]:
        """The URL of an empty database beside it, which is gone afterwards."""
        there = sql.Identifier(name)
        with psycopg.connect(self.cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(there))
            yield self.cluster.url(name)
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(there))

    def close(self) -> None:
        """Nothing of it is left running."""
        self._own.close()
        self.cluster.stop()

    def _connect(self) -> "psycopg.Connection[tuple[str]]":
        return psycopg.connect(self.url)


def _names(connection: "psycopg.Connection[tuple[str]]", query: str) -> list[str]:
    return [name for (name,) in connection.execute(query.encode())]


def _filled(connection: "psycopg.Connection[tuple[str]]", tables: list[str]) -> list[str]:
    """Those of the tables that hold a row."""
    one = sql.SQL("SELECT {0} WHERE EXISTS (SELECT FROM public.{1})")
    every = [one.format(sql.Literal(table), sql.Identifier(table)) for table in tables]
    return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(every))]


def open_database(kind: str, folder: Path, migrate: Migrate) -> Database | None:
    """A migrated database of this kind; None where the machine has no such server."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        return Sqlite(folder, migrate)
    programs = postgresql.programs()
    return None if programs is None else Postgresql(Cluster(programs), migrate)
