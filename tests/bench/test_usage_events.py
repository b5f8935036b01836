"""How many usage events a second a real server takes in batches of 1,000; one in five is a duplicate."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import DailyUsage, scope
from tests import factories
from tests.conftest import Serve
from tests.support.databases import Database
from tests.support.mails import Mailbox
from tests.support.programs import program
from tests.support.reporting import flood, report

EVENTS, WORKSPACES = 100_000, 200


@pytest.mark.bench
@pytest.mark.parametrize("senders", [1, 4])
def test_events_per_second(app: Flask, database: Database, serve: Serve, mailbox: Mailbox, senders: int) -> None:
    factories.plan()
    workspaces = [factories.workspace(f"Acme {number}", timezone="UTC").public_id for number in range(WORKSPACES)]
    secret, batches = program(app).secret, flood(workspaces, EVENTS)
    db.session.rollback()
    server = serve()
    began = time.monotonic()
    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(lambda batch: report(lambda: server.url, secret, batch), batches))
    took = time.monotonic() - began
    with scope.platform():
        assert db.session.scalar(select(func.sum(DailyUsage.sent))) == EVENTS
    print(f"\n{database.kind}, {senders} at once: {sum(map(len, batches)) / took:,.0f} events per second")
