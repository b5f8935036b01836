"""A mail server that says nothing holds nobody up, and does not show who has an account; mail that waits is delivered
by the server, without anybody asking for it."""

import socket
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import OutboxMessage, OutboxState
from portal.operations.unit import unit
from tests import factories
from tests.support import processes
from tests.support.clocks import NOW
from tests.support.mails import Mailbox, MailServer
from tests.support.people import TOKEN
from tests.support.servers import Server

pytestmark = pytest.mark.faults
TIMEOUT = 6  # seconds


class Browser:
    """Keeps cookies and sends forms with their token."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def submit(self, path: str, **fields: str) -> tuple[float, str]:
        """How long the answer took, in seconds, and its text."""
        found = TOKEN.search(self.opener.open(self.server.url + "/login").read().decode())
        assert found
        form = urllib.parse.urlencode({"csrf_token": found[1], **fields}).encode()
        began = time.monotonic()
        text = self.opener.open(self.server.url + path, form).read().decode()
        return time.monotonic() - began, text


def test_a_silent_mail_server(app: Flask, mailbox: Mailbox, serve: Callable[..., Server]) -> None:
    factories.staff()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        settings = {
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": port,
            "MAIL_SECURITY": "none",
            "MAIL_TIMEOUT": str(TIMEOUT),
        }
        browser = Browser(serve(**settings))
        for email in ("alice@example.test", "nobody@example.test"):
            took, text = browser.submit("/password/forgot", email=email)
            assert "Look into your mail" in text
            assert took < TIMEOUT  # whoever waits for this mail server waits so long at least
        processes.wait_until(
            lambda: [row.state for row in mailbox.messages] == [OutboxState.FAILED],
            within=TIMEOUT * 4,
            what=lambda: str([row.state for row in mailbox.messages]),
        )
    assert "did not answer" in (db.session.scalar(select(OutboxMessage.error)) or "")


def test_what_waits_is_delivered_once_whoever_of_several_processes_looks(
    app: Flask, mailbox: Mailbox, smtp: MailServer, serve: Callable[..., Server]
) -> None:
    letters = {"template": "notice", "subject": "Sunday", "body": "We move.", "created_at": NOW, "next_attempt_at": NOW}
    with unit() as session:
        session.add_all(OutboxMessage(recipient=f"dana{number}@example.test", **letters) for number in range(10))
    serve(workers=3, MAIL_SERVER="127.0.0.1", MAIL_PORT=str(smtp.port), MAIL_SECURITY="none")
    smtp.wait_for(10, within=30)
    processes.wait_until(
        lambda: {row.state for row in mailbox.messages} == {OutboxState.SENT},
        within=30,
        what=lambda: str([row.state for row in mailbox.messages]),
    )
    assert sorted(str(mail["To"]) for mail in smtp.messages) == [f"dana{number}@example.test" for number in range(10)]
