"""Whether this process can answer people: the few checks that are quick enough to be asked every few seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from portal.base.db import db
from portal.queries.doctor import Finding, schema, version


def checks(migrations: Path, scheduler_runs: bool, jobs: bool) -> Iterator[Finding]:
    """Database, its tables, and whether jobs are called here, as they should be (`jobs`)."""
    try:
        with db.engine.connect() as connection:
            yield Finding("database", note=version(connection))
            tables = schema(connection, migrations)
            yield Finding("migrations", tables.differing, tables.examples, tables.note)
    except SQLAlchemyError:
        yield Finding("database", 1, ("does not answer",))
    if scheduler_runs:
        yield Finding("scheduler", note="calls jobs in this process")
    elif not jobs:
        yield Finding("scheduler", note="jobs are for other servers: PORTAL_JOBS is false here")
    else:
        yield Finding("scheduler", 1, ("calls no jobs: this process was not started by `portal serve`",))
