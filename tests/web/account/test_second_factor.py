"""Setting up the second factor, and logging in with it."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import User
from portal.queries import principals
from tests import factories
from tests.factories import PASSWORD
from tests.support.clocks import Clock
from tests.support.mails import Mailbox
from tests.support.people import COOKIE, log_in, session_of, submit, token_in

HERE = "/me/second-factor"


@pytest.fixture
def alice(app: Flask, mailbox: Mailbox) -> User:
    """The platform's owner, to whom mails are expected."""
    return factories.staff()


def switched_on(client: FlaskClient, alice: User, clock: Clock) -> list[str]:
    """Alice, logged in, switches it on; answers the recovery codes."""
    submit(client, HERE + "/begin")
    assert alice.totp_secret
    page = submit(client, HERE + "/enable", {"code": pyotp.TOTP(alice.totp_secret).at(clock())})
    assert page.status_code == 200
    return re.findall(r"<code>([a-z0-9-]{19})</code>", page.text)


def test_it_is_set_up_by_a_picture_or_a_text_and_proved_by_a_code(
    alice: User, client: FlaskClient, clock: Clock
) -> None:
    log_in(client, alice)
    assert submit(client, HERE + "/begin").location == HERE
    page = client.get(HERE).text
    assert alice.totp_secret
    assert alice.totp_secret in page.replace(" ", "")
    svg = re.search(r"<svg.*?</svg>", page[page.index('class="qr"') :], re.S)
    assert svg
    assert "style" not in svg[0]
    assert "script" not in svg[0]
    assert submit(client, HERE + "/enable", {"code": "000000"}).status_code == 422
    codes = switched_on(client, alice, clock)
    assert len(codes) == 10
    assert alice.totp_enabled_at


def test_recovery_codes_are_shown_once_and_can_be_downloaded(alice: User, client: FlaskClient, clock: Clock) -> None:
    log_in(client, alice)
    submit(client, HERE + "/begin")
    page = submit(client, HERE + "/enable", {"code": pyotp.TOTP(alice.totp_secret or "").at(clock())})
    codes = re.findall(r"<code>([a-z0-9-]{19})</code>", page.text)
    file = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"', page.text)
    assert file
    assert all(code in unquote(file[1]) for code in codes)
    assert page.headers["Cache-Control"] == "no-store"
    for path in (HERE, "/me"):
        assert not [code for code in codes if code in client.get(path).text]
    assert alice.totp_secret
    assert alice.totp_secret not in client.get(HERE).text.replace(" ", "")


def test_a_log_in_with_it(alice: User, client: FlaskClient, clock: Clock) -> None:
    log_in(client, alice)
    codes = switched_on(client, alice, clock)
    client.delete_cookie(COOKIE)
    clock.advance(minutes=1)
    half = token_in(submit(client, "/login", {"email": alice.email, "password": PASSWORD, "next": "/me"}))
    step = "/login/second-factor"
    right = pyotp.TOTP(alice.totp_secret or "").at(clock())
    answer = submit(client, step, {"code": right, "next": "/me"})
    assert (answer.status_code, answer.location) == (303, "/me")
    assert token_in(answer) not in (None, "", half)
    assert client.get("/me").status_code == 200
    for wrong in (right, "000000"):  # the same code again, within its half minute
        client.delete_cookie(COOKIE)
        submit(client, "/login", {"email": alice.email, "password": PASSWORD})
        assert submit(client, step, {"code": wrong}).status_code == 422
    assert submit(client, step, {"code": codes[0], "next": "//evil.example"}).location == "/"


def test_everything_about_it_needs_the_password_entered_lately(alice: User, client: FlaskClient, clock: Clock) -> None:
    log_in(client, alice)
    codes = switched_on(client, alice, clock)
    clock.advance(minutes=16)
    asked = f"/me/confirm?next={HERE}"
    assert client.get(HERE).location == asked
    for act in ("/begin", "/enable", "/recovery-codes", "/disable"):
        assert submit(client, HERE + act, {"code": codes[0]}).location == asked
    assert alice.totp_enabled_at
    assert submit(client, "/me/confirm", {"password": "wrong", "next": HERE}).status_code == 422
    assert client.get(HERE).location == asked
    assert submit(client, "/me/confirm", {"password": PASSWORD, "next": "//evil.example"}).location == "/me"
    assert submit(client, HERE + "/disable").status_code == 303
    assert alice.totp_enabled_at is None


def test_guessing_the_password_there_is_throttled(alice: User, client: FlaskClient, clock: Clock) -> None:
    log_in(client, alice)
    for _ in range(5):
        assert submit(client, "/me/confirm", {"password": "wrong"}).status_code == 422
    assert submit(client, "/me/confirm", {"password": PASSWORD}).status_code == 429
    clock.at(clock() + timedelta(minutes=20))
    assert submit(client, "/me/confirm", {"password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("act", ["/enable", "/recovery-codes", "/disable"])
def test_a_change_of_it_ends_the_other_sessions_and_says_so(
    alice: User, client: FlaskClient, clock: Clock, act: str
) -> None:
    here = log_in(client, alice)
    submit(client, HERE + "/begin")
    if act != "/enable":
        submit(client, HERE + "/enable", {"code": pyotp.TOTP(alice.totp_secret or "").at(clock())})
    elsewhere, theirs = session_of(alice), session_of(factories.user())
    page = submit(client, HERE + act, {"code": pyotp.TOTP(alice.totp_secret or "").at(clock())})
    said = page.text if page.status_code == 200 else client.get("/me").text
    assert re.search("[Ee]very other session (of yours )?was ended", said)
    assert [principals.current(each, clock()) is not None for each in (here, elsewhere, theirs)] == [True, False, True]
