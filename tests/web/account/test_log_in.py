"""Log-in and log-out, as a browser without JavaScript sees them."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import User
from portal.operations import second_factor
from portal.operations.unit import unit
from portal.rules.access import StaffRole
from tests import factories
from tests.factories import PASSWORD
from tests.support.clocks import Clock
from tests.support.people import COOKIE, csrf, log_in, submit, token_in

LOGIN = {"email": "alice@example.test", "password": PASSWORD}


@pytest.fixture
def alice(app: Flask) -> User:
    """The platform's owner."""
    return factories.staff()


def test_without_anybody_the_page_says_how_to_begin(client: FlaskClient) -> None:
    page = client.get("/login")
    assert page.status_code == 200
    assert "portal create-owner" in page.text
    assert "password" not in page.text.replace("name, e-mail and password", "")


def test_a_log_in_leads_to_the_profile_and_sets_a_guarded_cookie(alice: User, client: FlaskClient) -> None:
    answer = submit(client, "/login", {**LOGIN, "next": "/me"})
    assert (answer.status_code, answer.location) == (303, "/me")
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith(COOKIE + "="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get("/me").status_code == 200


def test_with_the_log_in_come_new_tokens_and_pages_set_no_cookie(alice: User, client: FlaskClient) -> None:
    before = csrf(client)
    answer = submit(client, "/login", LOGIN)
    assert sum(each.startswith((COOKIE + "=", "portal-form=")) for each in answer.headers.getlist("Set-Cookie")) == 2
    assert "Set-Cookie" not in client.get("/me").headers
    assert client.post("/logout", data={"csrf_token": before}).status_code == 400
    assert client.post("/logout", data={"csrf_token": csrf(client)}).status_code == 303


def test_over_https_the_cookies_are_for_this_host_and_https_alone(make_app: object, now: object) -> None:
    app = make_app(public_url="https://portal.example")  # type: ignore[operator]
    with app.app_context():
        factories.staff()
    client = app.test_client()
    base = {"base_url": "https://portal.example"}
    token = csrf_over_https(client, base)
    answer = client.post(
        "/login", data={**LOGIN, "csrf_token": token}, headers={"Referer": "https://portal.example/login"}, **base
    )
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(each.startswith("__Host-portal=") for each in cookies)
    assert all("Secure" in each and "Path=/" in each and "Domain" not in each for each in cookies)
    assert "max-age=" in answer.headers["Strict-Transport-Security"]


def csrf_over_https(client: FlaskClient, base: dict[str, str]) -> str:
    return client.get("/login", **base).text.partition('"X-CSRFToken":"')[2].partition('"')[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("email", ["alice@example.test", "nobody@example.test", "not an address"])
def test_a_wrong_log_in_says_the_same_for_known_and_unknown(alice: User, client: FlaskClient, email: str) -> None:
    answer = submit(client, "/login", {"email": email, "password": "not this password"})
    assert answer.status_code == 422
    assert "E-mail or password is not right." in answer.text
    assert f'value="{email}"' in answer.text
    assert "not this password" not in answer.text
    assert token_in(answer) is None


def test_missing_input_is_said_at_its_field(alice: User, client: FlaskClient) -> None:
    answer = submit(client, "/login", {"email": "alice@example.test"})
    assert answer.status_code == 422
    assert 'id="f-password-error"' in answer.text


def test_the_token_changes_at_log_in_and_a_planted_one_is_of_no_use(alice: User, client: FlaskClient) -> None:
    client.set_cookie(COOKIE, "planted-by-a-stranger")
    token = token_in(submit(client, "/login", LOGIN))
    assert token
    assert token != "planted-by-a-stranger"
    client.set_cookie(COOKIE, "planted-by-a-stranger")
    assert client.get("/me").status_code == 303


def test_a_forms_token_from_before_the_log_in_is_of_no_use_after_it(alice: User, client: FlaskClient) -> None:
    before = csrf(client)
    submit(client, "/login", LOGIN)
    assert client.post("/me", data={"csrf_token": before}).status_code == 400


def test_a_cookie_from_before_log_out_is_refused(alice: User, client: FlaskClient) -> None:
    token = log_in(client, alice)
    answer = submit(client, "/logout")
    assert (answer.location, token_in(answer)) == ("/login", "")
    client.set_cookie(COOKIE, token)
    assert client.get("/me").location == "/login?next=/me"


def test_log_out_is_no_get(alice: User, client: FlaskClient) -> None:
    log_in(client, alice)
    assert client.get("/logout").status_code == 405
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize("path", ["/login", "/logout", "/me", "/password/forgot", "/password/change", "/invitations/x"])
def test_a_form_without_its_token_is_refused(alice: User, client: FlaskClient, path: str) -> None:
    log_in(client, alice)
    answer = client.post(path, data=LOGIN)
    assert answer.status_code == 400
    assert "req_" in answer.text
    assert client.get("/me").status_code == 200


EVIL = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "evil.example",
    "/%09/evil.example\r\nSet-Cookie: a=b",
    "@evil.example",
    "",
]


@pytest.mark.parametrize("target", EVIL)
def test_next_never_leaves_the_site(alice: User, client: FlaskClient, target: str) -> None:
    hidden = client.get("/login", query_string={"next": target}).text
    assert "evil" not in hidden
    answer = submit(client, "/login", {**LOGIN, "next": target})
    assert (answer.status_code, answer.location) == (303, "/")


@pytest.mark.parametrize("target", EVIL)
def test_next_never_leaves_the_site_for_who_is_logged_in(alice: User, client: FlaskClient, target: str) -> None:
    log_in(client, alice)
    for page in ("/login", "/login/second-factor"):
        assert client.get(page, query_string={"next": target}).location == "/"


def test_a_page_that_needs_a_log_in_is_come_back_to(alice: User, client: FlaskClient) -> None:
    asked = client.get("/me/second-factor?x=1")
    assert asked.location == "/login?next=/me/second-factor?x%3D1"
    page = client.get(asked.location)
    assert 'name="next" value="/me/second-factor?x=1"' in page.text
    answer = submit(client, "/login", {**LOGIN, "next": "/me/second-factor?x=1"})
    assert answer.location == "/me/second-factor?x=1"


def test_too_many_tries_say_how_long_to_wait(alice: User, client: FlaskClient, clock: Clock) -> None:
    for _ in range(5):
        assert submit(client, "/login", {**LOGIN, "password": "wrong"}).status_code == 422
    answer = submit(client, "/login", LOGIN)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")
    assert "Wait 5 minutes" in answer.text
    assert submit(client, "/login", LOGIN, address="198.51.100.7").status_code == 303
    clock.advance(minutes=5)
    assert submit(client, "/login", LOGIN).status_code == 303


def test_a_lost_role_counts_from_the_next_request_on(alice: User, client: FlaskClient) -> None:
    log_in(client, alice)
    assert client.get("/").location != "/login"
    with unit():
        alice.staff_role = None
    assert "You have no workspace" in client.get("/").text
    with unit():
        alice.staff_role, alice.suspended_at = StaffRole.OWNER, factories.NOW
    assert client.get("/").location == "/login?next=/"


def test_being_seen_is_written_by_a_request(alice: User, client: FlaskClient, clock: Clock) -> None:
    log_in(client, alice)
    clock.advance(minutes=4)
    client.get("/me")
    assert alice.last_seen_at == factories.NOW
    clock.advance(minutes=1)
    client.get("/me")
    assert alice.last_seen_at == factories.NOW + timedelta(minutes=5)


def test_a_new_password_that_is_due_comes_before_anything_else(
    alice: User, client: FlaskClient, mailbox: object
) -> None:
    with unit():
        alice.must_set_password = True
    log_in(client, alice)
    for path in ("/", "/me", "/me/second-factor"):
        assert client.get(path).location == "/password/change"
    assert client.get("/password/change").status_code == 200
    weak = submit(client, "/password/change", {"password": "password1234"})
    assert weak.status_code == 422
    answer = submit(client, "/password/change", {"password": "seven quiet lighthouses"})
    assert answer.location == "/"
    assert client.get("/me").status_code == 200


def test_the_second_factor_comes_before_anything_else(
    alice: User, client: FlaskClient, mailbox: object, clock: Clock
) -> None:
    second_factor.set_up(alice.public_id)
    with unit():
        alice.totp_enabled_at = factories.NOW
    answer = submit(client, "/login", {**LOGIN, "next": "/me"})
    assert answer.location == "/login/second-factor?next=/me"
    for path in ("/", "/me", "/password/change", "/me/second-factor"):
        assert client.get(path).location == "/login/second-factor"
    assert submit(client, "/me", {"name": "Eve"}).location == "/login/second-factor"
    assert "alice" not in client.get("/password/forgot").text
    assert submit(client, "/login/second-factor", {"code": "000000"}).status_code == 422
    assert client.get("/me").location == "/login/second-factor"
