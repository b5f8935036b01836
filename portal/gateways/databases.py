"""The database at an address, whichever of the two it is."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url

from portal.gateways.postgresql_programs import PostgresqlDatabase
from portal.gateways.snapshots import Database
from portal.gateways.sqlite_files import SqliteFile


def database(url: str) -> Database:
    """The one at this SQLAlchemy URL."""
    found = make_url(url)
    if found.get_backend_name() == "sqlite":
        return SqliteFile(Path(found.database or ""))
    return PostgresqlDatabase(found)
