"""Another e-mail address, as a browser without JavaScript sees it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import User
from portal.web.request import MAILED
from tests import factories
from tests.factories import PASSWORD
from tests.support.mails import Mailbox
from tests.support.people import log_in, session_of, submit

HERE = "/me/email"
NEW = "alice@new.example"


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> User:
    """The platform's owner, logged in."""
    alice = factories.staff()
    log_in(client, alice)
    return alice


def link_for(client: FlaskClient, mailbox: Mailbox) -> str:
    submit(client, HERE, {"email": NEW, "password": PASSWORD})
    found = re.search(r"http://localhost(/me/email/\S+)", mailbox.messages[-1].body or "")
    assert found
    return found[1]


def test_the_way_from_the_profile_and_back(alice: User, client: FlaskClient, mailbox: Mailbox) -> None:
    assert f'href="{HERE}"' in client.get("/me").text
    assert alice.email in client.get(HERE).text
    elsewhere = session_of(alice)
    link = link_for(client, mailbox)
    for _ in range(3):
        page = client.get(link)
        assert page.status_code == 200
        assert NEW in page.text
    assert client.head(link).status_code == 200
    assert alice.email == "alice@example.test", "reading changes nothing"
    answer = submit(client, link)
    assert (answer.status_code, answer.location) == (303, "/me")
    page = client.get("/me")
    assert f"You log in with {NEW} now. Every other session was ended." in page.text
    client.set_cookie("portal", elsewhere)
    assert client.get("/me").status_code == 303


def test_known_and_unknown_addresses_are_answered_alike(alice: User, client: FlaskClient, mailbox: Mailbox) -> None:
    factories.user()
    texts = []
    for email in ("charlie@example.test", "nobody@example.test"):
        answer = submit(client, HERE, {"email": email, "password": PASSWORD})
        assert answer.status_code == 200
        texts.append(re.sub(r'"X-CSRFToken":"[^"]+"', "", answer.text.replace(email, "…")))
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "alice", "password": PASSWORD}, "email"),
        ({"email": "alice@example.test", "password": PASSWORD}, "email"),
        ({"email": NEW, "password": "wrong"}, "password"),
        ({"email": NEW}, "password"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    alice: User, client: FlaskClient, fields: dict[str, str], field: str
) -> None:
    answer = submit(client, HERE, fields)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert PASSWORD not in answer.text


def test_a_link_of_no_use_is_a_clear_page(alice: User, client: FlaskClient, mailbox: Mailbox) -> None:
    link = link_for(client, mailbox)
    log_in(client, factories.user())
    for answer in (client.get(link), submit(client, link), client.get(HERE + "/x"), submit(client, HERE + "/x")):
        assert answer.status_code == 410
        assert "This link works no more" in answer.text
    log_in(client, alice)
    factories.user(NEW)
    taken = submit(client, link)
    assert (taken.status_code, alice.email) == (409, "alice@example.test")
    assert "Another account has this address by now" in taken.text


def test_who_is_not_logged_in_logs_in_and_comes_back(alice: User, client: FlaskClient, mailbox: Mailbox) -> None:
    link = link_for(client, mailbox)
    client.delete_cookie("portal")
    assert client.get(link).location == f"/login?next={link}"
    answer = submit(client, "/login", {"email": alice.email, "password": PASSWORD, "next": link})
    assert answer.location == link


def test_the_log_does_not_tell_the_link() -> None:
    assert MAILED.sub(r"\1…", "/me/email/s3cr3t-t0ken") == "/me/email/…"
    assert MAILED.sub(r"\1…", HERE) == HERE
