"""What the fixtures promise to every other test."""

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import func, select

from portal.base import clock as base_clock
from portal.base.db import db
from portal.models import AuditHead, OutboxMessage, PlatformSettings, User
from portal.operations.unit import unit
from portal.rules.access import Permission
from portal.web.access import needs
from tests.support import browsers
from tests.support.clocks import NOW, Clock
from tests.support.databases import Database
from tests.support.mails import Mailbox, MailServer
from tests.support.servers import ROOT, Server, fetch

EMAIL = "alice@example.test"
USERS = select(func.count()).select_from(User)


def add_user(email: str = EMAIL) -> None:
    with unit() as session:
        session.add(User(name="Alice", name_key="alice", email=email, email_key=email, created_at=NOW))


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_starts_with_an_empty_database(app: Flask, time: str) -> None:
    assert db.session.scalar(USERS) == 0
    add_user()
    assert db.session.scalars(select(User.id)).all() == [1]


def test_what_was_kept_of_a_database_comes_back(app: Flask, database: Database) -> None:
    add_user()
    database.keep("with Alice")
    for _ in range(2):
        database.restore()
        assert db.session.scalar(USERS) == 0
        db.session.remove()
        database.restore("with Alice")
        assert db.session.scalars(select(User.id)).all() == [1]
        db.session.remove()
    add_user("bob@example.test")
    assert db.session.scalars(select(User.id).order_by(User.id)).all() == [1, 2], "keys are counted on from there"


@pytest.mark.parametrize("table", [AuditHead, PlatformSettings])
def test_rows_that_migrations_write_come_back(app: Flask, database: Database, table: type) -> None:
    rows = select(table.__table__)  # type: ignore[attr-defined]
    before = db.session.execute(rows).all()
    db.session.rollback()
    with unit() as session:
        for row in session.scalars(select(table)):
            session.delete(row)
    db.session.remove()
    database.restore()
    assert db.session.execute(rows).all() == before


def test_the_app_runs_on_the_database_of_the_test(app: Flask, database: Database) -> None:
    assert db.engine.dialect.name == database.kind


def test_the_clock_stands_until_it_is_moved(app: Flask, clock: Clock, now: datetime) -> None:
    assert base_clock.now() == now == NOW
    clock.advance(days=1, hours=2)
    assert base_clock.now() == now + timedelta(hours=26)


@pytest.mark.own_app
def test_a_request_knows_nothing_of_the_test_or_of_the_last_one(app: Flask, client: FlaskClient) -> None:
    seen = []

    @needs(Permission.PUBLIC)
    def look() -> str:
        seen.append("mine" in g)
        g.mine = True
        return "seen"

    app.add_url_rule("/look", view_func=look)
    g.mine = True
    assert client.get("/look").text == client.get("/look").text == "seen"
    assert seen == [False, False]


@pytest.mark.own_app
def test_the_test_sees_what_a_request_changed(app: Flask, client: FlaskClient) -> None:
    @needs(Permission.PUBLIC)
    def change() -> str:
        add_user()
        return "changed"

    app.add_url_rule("/change", view_func=change)
    assert db.session.scalar(USERS) == 0
    assert client.get("/change").text == "changed"
    assert db.session.scalar(USERS) == 1


def test_the_server_answers_from_the_database_of_the_test(app: Flask, server: Server) -> None:
    status, body = fetch(server.url + "/no-such-page")
    assert status == 404
    assert "Traceback" not in body


def test_the_browser_opens_pages_of_the_server(page: Page, server: Server, axe: Callable[..., None]) -> None:
    page.goto("/no-such-page")
    assert page.url == server.url + "/no-such-page"
    axe(page)


def test_axe_finds_what_is_wrong(page: Page) -> None:
    page.set_content("<html><title>x</title><body><img src=''><main><h1>x</h1></main></body></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        browsers.axe(page)


def test_a_script_error_is_heard(context: BrowserContext) -> None:
    page = context.new_page()
    complaints = browsers.listen(page)
    page.goto("about:blank")
    page.evaluate("console.error('planted')")
    assert complaints == ["console: planted"]


def write_mail(recipient: str) -> None:
    with unit() as session:
        session.add(OutboxMessage(template="hello", recipient=recipient, subject="Hello", created_at=NOW))


def test_the_mailbox_holds_what_the_program_wrote(mailbox: Mailbox) -> None:
    assert mailbox.messages == []
    write_mail(EMAIL)
    assert mailbox.only(EMAIL).subject == "Hello"
    write_mail("bob@example.test")
    assert mailbox.subjects == ["Hello", "Hello"]
    assert len(mailbox.to("bob@example.test")) == 1


def test_unexpected_mail_fails_the_test(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PORTAL_TEST_DATABASES", "sqlite")
    pytester.makeconftest("from tests.conftest import *")
    pytester.makepyfile("""
        from tests.test_ground import write_mail
        def test_unexpected(app): write_mail('a@b.test')
        def test_expected(mailbox): write_mail('a@b.test')
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_unexpected*"])


@pytest.mark.parametrize(("ci", "outcome"), [("true", {"errors": 2}), ("", {"skipped": 2})])
def test_a_missing_part_is_skipped_but_fails_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcome: dict[str, int]
) -> None:
    """The tests within are run as on a machine on which neither part is found."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PORTAL_TEST_DATABASES", "postgresql")
    monkeypatch.setenv("CI", ci)
    pytester.makeconftest("""
        from tests.conftest import *
        from tests.support import browsers, postgresql
        browsers.chromium = postgresql.programs = lambda: None
    """)
    pytester.makepyfile("""
        def test_page(browser_type_launch_args): pass
        def test_rows(database_url): pass
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-rsE")
    result.assert_outcomes(**outcome)
    for part in ("Chromium", "PostgreSQL"):
        result.stdout.fnmatch_lines([f"*{part} is missing on this machine: sudo apt-get install *"])


def test_the_mail_server_keeps_mail(smtp: MailServer) -> None:
    with smtplib.SMTP(smtp.host, smtp.port) as connection:
        connection.sendmail("portal@example.test", ["bob@example.test"], "To: bob@example.test\nSubject: Hello\n\nBob")
    assert [mail["Subject"] for mail in smtp.to("bob@example.test")] == ["Hello"]


def test_the_mail_server_refuses_when_told(smtp: MailServer) -> None:
    smtp.answer = "451 later"
    with smtplib.SMTP(smtp.host, smtp.port) as connection, pytest.raises(smtplib.SMTPDataError):
        connection.sendmail("portal@example.test", ["bob@example.test"], "Subject: Hello\n\nBob")
    assert smtp.messages == []
