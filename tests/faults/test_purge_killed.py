"""A purge that is killed at every one of its steps ends as one that nobody disturbed, and so do its neighbours."""

import sys
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
from tests.support import canaries, processes
from tests.support.clocks import NOW
from tests.support.creation import BY, check_platform, count
from tests.support.family import family, named
from tests.support.processes import own_environment
from tests.support.servers import ROOT

pytestmark = pytest.mark.faults
CALM, KILLED, NEIGHBOUR = "rotkehlchen", "kanarienvogel", "nachtigall"

# A child of it for each step: it gets one step further than the one before, and dies in the next, before its COMMIT.
PROCESS = """
import os, signal, sys
from datetime import datetime
from sqlalchemy import event
from portal import create_app
from portal.base.db import db
from portal.operations.purging.purge import purge
from portal.rules.actors import Actor

ONE_MORE = 5  # what is done at every start (its beginning, the log, the people), a step, and the one that it dies in
workspace, at, app = sys.argv[1], datetime.fromisoformat(sys.argv[2]), create_app()
for step in range(1, 500):
    child = os.fork()
    if not child:
        left = [min(step, ONE_MORE)]

        def die(connection):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

        with app.app_context():
            db.engine.dispose(close=False)
            event.listen(db.engine, "commit", die)
            purge(workspace, Actor.job("purge", at), at_its_word=True)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        print("steps", step)
        sys.exit(0)
sys.exit(3)
"""


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
    values = {"INSTANCE": str(tmp_path), "DATABASE_URL": database_url, "SECRET_KEY": "k" * 48}
    environment = own_environment(**{"PORTAL_" + name: value for name, value in values.items()})
    words = [sys.executable, "-c", PROCESS, cages["Canary"].public_id, due.isoformat()]
    ended = processes.start(words, log=tmp_path / "log", env=environment, cwd=ROOT).wait(300)
    log = (tmp_path / "log").read_text()
    assert ended == 0, log
    assert int(log.split("steps")[1]) > 30
    assert canaries.holding(KILLED, CALM) == set()
    assert canaries.rows_with(NEIGHBOUR) == before
    found = {receipt.name: receipt.counts for receipt in purges.receipts(1).rows}
    logged = {name: counts.pop("audit_event") for name, counts in found.items()}  # of closing, in which they differ
    assert found["Canary"] == found["Robin"] and all(logged.values())
    assert count(Workspace) == 1
    assert not audit.verify().fault
    check_platform()
