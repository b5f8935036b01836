"""Webhooks by real processes: killed while they send, beside a silent receiver, and the example gateway, which is away
for a while."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from subprocess import Popen
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base import webhooks as base
from portal.base.db import db
from portal.gateways.webhooks import Pinned
from portal.models import DailyUsage, DeliveryState, scope
from portal.operations.deliveries import CLAIM
from tests import factories
from tests.conftest import Serve
from tests.support import processes, servers
from tests.support.hooks import changed, made, rows
from tests.support.programs import HOME, program
from tests.support.receivers import receiving

pytestmark = pytest.mark.faults
GATEWAY = servers.ROOT / "static" / "examples" / "gateway.py"
KINDS = ("workspace.suspended", "workspace.reactivated") * 3
DEADLY = (2, 4)  # the calls at which whoever calls is killed
DELIVER = """
import sys
from datetime import datetime
from portal import create_app
from portal.operations.deliveries import deliver_due
with create_app().app_context():
    deliver_due(lambda: datetime.fromisoformat(sys.argv[1]))
"""
WITHIN = 60  # seconds, on a busy machine


@pytest.fixture(autouse=True)
def may_call_this_machine(app: Flask) -> None:
    app.extensions[base.EXTENSION] = Pinned(loopback=True)


def until(true: Callable[[], bool], what: Callable[[], str] = str) -> None:
    processes.wait_until(true, within=WITHIN, what=what)


def test_killed_while_it_sends_it_loses_nothing_and_keeps_the_order(
    app: Flask, database_url: str, tmp_path: Path, now: datetime
) -> None:
    factories.plan()
    workspace = factories.workspace()
    settings = {"INSTANCE": str(tmp_path), "DATABASE_URL": database_url, "SECRET_KEY": "k" * 48}
    values = {f"PORTAL_{name}": value for name, value in settings.items()} | {"PORTAL_WEBHOOK_LOOPBACK": "true"}
    deliverer: list[Popen[bytes]] = []

    def reply(_: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        if len(receiver.calls) in DEADLY:
            processes.kill(deliverer[-1])
        return 204, {}, b""

    with receiving() as receiver:
        receiver.reply = reply
        made(receiver.url)
        told = changed(workspace, *KINDS)
        for number in range(len(DEADLY) + 1):
            at = (now + number * (CLAIM + timedelta(seconds=1))).isoformat()
            command = [sys.executable, "-c", DELIVER, at]
            log, env = tmp_path / "log", processes.own_environment(**values)
            deliverer.append(processes.start(command, log=log, env=env, cwd=servers.ROOT))
            deliverer[-1].wait(WITHIN)
        names = receiver.names
    assert {row.state for row in rows()} == {DeliveryState.DELIVERED}
    assert list(dict.fromkeys(names)) == told, "all, in the order of the changes"
    assert len(names) == len(told) + len(DEADLY), "what was being sent comes again, and nothing else"


def test_a_silent_receiver_keeps_nobody_waiting(app: Flask, serve: Serve) -> None:
    factories.plan()
    workspace, over = factories.workspace(skip_onboarding_email=True), Event()
    with receiving() as silent, receiving() as quick:
        silent.reply = lambda _: over.wait(WITHIN) and None
        made(silent.url)
        made(quick.url)
        serve(workers=1, WEBHOOK_LOOPBACK="true")
        told = changed(workspace, *KINDS)
        until(lambda: len(silent.calls) == 1 and len(quick.calls) == len(told))
        assert quick.names == told and not [row for row in rows() if row.code is None and row.error]
        over.set()


class Gateway:
    """The example, as its author would run it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.port = folder, processes.free_port()
        self.settings = settings | {"STATE": str(folder / "gateway.json")}
        self.log = folder / "gateway.log"

    @contextmanager
    def running(self) -> Iterator[None]:
        command = [sys.executable, GATEWAY, str(self.port)]
        env = processes.own_environment(**self.settings)
        process = processes.start(command, log=self.log, env=env)
        processes.wait_for(
            process, lambda: processes.listens(self.port), within=WITHIN, what=lambda: self.log.read_text()
        )
        try:
            yield
        finally:
            processes.kill(process)

    def ask(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON."""
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", data, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def outbound(self, workspace: str) -> str:
        """What it knows."""
        return str(self.ask(f"/workspaces/{workspace}")[1].get("outbound"))


def test_the_example_gateway(app: Flask, serve: Serve, tmp_path: Path) -> None:
    """It takes, sends, reports that and what its carrier says, is told by webhook, refuses a forged one, and catches up
    after it was away."""
    factories.plan()
    settings = {"timezone": "UTC", "cap_monthly_messages": "2", "skip_onboarding_email": True}
    workspace, staff = factories.workspace("Acme", **settings).public_id, program(app)
    portal = serve(workers=1, WEBHOOK_LOOPBACK="true")

    def act(path: str, body: Any = None) -> None:
        request = urllib.request.Request(portal.url + HOME + f"/workspaces/{workspace}/{path}", method="POST")
        request.add_header("Authorization", f"Bearer {staff.secret}")
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body or {}).encode()
        urllib.request.urlopen(request, timeout=60).close()

    gateway = Gateway(tmp_path)
    hook = made(f"http://127.0.0.1:{gateway.port}/webhooks")
    gateway.settings |= {"PORTAL": portal.url, "KEY": staff.secret, "SECRET": hook.secret}
    message = {"workspace": workspace, "to": "+918047182200", "text": "Hello"}
    with gateway.running():
        answers = [gateway.ask("/send", message) for _ in range(3)]
        assert [status for status, _ in answers] == [202, 202, 409]
        first, second = (told["id"] for _, told in answers[:2])
        for name, state in ((first, "read"), (first, "delivered"), (second, "failed")):
            assert gateway.ask("/receipts", {"id": name, "state": state}) == (200, {})
        until(lambda: counted() == (2, 1, 1, 1), gateway.log.read_text)
        until(lambda: gateway.outbound(workspace) == "allowed", gateway.log.read_text)
        act("holds", {"note": "Spam", "public_reason": "Please call us."})
        until(lambda: gateway.outbound(workspace) == "blocked", gateway.log.read_text)
        until(lambda: DeliveryState.DELIVERED in {row.state for row in rows()})
        assert gateway.ask("/webhooks", {"workspace": workspace})[0] == 401
    act("cancel", {"confirm_name": "Acme"})
    with gateway.running():
        until(lambda: gateway.ask(f"/workspaces/{workspace}")[1].get("inbound") == "closed", gateway.log.read_text)
        assert gateway.ask("/send", message)[0] == 409
    assert counted() == (2, 1, 1, 1)
    assert len(GATEWAY.read_text().splitlines()) < 150


def counted() -> tuple[int, ...]:
    """How many messages were sent, delivered, read, and failed."""
    db.session.rollback()
    columns = (DailyUsage.sent, DailyUsage.delivered, DailyUsage.read, DailyUsage.failed)
    with scope.platform():
        return tuple(int(each or 0) for each in db.session.execute(select(*map(func.sum, columns))).one())
