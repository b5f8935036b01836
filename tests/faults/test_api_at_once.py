"""Many programs at once, and a server that is killed while they report."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import ActiveContact, ContactMonth, DailyUsage, PlatformSum, scope
from tests import factories
from tests.conftest import Serve
from tests.support import processes
from tests.support.programs import program
from tests.support.reporting import call, flood, report
from tests.support.servers import Server

pytestmark = pytest.mark.faults
CLIENTS = 64
EVENTS, KILLS = 100_000, 20


def test_of_64_who_take_the_last_one_has_it(app: Flask, server: Server) -> None:
    factories.plan()
    workspace = factories.workspace("Acme", cap_monthly_messages="10").public_id
    secret, path = program(app).secret, f"/workspaces/{workspace}/limits/take"
    assert call(server.url, secret, path, {"count": 9})[0] == 200
    ready = Barrier(CLIENTS)

    def take(number: int) -> int:
        ready.wait(60)
        return call(server.url, secret, path, {"limit": ("monthly_messages", "daily_messages")[number % 2]})[0]

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = sorted(pool.map(take, range(CLIENTS)))
    assert statuses == [200] + [409] * (CLIENTS - 1)


def test_the_count_is_exact_though_the_server_is_killed(app: Flask, serve: Serve) -> None:
    """One in five is a duplicate, and whatever was under way when the server died is sent again."""
    factories.plan()
    workspaces = [
        factories.workspace(f"Acme {number}", timezone="UTC", skip_onboarding_email=True).public_id
        for number in range(5)
    ]
    secret, batches = program(app).secret, flood(workspaces, EVENTS)
    db.session.rollback()
    running = [serve(workers=1)]
    lock = Lock()
    killed_at = {(number + 1) * len(batches) // (KILLS + 1) for number in range(KILLS)}

    def send(number: int) -> None:
        if number in killed_at:
            with lock:
                processes.kill_whole(running[-1].process)
                running.append(serve(workers=1))
        report(lambda: running[-1].url, secret, batches[number])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(len(batches))))
    assert len(running) == KILLS + 1
    met = {(each["subject"], each["data"]["contact"]) for batch in batches for each in batch}
    with scope.platform():
        assert db.session.scalar(select(func.sum(DailyUsage.sent))) == EVENTS
        assert db.session.scalar(select(func.sum(PlatformSum.amount))) == EVENTS
        assert db.session.scalar(select(func.sum(ContactMonth.contacts))) == len(met)
        assert db.session.scalar(select(func.count()).select_from(ActiveContact)) == len(met)
