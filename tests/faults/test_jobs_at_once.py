"""Jobs in several processes: each slot once, also where one of them is killed; and the server moves them by itself."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.base.scheduler import JOBS, Job
from portal.jobs import runner
from portal.models import JobRun, JobState, Workspace
from portal.operations.derived import settling
from portal.operations.jobs import LEASE
from portal.operations.unit import unit
from portal.rules.lifecycle import Status
from portal.rules.schedules import Every
from tests import factories
from tests.conftest import Serve
from tests.support import processes, warm
from tests.support.mails import MailServer
from tests.support.processes import own_environment

pytestmark = pytest.mark.faults
FIRST, HOUR = datetime(2026, 11, 21, 11, tzinfo=UTC), timedelta(hours=1)
SLOTS, PROCESSES = 25, 8

PROCESS = """
import os, sys, time
from datetime import datetime, timedelta
from pathlib import Path
from portal import create_app
from portal.base.scheduler import JOBS, Job
from portal.jobs import runner
from portal.rules.schedules import Every

folder, first, slots, pause = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]), sys.argv[4]

def probe(clock):
    with (folder / "runs").open("a") as out:
        out.write(f"{clock().isoformat()}\\n")
    time.sleep(float(pause))
    return {"probed": 1}

JOBS["probe"] = Job("probe", "Probes.", Every(timedelta(hours=1)), probe)
with create_app().app_context():
    (folder / f"ready-{os.getpid()}").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    for n in range(slots):
        runner.due(JOBS["probe"], lambda: first + n * timedelta(hours=1))
"""


def begun(database_url: str, folder: Path, count: int, slots: int, pause: float) -> list[warm.Process]:
    """So many processes that do their best to run these slots, from this instant on."""
    values = {"INSTANCE": str(folder), "DATABASE_URL": database_url, "SECRET_KEY": "k" * 48}
    environment = own_environment(**{"PORTAL_" + name: value for name, value in values.items()})
    words = ("-c", PROCESS, str(folder), FIRST.isoformat(), str(slots), str(pause))
    (folder / "runs").touch()
    found = [warm.start(*words, log=folder / "log", env=environment) for _ in range(count)]
    until(lambda: len(list(folder.glob("ready-*"))) == count, lambda: (folder / "log").read_text())
    (folder / "go").touch()
    return found


def until(true: Callable[[], bool], what: Callable[[], str] = str) -> None:
    """It is so by now."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)


def stored() -> list[JobRun]:
    db.session.rollback()
    return list(db.session.scalars(select(JobRun).order_by(JobRun.slot)))


def test_eight_processes_that_begin_the_same_job_do_each_slot_once(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    ended = [each.wait(60) for each in begun(database_url, tmp_path, PROCESSES, SLOTS, 0.002)]
    assert ended == [0] * PROCESSES, (tmp_path / "log").read_text()
    slots = (tmp_path / "runs").read_text().splitlines()
    assert len(slots) == len(set(slots))
    runs = stored()
    assert [run.slot.isoformat() for run in runs] == sorted(slots)
    assert {(run.state, run.fence, run.items) for run in runs} == {(JobState.DONE, 1, 1)}
    # A slot at which the job was still at work on the one before is left out: what is due comes with the next.
    assert len(runs) >= SLOTS / 2


def test_who_is_killed_at_work_is_taken_over_once_its_lease_has_run_out(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    [one] = begun(database_url, tmp_path, 1, 1, 60.0)
    until(lambda: bool((tmp_path / "runs").read_text()))
    processes.kill(one)
    ran: list[datetime] = []
    JOBS["probe"] = Job("probe", "Probes.", Every(HOUR), lambda clock: ran.append(clock()) or {"probed": 1})  # type: ignore[func-returns-value]
    try:
        assert runner.take_over(lambda: FIRST + LEASE / 2) == 0
        assert not runner.due(JOBS["probe"], lambda: FIRST + LEASE / 2)
        after = FIRST + LEASE * 2
        assert [runner.take_over(lambda: after) for _ in range(2)] == [1, 0]
        assert not runner.due(JOBS["probe"], lambda: after)
    finally:
        del JOBS["probe"]
    assert ran == [after]
    assert [(run.state, run.fence) for run in stored()] == [(JobState.DONE, 2)]


def test_the_server_moves_jobs_by_itself_and_mail_still_goes_out(app: Flask, serve: Serve, smtp: MailServer) -> None:
    """A trial whose end came while nothing ran: held, with a mail that arrives, by exactly one of three processes."""
    factories.plan()
    row = factories.workspace(status="trial")
    with unit() as session:
        found = session.get_one(Workspace, row.id, with_for_update=True)
        with settling(session, found):
            found.trial_ends_at = datetime.now(UTC) - timedelta(minutes=1)
    serve(workers=1, JOBS="false")
    time.sleep(2)
    assert not stored(), "that one only shows pages"
    serve(workers=3, MAIL_SERVER=smtp.host, MAIL_PORT=str(smtp.port), MAIL_SECURITY="none")
    subject = "The trial of Acme Logistics has ended"
    until(lambda: subject in [message["Subject"] for message in smtp.messages])
    db.session.rollback()
    assert db.session.scalar(select(Workspace.status)) is Status.SUSPENDED

    def runs() -> list[tuple[JobState, dict[str, int], int]]:
        db.session.rollback()
        return [(run.state, run.counts, run.fence) for run in stored() if run.job == "trials"]

    until(lambda: bool(runs()) and JobState.RUNNING not in {state for state, _, _ in runs()})
    # A slot may begin meanwhile, in which nothing is left to do.
    assert [run for run in runs() if run[1]] == [(JobState.DONE, {"ended": 1}, 1)]
    assert [message["Subject"] for message in smtp.messages].count(subject) == 1
