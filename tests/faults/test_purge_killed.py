"""A purge that is killed at every one of its steps ends as one that nobody disturbed, and so do its neighbours."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Change, Purge, Workspace
from portal.operations import closing
from portal.operations.purging.purge import purge
from portal.operations.repair import repair
from portal.queries import audit, purges
from portal.rules.actors import Actor
from portal.rules.lifecycle import PURGE_AFTER
from tests import factories
from tests.support import canaries, deaths
from tests.support.clocks import NOW
from tests.support.creation import BY, actions, check_platform, count
from tests.support.family import family, named

pytestmark = pytest.mark.faults
CALM, KILLED, NEIGHBOUR = "rotkehlchen", "kanarienvogel", "nachtigall"


def test_killed_at_every_step_it_ends_as_one_run(
    app: Flask, database_url: str, tmp_path: Path, mailbox: object
) -> None:
    family("Robin", "Canary", name="Nightingale")
    cages = {name: named(name) for name in ("Robin", "Canary")}
    names = [row.public_id for row in cages.values()]
    for row, token in ((cages["Robin"], CALM), (cages["Canary"], KILLED), (named("Nightingale"), NEIGHBOUR)):
        canaries.fill(row, token)
    factories.workspace("Canary")  # somebody else's, of the same name
    repair(NOW)
    for name, row in cages.items():
        closing.close(row.public_id, name, BY, told=canaries.numbers())
    before, due = canaries.of_others(*cages.values()), NOW + PURGE_AFTER
    assert purge(names[0], Actor.job("purge", due), at_its_word=True)
    assert deaths.until_done("purge", due, names[1], database_url=database_url, folder=tmp_path) > 30
    assert canaries.holding(KILLED, CALM) == set()
    assert before - canaries.of_others() == set()
    receipts = purges.receipts(1).rows
    assert all((each.rows, each.finished_at) == (sum(each.counts.values()), due) for each in receipts)
    found = {receipt.name: receipt.counts for receipt in receipts}
    logged = {name: counts.pop("audit_event") for name, counts in found.items()}  # of closing, in which they differ
    assert found["Canary"] == found["Robin"] and all(logged.values())
    feed = select(Change.workspace).where(Change.type == "workspace.purged").order_by(Change.id)
    assert list(db.session.scalars(feed)) == names and actions().count("workspace.purged") == len(names)
    assert (count(Purge), count(Workspace)) == (2, 2)
    assert not audit.verify().fault
    check_platform()
