"""A purge that is killed at every one of its steps ends as one that nobody disturbed, and so do its neighbours."""

from pathlib import Path

import pytest
from flask import Flask

from portal.models import Workspace
from portal.operations import closing
from portal.operations.purging.purge import purge
from portal.operations.repair import repair
from portal.queries import audit, purges
from portal.rules.actors import Actor
from portal.rules.lifecycle import PURGE_AFTER
from tests.support import canaries, deaths
from tests.support.clocks import NOW
from tests.support.creation import BY, check_platform, count
from tests.support.family import family, named

pytestmark = pytest.mark.faults
CALM, KILLED, NEIGHBOUR = "rotkehlchen", "kanarienvogel", "nachtigall"


def test_killed_at_every_step_it_ends_as_one_run(
    app: Flask, database_url: str, tmp_path: Path, mailbox: object
) -> None:
    family("Robin", "Canary", name="Nightingale")
    cages = {name: named(name) for name in ("Robin", "Canary")}
    for row, token in ((cages["Robin"], CALM), (cages["Canary"], KILLED), (named("Nightingale"), NEIGHBOUR)):
        canaries.fill(row, token)
    repair(NOW)
    for name, row in cages.items():
        closing.close(row.public_id, name, BY, told=canaries.numbers())
    before, due = canaries.rows_with(NEIGHBOUR), NOW + PURGE_AFTER
    assert purge(cages["Robin"].public_id, Actor.job("purge", due), at_its_word=True)
    ws = cages["Canary"].public_id
    assert deaths.until_done("purge", due, ws, database_url=database_url, folder=tmp_path) > 30
    assert canaries.holding(KILLED, CALM) == set()
    assert canaries.rows_with(NEIGHBOUR) == before
    found = {receipt.name: receipt.counts for receipt in purges.receipts(1).rows}
    logged = {name: counts.pop("audit_event") for name, counts in found.items()}  # of closing, in which they differ
    assert found["Canary"] == found["Robin"] and all(logged.values())
    assert count(Workspace) == 1
    assert not audit.verify().fault
    check_platform()
