"""SQLite saved by its own online backup, and put back as a file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from portal.gateways.snapshots import IN_USE, NO_TABLES, VERSION, Progress, Saved
from portal.rules.errors import Conflict, Refused

PAGES = 500  # of the file between two looks at how far it is, and chances for others
COPYING = "Copying the database"


class SqliteFile:
    """A SQLite database."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path

    def beside(self, instance: Path) -> Path:
        """The file's own folder: only within one can a file take another's place at once."""
        return self.path.parent

    def save(self, file: Path, told: Progress) -> Saved:
        """By the online backup. A read transaction keeps it to one instant: without, it would begin anew whenever
        another process writes, and never end under load."""
        with (
            closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as source,
            closing(sqlite3.connect(file, isolation_level=None)) as copy,
        ):
            copy.execute("PRAGMA synchronous=OFF")
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=PAGES, progress=lambda _, left, total: told(COPYING, total - left, total))
            check(copy)
            tables = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            own = [name for name in tables if "_search" not in name and not name.startswith("sqlite_")]
            if "alembic_version" not in own:
                raise Refused(NO_TABLES)
            return Saved(copy.execute(VERSION).fetchone()[0], _rows(copy, own))

    def load(self, file: Path, tables: Collection[str], told: Progress, *, whole: bool = False) -> None:
        """Puts the file in its place, which is one step of the file system."""
        with closing(sqlite3.connect(file)) as fresh:
            check(fresh)
        if self.path.exists():
            _make_sure_that_nobody_is_in(self.path)
        for beside in ("-wal", "-shm", "-journal"):  # of the old file; a new one must not find them
            self.path.with_name(self.path.name + beside).unlink(missing_ok=True)
        file.chmod(0o600)
        file.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def rows(self, tables: Collection[str]) -> dict[str, int]:
        """How many rows these tables hold."""
        with closing(sqlite3.connect(self.path)) as connection:
            return _rows(connection, tables)


def check(connection: sqlite3.Connection) -> None:
    """Raises Refused for a file that is damaged, or no database."""
    try:
        damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        damage = str(error)
    if damage != "ok":
        raise Refused(f"The database file is damaged: {damage}")


def _rows(connection: sqlite3.Connection, tables: Collection[str]) -> dict[str, int]:
    # Names of tables of the database itself.
    counts = ((name, connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in sorted(tables))  # noqa: S608
    return dict(counts)


def _make_sure_that_nobody_is_in(path: Path) -> None:
    """Leaving the write-ahead log is allowed only to whoever is alone; what it held is in the file afterwards."""
    with closing(sqlite3.connect(path, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError as error:
            raise Conflict(IN_USE) from error
        except sqlite3.DatabaseError:
            return  # it is no database any more, which may be why a backup is restored
