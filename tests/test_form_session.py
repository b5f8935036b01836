"""The cookie behind forms and messages: its signature is checked once, and nothing else of it is kept."""

from collections.abc import Iterator

import pytest
from flask import Flask, flash, session
from flask.sessions import SecureCookieSession
from itsdangerous import BadSignature

from portal.base.form_session import FormSessions


@pytest.fixture
def bare() -> Iterator[Flask]:
    bare = Flask("bare")
    bare.config["SECRET_KEY"] = "k" * 32
    bare.session_interface = FormSessions(bare)
    yield bare


def cookie(app: Flask, **said: object) -> str:
    signing = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"session={signing.dumps(said)}"


def opened(app: Flask, header: str) -> SecureCookieSession:
    with app.test_request_context(headers={"Cookie": header}):
        return app.session_interface.open_session(app, app.request_class({"HTTP_COOKIE": header}))  # type: ignore[return-value]


def test_what_one_request_changes_is_not_there_for_the_next(bare: Flask) -> None:
    header = cookie(bare, csrf_token="t", _flashes=[("good", "Saved.")])
    for _ in range(2):
        with bare.test_request_context(headers={"Cookie": header}):
            assert session["_flashes"] == [("good", "Saved.")]
            flash("More.")
            session["_flashes"].append(("good", "Even more."))
            session["csrf_token"] = "another"


def test_a_signature_that_held_does_not_hold_for_ever(bare: Flask) -> None:
    header = cookie(bare, csrf_token="t")
    assert opened(bare, header) == {"csrf_token": "t"}
    bare.session_interface.longest = -1  # type: ignore[attr-defined]
    assert opened(bare, header) == {}


def test_a_changed_cookie_or_one_of_another_key_says_nothing(bare: Flask) -> None:
    header = cookie(bare, csrf_token="t")
    assert opened(bare, header) == {"csrf_token": "t"}
    assert opened(bare, header[:-2] + ("A" if header[-2] != "A" else "B") + header[-1]) == {}
    other = Flask("other")
    other.config["SECRET_KEY"] = "o" * 32
    other.session_interface = FormSessions(other)
    assert opened(other, header) == {}
    with pytest.raises(BadSignature):
        other.session_interface.read(header.partition("=")[2])  # type: ignore[attr-defined]
    assert opened(bare, "") == {}
