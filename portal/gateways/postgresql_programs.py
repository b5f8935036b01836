"""PostgreSQL saved and loaded by its own programs: pg_dump, pg_restore and psql."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from portal.base.db import CLIENT
from portal.gateways.snapshots import IN_USE, NO_TABLES, VERSION, Progress, Saved
from portal.rules.errors import Conflict, Refused

DEBIAN = Path("/usr/lib/postgresql")
SAVING, LOADING = "Saving the tables", "Loading the tables"
CHUNK = 1 << 20  # bytes
TOLD = 3  # lines of a program's complaint that are passed on
OWN = """
    SELECT relname FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
     ORDER BY relname
"""  # without those of extensions
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()
"""


class PostgresqlDatabase:
    """A PostgreSQL database; of it, the tables in the schema that Portal works in."""

    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        self.url = url.set(drivername="postgresql")

    def beside(self, instance: Path) -> Path:
        """Any folder will do."""
        return instance

    def save(self, file: Path, told: Progress) -> Saved:
        """By pg_dump in its custom format, of the snapshot in which the rows are counted."""
        with self._connected() as connection, self._reached() as address:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            snapshot = _value(connection, "SELECT pg_export_snapshot()")
            schema = _value(connection, "SELECT current_schema()")
            tables = [name for (name,) in connection.execute(OWN)]
            if "alembic_version" not in tables:
                raise Refused(NO_TABLES)
            saved = Saved(_value(connection, VERSION), _rows(connection, tables))
            options = ["--format=custom", "--no-owner", "--no-privileges", "--verbose", f"--snapshot={snapshot}"]
            options += [f'--table="{schema}"."{name}"' for name in tables]
            command = [self._program("pg_dump", connection), *options, f"--file={file}", f"--dbname={address}"]
            done = 0
            with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:  # noqa: S603
                complaints: deque[str] = deque(maxlen=TOLD)
                for line in program.stderr or ():
                    complaints.append(line)
                    done += "dumping contents of table" in line
                    told(SAVING, min(done, len(tables)), len(tables))
            if program.returncode:
                raise Refused("pg_dump could not save the database: " + "".join(complaints).strip())
            return saved

    def load(self, file: Path, tables: Collection[str], told: Progress, *, whole: bool = False) -> None:
        """In one transaction, which is committed after the last row alone: whatever fails, or is cut off, leaves the
        database as it was."""
        with self._connected() as connection, self._reached() as address, tempfile.TemporaryFile() as complaints:
            if int(_value(connection, OTHERS, CLIENT)):
                raise Conflict(IN_USE)
            schema = _value(connection, "SELECT current_schema()")
            others = [name for (name,) in connection.execute(OWN)] if whole else []
            old = sql.SQL(", ").join(sql.Identifier(schema, name) for name in sorted({*tables, *others}))
            first = sql.SQL("BEGIN;\nCREATE EXTENSION IF NOT EXISTS pg_trgm;\nDROP TABLE IF EXISTS {} CASCADE;\n")
            begin = first.format(old).as_string(connection)
            reading = [self._program("pg_restore", connection), "--no-owner", "--no-privileges", "--no-comments"]
            writing = [self._program("psql", connection), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
            connection.close()
            output = {"stdout": subprocess.PIPE, "stderr": complaints}
            with (
                subprocess.Popen([*reading, "--file=-", str(file)], **output) as reader,  # type: ignore[call-overload]  # noqa: S603
                subprocess.Popen(  # noqa: S603
                    [*writing, f"--dbname={address}"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=complaints,
                ) as writer,
            ):
                try:
                    _pass_on(reader, writer, begin, lambda done: told(LOADING, min(done, len(tables)), len(tables)))
                except BrokenPipeError:
                    reader.kill()
            if reader.returncode or writer.returncode:
                raise Refused(f"The database stays as it was; PostgreSQL said: {_said(complaints)}")

    def rows(self, tables: Collection[str]) -> dict[str, int]:
        """How many rows these tables hold."""
        with self._connected() as connection:
            return _rows(connection, tables)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        address = self.url.render_as_string(hide_password=False)
        try:
            connection = psycopg.connect(address, autocommit=True)
        except psycopg.OperationalError as error:
            raise Refused(f"The database cannot be reached: {error}") from error
        with connection:
            yield connection

    @contextmanager
    def _reached(self) -> Iterator[str]:
        """The address for programs. The password is in a file of this user's alone: a command line is everybody's."""
        url, query = self.url, dict(self.url.query)
        with tempfile.TemporaryDirectory(prefix="portal-") as folder:
            if url.password is not None:
                path = Path(folder) / "password"
                path.touch(0o600)
                path.write_text("*:*:*:*:" + re.sub(r"([\\:])", r"\\\1", url.password) + "\n")
                query["passfile"] = str(path)
            plain = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, query)
            yield plain.render_as_string()

    def _program(self, name: str, connection: psycopg.Connection[Any]) -> str:
        """That of the server's own version where it is there (Debian keeps it off the PATH): an older one cannot read
        the database, and what a newer one says an older server may not understand."""
        major = connection.info.server_version // 10_000
        for path in (DEBIAN / str(major) / "bin" / name, shutil.which(name), *sorted(DEBIAN.glob(f"*/bin/{name}"))):
            if path and Path(path).exists():
                return str(path)
        raise Refused(
            f"{name} is not on this machine. It comes with PostgreSQL's client programs: apt install "
            f"postgresql-client (version {major} or newer)."
        )


def _pass_on(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], begin: str, told: Any) -> None:
    """What the one writes, the other is given; the transaction ends well only if the first has ended well."""
    if reader.stdout is None or writer.stdin is None:
        raise RuntimeError("both were started with pipes")
    with writer.stdin as script:
        script.write(begin.encode())
        done = 0
        while chunk := reader.stdout.read(CHUNK):
            script.write(chunk)
            done += chunk.count(b"\nCOPY ")
            told(done)
        if reader.wait() == 0:
            script.write(b"\nCOMMIT;\nANALYZE;\n")


def _value(connection: psycopg.Connection[Any], query: str, *values: str) -> str:
    found = connection.execute(query.encode(), values or None).fetchone()
    if found is None or found[0] is None:
        raise Refused("The database has no schema that Portal could work in.")
    return str(found[0])


def _rows(connection: psycopg.Connection[Any], tables: Collection[str]) -> dict[str, int]:
    count = sql.SQL("SELECT count(*) FROM {}")
    found = {}
    for name in sorted(tables):
        row = connection.execute(count.format(sql.Identifier(name))).fetchone()
        found[name] = int(row[0]) if row else 0
    return found


def _said(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").strip().splitlines()
    return " ".join(lines[-TOLD:])
