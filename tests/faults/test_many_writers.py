"""Four processes of four threads write at once: nothing is lost, nothing is refused."""

import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import AuditEvent, AuditHead, RateCard
from portal.operations.unit import unit
from tests.conftest import KEY
from tests.support import processes

WRITES = 320
CLIENTS = 16


@pytest.fixture
def writing(app: Flask, database_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of gunicorn with 4 workers × 4 threads serving tests.support.writing."""
    port = processes.free_port()
    environment = processes.own_environment(
        PORTAL_INSTANCE=str(tmp_path), PORTAL_DATABASE_URL=database_url, PORTAL_SECRET_KEY=KEY
    )
    command: list[str | Path] = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-k", "gthread"]
    command += ["-w", "4", "--threads", "4", "-b", f"127.0.0.1:{port}", "tests.support.writing:make_app()"]
    log = tmp_path / "gunicorn.log"
    process = processes.start(command, log=log, env=environment, cwd=Path(__file__).parents[2])
    processes.wait_for(process, lambda: processes.listens(port), within=60, what=log.read_text)
    yield f"http://127.0.0.1:{port}"
    processes.stop(process)


def test_no_update_is_lost_and_none_is_refused(writing: str) -> None:
    with unit() as session:
        row = RateCard(name="Counter", currency="INR", payment_days=0)
        session.add(row)
        session.flush()
        card = row.public_id

    def write(_: int) -> int:
        request = urllib.request.Request(f"{writing}/count/{card}", method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.read())

    with ThreadPoolExecutor(CLIENTS) as pool:
        seen = Counter(pool.map(write, range(WRITES)))

    assert sorted(seen) == list(range(1, WRITES + 1)), "two writers read the same figure"
    db.session.rollback()
    assert db.session.scalar(select(RateCard.payment_days)) == WRITES
    assert db.session.scalar(select(func.count(AuditEvent.id))) == WRITES
    assert db.session.scalar(select(AuditHead.sequence)) == WRITES
