"""The databases that tests run on: migrated once, and put back to that state before each test.

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
                  coalesce(fresh.last_value, fresh.start_value), fresh.last_value IS NOT NULL)
      FROM pg_sequences AS now JOIN fresh."sequence values" AS fresh ON fresh.name = now.sequencename
     WHERE now.schemaname = 'public' AND now.last_value IS DISTINCT FROM fresh.last_value
"""


class Database(Protocol):
    """One database of one kind."""

    kind: str
    url: str

    def restore(self) -> None:
        """Its content is that of a freshly migrated database."""

    def close(self) -> None:
        """Nothing of it is left running."""


class Sqlite:
    """A file; restored from a migrated copy by SQLite's own backup, page for page."""

    kind = "sqlite"

    def __init__(self, folder: Path, migrate: Migrate) -> None:
        self.path = folder / "portal.sqlite3"
        self.url = f"sqlite:///{self.path}"
        migrate(self.url)
        self._fresh = sqlite3.connect(":memory:")
        with _opened(self.path) as live:
            live.backup(self._fresh)

    def restore(self) -> None:
        """Its content is that of a freshly migrated database."""
        with _opened(self.path) as live:
            live.execute("PRAGMA synchronous=OFF")
            self._fresh.backup(live)

    def close(self) -> None:
        """Nothing of it is left running."""
        self._fresh.close()


class _opened:
    """A connection that is closed at the end (sqlite3's own context manager only commits)."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, timeout=10)

    def __enter__(self) -> sqlite3.Connection:
        return self.connection

    def __exit__(self, *error: object) -> None:
        self.connection.close()


class Postgresql:
    """A database in a private cluster; restored by emptying the tables that hold rows."""

    kind = "postgresql"

    def __init__(self, cluster: Cluster, migrate: Migrate, name: str = "portal") -> None:
        self.cluster = cluster
        self.url = cluster.url(name)
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        migrate(self.url)
        with self._connect() as connection:
            self._tables = _names(connection, "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'")
            # The rows that migrations themselves write are kept aside and put back.
            self._seeded = _filled(connection, self._tables)
            connection.execute("CREATE SCHEMA fresh")
            for table in self._seeded:
                connection.execute(sql.SQL("CREATE TABLE fresh.{0} AS TABLE public.{0}").format(sql.Identifier(table)))
            connection.execute('CREATE TABLE fresh."sequence values" AS ' + SEQUENCES)
        self._own = self._connect()  # one for all tests: opening one takes longer than putting back

    def restore(self) -> None:
        """Its content is that of a freshly migrated database."""
        for _ in range(2):  # a server's worker may still be about what the last test began
            with suppress(psycopg.errors.DeadlockDetected):
                return self._restore()
        return self._restore()

    def _restore(self) -> None:
        connection = self._own
        with connection.transaction():
            # Foreign keys and triggers rest meanwhile; a lock that a test left behind is named, not waited for.
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("SET LOCAL lock_timeout = '5s'")
            for table in _filled(connection, self._tables):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table in self._seeded:
                connection.execute(
                    sql.SQL("INSERT INTO public.{0} OVERRIDING SYSTEM VALUE TABLE fresh.{0}").format(
                        sql.Identifier(table)
                    )
                )
            connection.execute(RESET_SEQUENCES)

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
