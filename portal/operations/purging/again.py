"""Purges and backups: what was purged after a backup was made is purged again once that was put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import DatabaseError

from portal.base.db import db
from portal.models import Organization, Purge, Workspace
from portal.operations.unit import unit

Known = Sequence[Mapping[str, Any]]

_KEPT = ("public_id", "workspace", "workspace_name", "organization_id", "cancelled_at", "began_at", "run")


def known() -> Known | None:
    """The receipts of this database, before a backup takes its place; None where they cannot be read, since it is of a
    later version or damaged, which may be why: then purges come again by the clock, as for any in the trash."""
    columns = [Purge.__table__.c[name] for name in _KEPT]
    try:
        if not inspect(db.engine).has_table(Purge.__tablename__):
            return []
        with db.engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(*columns)).mappings()]
    except DatabaseError:
        return None


def start(receipts: Known) -> int:
    """The workspaces of these receipts that are there again are being purged: the job goes on with them, whatever the
    clock says. Answers how many they are."""
    with unit() as session:
        back = set(session.scalars(select(Workspace.public_id))) - set(session.scalars(select(Purge.workspace)))
        houses = set(session.scalars(select(Organization.id)))
        rows = [
            {**each, "organization_id": each["organization_id"] if each["organization_id"] in houses else None}
            for each in receipts
            if each["workspace"] in back
        ]
        if rows:
            session.execute(insert(Purge), [row | {"counts": {}, "rows": 0} for row in rows])
        return len(rows)
