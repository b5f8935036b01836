"""People in tests: logging in, and sending forms as a browser would."""

import re
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext
from werkzeug.test import TestResponse

from portal.models import User
from portal.operations.sessions import Visit, open_session
from portal.operations.unit import unit
from tests.support.clocks import NOW

COOKIE = "portal"
TOKEN = re.compile(r'"X-CSRFToken":"([^"]+)"')


def visit(at: datetime = NOW, address: str = "192.0.2.1", token: str | None = None) -> Visit:
    """A request of somebody who is not logged in."""
    return Visit(at, address, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "req_test", timedelta(days=14), token)


def session_of(user: User, at: datetime = NOW) -> str:
    """The token of a new session of this person, opened without a password."""
    with unit() as session:
        return open_session(session, user, visit(at))


def log_in(browser: FlaskClient | BrowserContext, user: User, at: datetime = NOW, url: str = "") -> str:
    """The test client, or the Playwright context (then with the server's `url`), is this person; answers the token."""
    token = session_of(user, at)
    if isinstance(browser, FlaskClient):
        browser.set_cookie(COOKIE, token)
    else:
        browser.add_cookies([{"name": COOKIE, "value": token, "url": url}])
    return token


def csrf(client: FlaskClient) -> str:
    """A token for forms of this browser: every page carries one, also one that does not exist."""
    found = TOKEN.search(client.get("/no-such-page").text)
    assert found, "the page carries no token for forms"
    return found[1]


def submit(client: FlaskClient, path: str, fields: dict[str, Any] | None = None, **options: Any) -> TestResponse:
    """Sends a form with its token. `address` is where it comes from; further options are the client's."""
    address = options.pop("address", None)
    if address:
        options["environ_base"] = {"REMOTE_ADDR": address}
    return client.post(path, data={"csrf_token": csrf(client), **(fields or {})}, **options)


def token_in(response: TestResponse) -> str | None:
    """The session's token that the answer gives the browser; "" where it takes it away, None where it says nothing."""
    for header in response.headers.getlist("Set-Cookie"):
        name, _, rest = header.partition("=")
        if name == COOKIE:
            return rest.partition(";")[0]
    return None
