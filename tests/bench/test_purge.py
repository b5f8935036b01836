"""How fast a workspace with a million contacts is purged, and how long one of its units keeps others waiting. Only by
`make bench`."""

import faulthandler
import os
import time

import pytest
from flask import Flask
from sqlalchemy import insert

from portal.base import ids
from portal.base.db import db
from portal.models import Contact, ContactTag
from portal.operations import closing
from portal.operations.purging.erase import erase
from portal.operations.purging.purge import purge
from portal.operations.unit import unit
from portal.rules.actors import Actor
from portal.rules.lifecycle import PURGE_AFTER
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import BY

pytestmark = pytest.mark.bench

CONTACTS = int(os.environ.get("PORTAL_BENCH_CONTACTS", "1000000"))
CHUNK = 50_000


def test_a_workspace_with_a_million_contacts(app: Flask) -> None:
    faulthandler.cancel_dump_traceback_later()
    factories.plan()
    row, other = factories.workspace("Acme"), factories.workspace("Beta")
    for first in range(0, CONTACTS, CHUNK):
        with unit() as session:
            for of in (row, other) if first == 0 else (row,):
                _add(session, of.id, first)
    closing.close(row.public_id, "Acme", BY)
    steps = [time.monotonic()]
    rows = [0]

    def tell(more: int) -> None:
        steps.append(time.monotonic())
        rows.append(more)

    assert purge(row.public_id, Actor.job("purge", NOW + PURGE_AFTER), at_its_word=True, tell=tell)
    took = time.monotonic() - steps[0]
    longest = max(after - before for before, after in zip(steps, steps[1:], strict=False))
    print(
        f"\n{db.engine.dialect.name}: {sum(rows):,} rows in {took:.1f} s, {sum(rows) / took:,.0f} a second; "
        f"the longest of {len(rows)} steps took {longest:.2f} s, with the pause after it"
    )
    began = time.monotonic()
    assert erase(NOW) == 1
    print(f"its files are clean {time.monotonic() - began:.2f} s later")


def _add(session: object, workspace: int, first: int) -> None:
    """CHUNK contacts, every fourth with a tag."""
    contacts = [
        {
            "public_id": ids.new("con"),
            "name": f"Somebody {n}",
            "phone": f"+9122{n:08}",
            "email": f"somebody{n}@example.test",
            "is_sample": False,
            "created_at": NOW,
            "workspace_id": workspace,
        }
        for n in range(first, min(first + CHUNK, CONTACTS))
    ]
    connection = session.connection()  # type: ignore[attr-defined]
    connection.execute(insert(Contact.__table__), contacts)
    keys = connection.exec_driver_sql(
        f"SELECT id FROM contact WHERE workspace_id = {workspace} ORDER BY id DESC LIMIT {len(contacts)}"
    ).scalars()
    tags = [{"contact_id": key, "tag": "vip", "workspace_id": workspace} for key in keys if key % 4 == 0]
    connection.execute(insert(ContactTag.__table__), tags)
