"""Mail on screen: what was written, whether it arrived, sending it again, and nothing that opens anything."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.base import mail as base_mail
from portal.gateways.mail import Bounced, FakeMail, NotSent
from portal.models import OutboxMessage, OutboxState
from portal.operations import passwords
from portal.operations.unit import unit
from portal.rules.access import StaffRole
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import actions, one
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit, visit

MAIL = "/admin/mail/"


@pytest.fixture
def fake(app: Flask, mailbox: Mailbox) -> FakeMail:
    app.extensions[base_mail.EXTENSION] = found = FakeMail()
    return found


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    log_in(client, factories.staff())
    return client


def written(number: int = 1, **columns: Any) -> list[str]:
    values = {"template": "notice", "recipient": "dana@example.test", "body": "Hello", "created_at": NOW} | columns
    rows = [OutboxMessage(**({"subject": f"Letter {each}"} | values)) for each in range(number)]
    with unit() as session:
        session.add_all(rows)
    return [row.public_id for row in rows]


def test_the_newest_come_first_twelve_to_a_page(fake: FakeMail, alice: FlaskClient) -> None:
    written(13)
    first, last = alice.get(MAIL).text, alice.get(MAIL + "?page=2").text
    assert first.index("Letter 12") < first.index("Letter 1<") and "Letter 0" not in first
    assert "1–12 of 13" in first and "Letter 0" in last
    assert alice.get(MAIL + "?page=3").status_code == 404


def test_search_kind_and_state_narrow_it(fake: FakeMail, alice: FlaskClient) -> None:
    written(subject="A 100% offer", recipient="Maya@acme.example")
    written(subject="Invitation to Acme", template="invitation", state=OutboxState.SENT, body=None)
    for query, found in (("q=100%25", 1), ("q=maya", 1), ("q=%25", 1), ("kind=invitation", 1), ("state=sent", 1)):
        text = alice.get(MAIL + "?" + query).text
        assert text.count('class="what"') == found, query
    assert "No mail matches" in alice.get(MAIL + "?state=failed").text
    assert alice.get(MAIL + "?state=nonsense").text.count('class="what"') == 2


def test_a_letter_says_what_became_of_it(fake: FakeMail, alice: FlaskClient) -> None:
    mail = written(state=OutboxState.FAILED, error="450 <greylisted>", attempts=2)[0]
    text = alice.get(MAIL + mail).text
    assert "450 &lt;greylisted&gt;" in text and "Failed, tried again" in text and "Hello" in text
    gone = written(state=OutboxState.SENT, body=None)[0]
    assert "not kept once it was sent" in alice.get(MAIL + gone).text


def test_a_live_link_is_shown_to_nobody(fake: FakeMail, alice: FlaskClient) -> None:
    fake.failure = NotSent("450 later")
    passwords.request_reset(factories.user().email, visit())
    mail = one(OutboxMessage)
    token = (mail.body or "").split("/password/reset/")[1].split()[0]
    for path in (MAIL, MAIL + mail.public_id):
        assert token not in alice.get(path).text
    assert "/password/reset/[hidden]" in alice.get(MAIL + mail.public_id).text
    with unit() as session:
        session.merge(mail).link_digest = "0" * 64
    shown = alice.get(MAIL + mail.public_id).text
    assert token not in shown and "Hello" not in shown, "a link that is not known is not shown either"


def test_sending_again_is_audited(fake: FakeMail, alice: FlaskClient) -> None:
    mail = written(state=OutboxState.BOUNCED, error="550 mailbox full", attempts=1)[0]
    assert "Send again" in alice.get(MAIL + mail).text
    answer = submit(alice, f"{MAIL}{mail}/resend")
    assert answer.status_code == 303 and "Sent again" in alice.get(answer.location).text
    assert actions()[-1] == "mail.resent" and [letter.id for letter in fake.letters] == [mail]
    assert "sent a mail to" in alice.get("/admin/audit/").text
    assert submit(alice, f"{MAIL}{mail}/resend").status_code == 409, "its text is gone"


def test_what_the_server_says_to_the_second_try_is_told(fake: FakeMail, alice: FlaskClient) -> None:
    fake.failure = Bounced("550 still full")
    mail = written(state=OutboxState.BOUNCED, attempts=1)[0]
    page = alice.get(submit(alice, f"{MAIL}{mail}/resend").location).text
    assert "refused it for good" in page and "550 still full" in page


def test_without_a_mail_server_the_page_says_so(app: Flask, alice: FlaskClient, mailbox: Mailbox) -> None:
    mail = written()[0]
    for path in (MAIL, MAIL + mail):
        text = alice.get(path).text
        assert "PORTAL_MAIL_SERVER" in text and "Send now" not in text
    assert submit(alice, f"{MAIL}{mail}/resend").status_code == 409


def test_only_owners_send_again(app: Flask, fake: FakeMail) -> None:
    mail = written(state=OutboxState.FAILED, next_attempt_at=NOW + timedelta(minutes=5))[0]
    for role in (StaffRole.SUPPORT, StaffRole.AUDITOR):
        browser = app.test_client()
        log_in(browser, factories.staff(role))
        assert "Send" not in browser.get(MAIL + mail).text.partition("<main")[2].replace("Sent", "")
        assert submit(browser, f"{MAIL}{mail}/resend").status_code == 403


def test_a_page_costs_the_same_whatever_its_rows(make_app: Any, mailbox: Mailbox, now: datetime) -> None:
    app = make_app(count_queries=True)
    client = app.test_client()
    with app.app_context():
        log_in(client, factories.staff(), at=datetime.now(tz=now.tzinfo))
        written()
        few = client.get(MAIL).headers["X-Bench-Queries"]
        written(30)
        assert client.get(MAIL).headers["X-Bench-Queries"] == few
    assert int(few) <= 5
