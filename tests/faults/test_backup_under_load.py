"""A backup while processes write: as of one instant, with nothing half done in it, and nobody is kept waiting."""

import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, insert

from portal.gateways.databases import database as at
from portal.gateways.postgresql_programs import SAVING
from portal.gateways.sqlite_files import COPYING
from portal.models import OutboxMessage, RateCard
from portal.operations import backups
from portal.operations.backup_archives import DATABASE, opened
from portal.operations.unit import unit
from portal.settings import Settings
from tests.conftest import KEY, ROOT
from tests.factories import command
from tests.support import processes
from tests.support.clocks import NOW
from tests.support.mails import Mailbox

pytestmark = pytest.mark.faults
CLIENTS = 6
STEPS = 6  # of the copy, between which the test waits for writers
LETTERS, LONG = 3_000, "x" * 6_000  # some megabytes, so that a copy takes several steps
COUNTED = """
    SELECT (SELECT payment_days FROM rate_card WHERE name = 'Counter'),
           (SELECT count(*) FROM audit_event WHERE action = 'platform.initialised'),
           (SELECT sequence FROM audit_head)
"""


@pytest.fixture
def writers(app: Flask, database_url: str, tmp_path: Path) -> Iterator[list[int]]:
    """Two processes at work, by six clients who never rest: each request adds one to a figure, and an event to the
    log. What each was told last is in the list."""
    port = processes.free_port()
    environment = processes.own_environment(
        PORTAL_INSTANCE=str(tmp_path), PORTAL_DATABASE_URL=database_url, PORTAL_SECRET_KEY=KEY, PORTAL_LOG_LEVEL="ERROR"
    )
    command: list[str | Path] = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-k", "gthread"]
    command += ["-w", "2", "--threads", "4", "-b", f"127.0.0.1:{port}", "tests.support.writing:make_app()"]
    log = tmp_path / "gunicorn.log"
    process = processes.start(command, log=log, env=environment, cwd=ROOT)
    processes.wait_for(process, lambda: processes.listens(port), within=60, what=log.read_text)
    with unit() as session:
        row = RateCard(name="Counter", currency="INR", payment_days=0)
        session.add(row)
        session.flush()
        card = row.public_id
    told, rest = [0] * CLIENTS, threading.Event()

    def write(number: int) -> None:
        while not rest.is_set():
            request = urllib.request.Request(f"http://127.0.0.1:{port}/count/{card}", method="POST")
            with urllib.request.urlopen(request, timeout=60) as answer:
                told[number] = int(answer.read())

    clients = [threading.Thread(target=write, args=(number,)) for number in range(CLIENTS)]
    for each in clients:
        each.start()
    processes.wait_until(lambda: min(told) > 0, within=60, what=log.read_text)
    yield told
    rest.set()
    for each in clients:
        each.join()
    processes.stop(process)


def held(file: Path, elsewhere: str, tmp_path: Path) -> tuple[int, ...]:
    """What the backup says of the figure, of its events, and of the log's end."""
    with opened(file) as archive:
        archive.take(DATABASE, tmp_path / "dump", lambda *_: None)
        at(elsewhere).load(tmp_path / "dump", archive.manifest.rows, lambda *_: None)
    engine = create_engine(elsewhere, poolclass=NullPool)
    with engine.connect() as connection:
        return tuple(connection.exec_driver_sql(COUNTED).one())


def test_it_is_of_one_instant(
    writers: list[int], database_url: str, elsewhere: str, tmp_path: Path, mailbox: Mailbox
) -> None:
    letter = {"template": "notice", "recipient": "a@example.test", "subject": "x", "body": LONG, "state": "sent"}
    rows = [letter | {"public_id": f"out_{number:016d}", "created_at": NOW} for number in range(LETTERS)]
    with unit() as session:
        session.execute(insert(OutboxMessage), rows)
    settings, file = Settings(instance=tmp_path, database_url=database_url, secret_key=KEY), tmp_path / "portal.zip"
    before, steps = max(writers), []

    def told(step: str, done: int, total: int) -> None:
        """Between two steps somebody has written; pg_dump tells more than each table's beginning."""
        same = step == SAVING and steps[-1:] == [done]
        if step in (COPYING, SAVING) and len(steps) < STEPS and not same:
            known = max(writers)
            processes.wait_until(lambda: max(writers) > known, within=60, what=lambda: "nobody could write")
            steps.append(done)

    made = backups.make(file, settings, ROOT / "migrations", command(), told, with_key=False)
    after = max(writers)
    figure, events, head = held(file, elsewhere, tmp_path)
    assert figure == events == head == made.manifest.rows["audit_event"], "nothing is half done"
    assert before <= figure <= after - STEPS + CLIENTS, "it is of the instant at which it began"
    assert steps == sorted(set(steps)) and len(steps) == STEPS, "it never had to begin anew"
