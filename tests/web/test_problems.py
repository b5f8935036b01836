"""Error pages: a title, what next, the request's id, and no trace of the inside."""

import re

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import text

from portal.operations.unit import unit
from portal.rules.access import Permission
from portal.rules.errors import Conflict, Forbidden, Invalid, NotFound, PortalError, Refused, TooMany
from portal.web.access import needs
from portal.web.problems import WORDS
from tests import factories
from tests.conftest import MakeApp
from tests.support.people import log_in

pytestmark = pytest.mark.own_app
ERRORS: list[tuple[PortalError, int]] = [
    (NotFound(), 404),
    (Forbidden("Not you."), 403),
    (Conflict("Too late."), 409),
    (Refused("No."), 422),
    (Invalid({"name": "Enter a name."}), 422),
    (TooMany("Wait.", 30), 429),
]


def failing(app: Flask, error: Exception | int) -> None:
    """There is a page /fails that does so."""

    @needs(Permission.PUBLIC)
    def fails() -> str:
        if isinstance(error, int):
            abort(error)
        raise error

    app.add_url_rule("/fails", view_func=fails)
    app.config["PROPAGATE_EXCEPTIONS"] = False


@pytest.mark.parametrize("status", sorted({400, 403, 404, 409, 413, 422, 429, 500, 503, *WORDS}))
def test_every_error_has_a_page_with_its_request_and_a_way_on(app: Flask, client: FlaskClient, status: int) -> None:
    failing(app, status)
    answer = client.get("/fails", headers={"Referer": "http://localhost/me?tab=1"})
    assert answer.status_code == status
    assert f"<h1>{WORDS[status][0]}</h1>" in answer.text
    assert str(escape(WORDS[status][1])) in answer.text, "what to do next"
    assert re.fullmatch("req_[0-9a-f]{16}", answer.headers["X-Request-ID"])
    assert f"<code>{answer.headers['X-Request-ID']}</code>" in answer.text
    assert 'href="/"' in answer.text
    assert 'href="/me?tab=1"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("error", "status"), ERRORS)
def test_what_is_raised_on_purpose_says_why(app: Flask, client: FlaskClient, error: PortalError, status: int) -> None:
    failing(app, error)
    answer = client.get("/fails")
    assert answer.status_code == status
    assert error.message in answer.text
    assert answer.headers.get("Retry-After") == ("30" if status == 429 else None)


def test_a_fault_says_nothing_of_the_inside(app: Flask, client: FlaskClient) -> None:
    failing(app, ZeroDivisionError("secret detail"))
    answer = client.get("/fails")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text


def test_without_a_database_there_is_still_a_page(app: Flask, client: FlaskClient) -> None:
    alice = factories.staff()
    log_in(client, alice)
    with unit() as session:
        session.execute(text("ALTER TABLE login_session RENAME TO gone"))
        session.execute(text("ALTER TABLE platform_settings RENAME TO gone_too"))
    try:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        answer = client.get("/me")
    finally:
        with unit() as session:
            session.execute(text("ALTER TABLE gone RENAME TO login_session"))
            session.execute(text("ALTER TABLE gone_too RENAME TO platform_settings"))
    assert answer.status_code in {500, 503}
    assert "req_" in answer.text


def test_htmx_gets_a_toast_and_keeps_its_page(app: Flask, client: FlaskClient) -> None:
    failing(app, Conflict("Rahul saved this 2 min ago."))
    answer = client.get("/fails", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert "Rahul saved this 2 min ago." in answer.text
    assert answer.headers["HX-Retarget"] == "#toasts"


@pytest.mark.parametrize(
    "referrer", ["https://evil.example/", "http://localhost/fails", "//evil.example/x", "nonsense", "http://["]
)
def test_the_way_back_never_leaves_the_site(app: Flask, client: FlaskClient, referrer: str) -> None:
    failing(app, 409)
    answer = client.get("/fails", headers={"Referer": referrer})
    assert "Go back" not in answer.text
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "evil example"])
def test_at_a_forged_host_there_is_nothing(app: Flask, client: FlaskClient, host: str) -> None:
    answer = client.get("/login", headers={"Host": host})
    assert answer.status_code == 404
    assert "evil" not in answer.text
    assert "req_" in answer.text


def test_too_large_a_form_is_refused_in_words(make_app: MakeApp) -> None:
    answer = make_app(max_upload=1_000).test_client().post("/login", data={"email": "x" * 2_000})
    assert answer.status_code == 413
    assert "That is too large" in answer.text


def test_a_form_that_failed_can_be_gone_back_to(app: Flask, client: FlaskClient) -> None:
    answer = client.post("/login", headers={"Referer": "http://localhost/login?next=/me"})
    assert answer.status_code == 400
    assert 'href="/login?next=/me"' in answer.text
