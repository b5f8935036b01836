"""The profile, the sessions, and where people go who are not staff."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.base.languages import LOCALES
from portal.models import User
from portal.rules.access import OrganizationRole
from tests import factories
from tests.support.people import COOKIE, log_in, session_of, submit

FIELDS = {"name": "Alice", "locale": "en", "timezone": "UTC", "theme": "system", "shortcuts": "1"}


@pytest.fixture
def alice(app: Flask) -> User:
    """The platform's owner."""
    return factories.staff()


def test_a_profile_is_saved_and_seen(alice: User, client: FlaskClient) -> None:
    log_in(client, alice)
    changed = {"name": "Alice Ø", "locale": "de", "timezone": "Asia/Kolkata", "theme": "dark"}
    assert submit(client, "/me", changed).location == "/me"
    page = client.get("/me").text
    assert 'data-theme="dark"' in page
    assert 'data-shortcuts="off"' in page
    assert "Alice Ø" in page
    assert 'value="Asia/Kolkata" selected' in page


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_that_can_be_chosen_can_be_read_in(alice: User, client: FlaskClient, locale: str) -> None:
    log_in(client, alice)
    assert submit(client, "/me", {**FIELDS, "locale": locale}).status_code == 303
    for address in ("/me", "/password/change", "/admin/workspaces/", "/admin/import/", "/admin/audit/"):
        assert client.get(address).status_code == 200, address


def test_wrong_input_is_said_kept_and_not_saved(alice: User, client: FlaskClient) -> None:
    log_in(client, alice)
    answer = submit(client, "/me", {**FIELDS, "name": "", "theme": "dark"})
    assert answer.status_code == 422
    assert "Your profile was not saved" in answer.text
    assert 'href="#f-name"' in answer.text
    assert re.search(r'value="dark" checked', answer.text)
    assert alice.theme == "system"


@pytest.mark.parametrize("field", ["staff_role", "email", "must_set_password", "suspended_at", "id"])
def test_only_named_fields_are_taken(alice: User, client: FlaskClient, field: str) -> None:
    charlie = factories.user()
    log_in(client, charlie)
    before = getattr(charlie, field)
    assert submit(client, "/me", {**FIELDS, field: "owner"}).status_code == 303
    assert getattr(charlie, field) == before


@pytest.mark.parametrize("name", ["\a", "a\ab", "‮evil", "\ud83d", "x" * 1_000_000, "<script>alert(1)</script>"])
def test_no_name_breaks_the_page(alice: User, client: FlaskClient, name: str) -> None:
    log_in(client, alice)
    answer = submit(client, "/me", {**FIELDS, "name": name.encode("utf-8", "surrogatepass")})
    assert answer.status_code in {303, 422}
    assert "<script>alert" not in client.get("/me").text


def test_the_sessions_are_listed_and_one_is_ended(alice: User, client: FlaskClient) -> None:
    other = session_of(alice)
    log_in(client, alice)
    page = client.get("/me").text
    assert page.count("Firefox on Linux</b>") == 2
    assert page.count("This one") == 1
    ends = re.findall(r'action="(/me/sessions/ses_\w+/end)"', page)
    assert len(ends) == 2
    for end in ends[1:]:
        assert submit(client, end).location == "/me#sessions"
    assert client.get("/me").status_code == 200
    client.set_cookie(COOKIE, other)
    assert client.get("/me").status_code == 303


def test_all_others_are_ended(alice: User, client: FlaskClient) -> None:
    others = [session_of(alice) for _ in range(3)]
    here = log_in(client, alice)
    assert submit(client, "/me/sessions/end-others").location == "/me#sessions"
    assert client.get("/me").status_code == 200
    for token, status in [*((each, 303) for each in others), (here, 200)]:
        client.set_cookie(COOKIE, token)
        assert client.get("/me").status_code == status


def test_a_strangers_session_is_not_there(alice: User, client: FlaskClient) -> None:
    log_in(client, alice)
    end = re.findall(r'action="(/me/sessions/ses_\w+/end)"', client.get("/me").text)[0]
    log_in(client, factories.user())
    assert submit(client, end).status_code == 404


def test_who_has_no_workspace_reads_where_they_belong_and_whom_to_ask(alice: User, client: FlaskClient) -> None:
    acme = factories.organization()
    charlie = factories.user()
    factories.member(acme, factories.user("dana@example.test"), OrganizationRole.ADMIN)
    factories.member(acme, charlie)
    factories.workspace("Somebody else's")
    log_in(client, charlie)
    page = client.get("/").text
    for expected in ("Acme Group", "Member of the organization", "mailto:dana@example.test", "Log out"):
        assert expected in page
    assert "Somebody" not in page
    assert client.get("/admin/audit/").status_code == 404


def test_who_belongs_nowhere_is_told_so(client: FlaskClient) -> None:
    log_in(client, factories.user())
    assert "Nobody has added you to a workspace" in client.get("/").text
