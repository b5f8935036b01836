"""A mail server that says nothing holds nobody up, and does not show who has an account."""

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
from tests import factories
from tests.support import processes
from tests.support.mails import Mailbox
from tests.support.people import TOKEN
from tests.support.servers import Server

pytestmark = pytest.mark.faults
TIMEOUT = 4


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
            assert took < TIMEOUT / 2
        processes.wait_until(
            lambda: [row.state for row in mailbox.messages] == [OutboxState.FAILED],
            within=TIMEOUT * 4,
            what=lambda: str([row.state for row in mailbox.messages]),
        )
    assert "did not answer" in (db.session.scalar(select(OutboxMessage.error)) or "")
