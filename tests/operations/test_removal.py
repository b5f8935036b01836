"""What nobody asks for any more goes in small units."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import delete, event

from portal.base.db import db
from portal.models import IdempotentAnswer
from portal.operations.removal import remove
from portal.operations.unit import unit
from tests.support.clocks import NOW
from tests.support.creation import count
from tests.support.programs import program


def test_it_goes_in_units_of_so_many(app: Flask) -> None:
    program(app)
    row = IdempotentAnswer
    with unit() as session:
        session.execute(delete(row))
        for hours in range(7):
            at = NOW - timedelta(hours=hours)
            session.add(row(api_key_id=1, key=f"k{hours}", digest="", status=200, body="{}", created_at=at))
    commits: list[object] = []

    def committed(connection: object) -> None:
        commits.append(connection)

    event.listen(db.engine, "commit", committed)
    try:
        found = remove((row.api_key_id, row.key), row.created_at <= NOW - timedelta(hours=2), row.created_at, 2)
    finally:
        event.remove(db.engine, "commit", committed)
    assert (found, count(row), len(commits)) == (5, 2, 3)
