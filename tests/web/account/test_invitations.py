"""An invitation's page."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import User
from portal.operations import invitations
from portal.operations.invitations import Into, Sent
from portal.operations.unit import unit
from portal.queries.accounts import belongings
from portal.rules.access import OrganizationRole
from tests import factories
from tests.factories import PASSWORD, acting, command
from tests.support.clocks import Clock
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit, token_in, visit

EMAIL = "dana@example.test"


@pytest.fixture
def sent(app: Flask, mailbox: Mailbox) -> Sent:
    """Alice invites Dana into Acme Group."""
    alice, acme = factories.staff(), factories.organization()
    with unit() as session:
        return invitations.invite(session, EMAIL, "Dana", Into(acme, OrganizationRole.ADMIN), acting(alice))


def path_of(sent: Sent) -> str:
    return sent.link.removeprefix("http://localhost")


def test_a_new_person_reads_accepts_and_is_in(sent: Sent, client: FlaskClient) -> None:
    for _ in range(2):
        page = client.get(path_of(sent))
        assert page.status_code == 200
        assert "Acme Group" in page.text
        assert "Alice" in page.text
    answer = submit(client, path_of(sent), {"name": "Dana Díaz", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert token_in(answer)
    home = client.get("/", follow_redirects=True).text
    assert "Acme Group" in home
    assert "People, workspaces and billing." in home, "an admin’s overview"
    assert client.get(path_of(sent)).status_code == 410
    assert "was accepted" in submit(client, path_of(sent), {"name": "Eve", "password": PASSWORD}).text


def test_what_is_wrong_is_said_at_the_field_and_the_name_kept(sent: Sent, client: FlaskClient) -> None:
    answer = submit(client, path_of(sent), {"name": "Dana Díaz", "password": "password1234"})
    assert answer.status_code == 422
    assert 'value="Dana Díaz"' in answer.text
    assert 'id="f-password-error"' in answer.text
    assert "password1234" not in answer.text
    assert client.get(path_of(sent)).status_code == 200


def test_a_known_person_logs_in_first_and_comes_back(sent: Sent, client: FlaskClient) -> None:
    invitations.accept_as_new(path_of(sent).rpartition("/")[2], "Dana", PASSWORD, visit())
    with unit() as session:
        beta = factories.organization("Beta")
        again = invitations.invite(session, EMAIL, "", Into(beta, OrganizationRole.MEMBER), command())
    page = client.get(path_of(again))
    assert "Log in to accept" in page.text
    assert 'name="password"' not in page.text
    assert submit(client, path_of(again)).location == "/login?next=" + path_of(again)
    answer = submit(client, "/login", {"email": EMAIL, "password": PASSWORD, "next": path_of(again)})
    assert answer.location == path_of(again)
    assert submit(client, path_of(again)).location == "/"
    dana = db.session.scalars(select(User.id).where(User.email_key == EMAIL)).one()
    assert [place.organization for place in belongings(dana)] == ["Acme Group", "Beta"]


def test_somebody_else_who_is_logged_in_cannot_accept(sent: Sent, client: FlaskClient) -> None:
    invitations.accept_as_new(path_of(sent).rpartition("/")[2], "Dana", PASSWORD, visit())
    with unit() as session:
        beta = factories.organization("Beta")
        again = invitations.invite(session, EMAIL, "", Into(beta), command())
    log_in(client, factories.user())
    assert "You are logged in as" in client.get(path_of(again)).text
    assert submit(client, path_of(again)).status_code == 403


def test_who_still_owes_the_second_factor_cannot_accept(sent: Sent, client: FlaskClient) -> None:
    invitations.accept_as_new(path_of(sent).rpartition("/")[2], "Dana", PASSWORD, visit())
    with unit() as session:
        dana = session.scalars(select(User).where(User.email_key == EMAIL)).one()
        dana.totp_secret, dana.totp_enabled_at = "JBSWY3DPEHPK3PXP", factories.NOW
        again = invitations.invite(session, EMAIL, "", Into(factories.organization("Beta")), command())
    answer = submit(client, "/login", {"email": EMAIL, "password": PASSWORD})
    assert answer.location.startswith("/login/second-factor")
    assert "Log in to accept" in client.get(path_of(again)).text
    assert submit(client, path_of(again)).location == "/login?next=" + path_of(again)
    assert client.get(path_of(again)).status_code == 200


def test_dead_invitations_say_why(sent: Sent, client: FlaskClient, clock: Clock) -> None:
    unknown = client.get("/invitations/made-up")
    assert (unknown.status_code, "works no more" in unknown.text) == (404, True)
    invitations.revoke(sent.invitation, command())
    assert "taken back" in client.get(path_of(sent)).text


def test_an_old_invitation_says_whom_to_ask(sent: Sent, client: FlaskClient, clock: Clock) -> None:
    clock.at(clock() + timedelta(days=7))
    page = client.get(path_of(sent))
    assert page.status_code == 410
    assert "too old" in page.text
    assert "Alice (alice@example.test)" in page.text
