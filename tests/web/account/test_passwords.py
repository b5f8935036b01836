"""Forgotten and changed passwords, as a browser without JavaScript sees them."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import User
from tests import factories
from tests.factories import PASSWORD
from tests.support import processes
from tests.support.mails import Mailbox
from tests.support.people import COOKIE, TOKEN, log_in, submit, token_in
from tests.support.servers import Server, fetch

NEW = "seven quiet lighthouses"


@pytest.fixture
def alice(app: Flask) -> User:
    """The platform's owner."""
    return factories.staff()


def link_for(client: FlaskClient, mailbox: Mailbox) -> str:
    submit(client, "/password/forgot", {"email": "alice@example.test"})
    found = re.search(r"http://localhost(/password/reset/\S+)", mailbox.messages[-1].body or "")
    assert found
    return found[1]


def test_known_and_unknown_addresses_are_answered_alike(alice: User, client: FlaskClient, mailbox: Mailbox) -> None:
    texts = []
    for email in ("alice@example.test", "nobody@example.test"):
        answer = submit(client, "/password/forgot", {"email": email})
        assert answer.status_code == 200
        texts.append(re.sub(r'"X-CSRFToken":"[^"]+"', "", answer.text.replace(email, "…")))
    assert texts[0] == texts[1]
    mailbox.only("alice@example.test")


def test_the_page_says_that_mail_is_not_set_up(alice: User, client: FlaskClient, mailbox: Mailbox) -> None:
    assert "Mail is not set up here" in client.get("/password/forgot").text
    assert "Mail is not set up here" in submit(client, "/password/forgot", {"email": "nobody@example.test"}).text


@pytest.mark.parametrize("email", ["", "alice", "a@b", "x" * 300 + "@example.test"])
def test_what_is_no_address_is_said_at_the_field(alice: User, client: FlaskClient, email: str) -> None:
    answer = submit(client, "/password/forgot", {"email": email})
    assert answer.status_code == 422
    assert 'id="f-email-error"' in answer.text


def test_a_get_does_not_use_the_link_up(alice: User, client: FlaskClient, mailbox: Mailbox) -> None:
    link = link_for(client, mailbox)
    for _ in range(3):
        page = client.get(link)
        assert page.status_code == 200
        assert "alice@example.test" in page.text
    client.head(link)
    assert submit(client, link, {"password": NEW}).status_code == 303


def test_a_reset_logs_in_here_and_out_everywhere_else(alice: User, client: FlaskClient, mailbox: Mailbox) -> None:
    stolen = log_in(client, alice)
    client.delete_cookie(COOKIE)
    link = link_for(client, mailbox)
    answer = submit(client, link, {"password": NEW})
    assert answer.status_code == 303
    assert client.get("/me").status_code == 200
    client.set_cookie(COOKIE, stolen)
    assert client.get("/me").status_code == 303
    for again in (client.get(link), submit(client, link, {"password": NEW})):
        assert again.status_code == 410
        assert "This link works no more" in again.text


def test_a_weak_password_is_refused_at_the_field_and_not_shown(
    alice: User, client: FlaskClient, mailbox: Mailbox
) -> None:
    link = link_for(client, mailbox)
    answer = submit(client, link, {"password": "password1234"})
    assert answer.status_code == 422
    assert 'id="f-password-error"' in answer.text
    assert "password1234" not in answer.text
    assert submit(client, link, {"password": NEW}).status_code == 303


@pytest.mark.parametrize("token", ["x", "0" * 5000, "%07", "%F0%9F%92%A9"])
def test_a_made_up_link_is_a_clear_page(client: FlaskClient, token: str) -> None:
    assert client.get("/password/reset/" + token).status_code == 410


def test_a_forged_host_is_refused_and_reaches_no_mail(alice: User, client: FlaskClient, mailbox: Mailbox) -> None:
    page = client.get("/password/forgot", headers={"Host": "evil.example"})
    assert page.status_code == 404
    assert "evil.example" not in page.text
    headers = {"Host": "127.0.0.1", "X-Forwarded-Host": "evil.example"}  # one that is answered, and one that is not
    token = TOKEN.search(client.get("/login", headers=headers).text)
    form = {"email": "alice@example.test", "csrf_token": token[1] if token else ""}
    assert client.post("/password/forgot", data=form, headers=headers).status_code == 200
    body = mailbox.only("alice@example.test").body or ""
    assert "http://localhost/password/reset/" in body
    assert "evil" not in body
    assert "//127" not in body


def test_the_log_does_not_tell_the_link(server: Server) -> None:
    paths = ("/password/reset/s3cr3t-t0ken", "/password/reset/s3cr3t-t0ken/more", "/invitations/s3cr3t-t0ken")
    for path in paths:
        fetch(server.url + path)
    fetch(server.url + "/the-last-one")
    processes.wait_until(lambda: "/the-last-one" in server.log.read_text(), within=5, what=server.log.read_text)
    assert "/password/reset/…" in server.log.read_text()
    assert "s3cr3t" not in server.log.read_text()


def test_a_change_keeps_this_browser_in_with_a_new_token(alice: User, client: FlaskClient, mailbox: Mailbox) -> None:
    before = log_in(client, alice)
    answer = submit(client, "/password/change", {"current_password": PASSWORD, "password": NEW})
    assert answer.location == "/me"
    assert token_in(answer) not in (None, "", before)
    assert client.get("/me").status_code == 200
    client.set_cookie(COOKIE, before)
    assert client.get("/me").status_code == 303


def test_a_wrong_present_password_is_said_at_its_field(alice: User, client: FlaskClient) -> None:
    log_in(client, alice)
    answer = submit(client, "/password/change", {"current_password": "wrong", "password": NEW})
    assert answer.status_code == 422
    assert 'id="f-current_password-error"' in answer.text
    assert NEW not in answer.text
