"""Mail: written with what causes it, delivered after, at least once, and never in the way."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from jinja2 import UndefinedError
from sqlalchemy import func, select

from portal.base import mail as base_mail
from portal.base.db import db
from portal.gateways.mail import Bounced, FakeMail, Letter, NotSent
from portal.jobs.outbox import outbox as outbox_job
from portal.models import OutboxMessage, OutboxState
from portal.operations import email_changes, outbox, passwords
from portal.operations.invitations import Into, accept, invite, resend, revoke
from portal.operations.outbox import CLAIM, GIVE_UP, KEPT, deliver, post
from portal.operations.outbox import resend as resend_mail
from portal.operations.passwords import LINK_LASTS
from portal.operations.unit import unit
from portal.queries import letters
from portal.rules.errors import Conflict, NotFound
from tests import factories
from tests.conftest import MakeApp
from tests.factories import PASSWORD, acting
from tests.support import parts, processes
from tests.support.clocks import Clock
from tests.support.creation import actions
from tests.support.mails import Mailbox, MailServer
from tests.support.people import visit

TO = "dana@example.test"


@pytest.fixture
def fake(app: Flask, mailbox: Mailbox) -> FakeMail:
    """The gateway of the app, set up and keeping letters."""
    app.extensions[base_mail.EXTENSION] = FakeMail()
    found: FakeMail = app.extensions[base_mail.EXTENSION]
    return found


def write(now: datetime, wait: bool = True, to: str = TO) -> str:
    with unit() as session:
        return post(
            session, "second_factor", to, "Two-factor\r\nlog-in is on", now=now, wait=wait, name="Dana", on=True
        )


def deliver_due(now: datetime) -> dict[OutboxState, int]:
    """All of it within this instant."""
    return outbox.deliver_due(lambda: now)


def row(public_id: str) -> OutboxMessage:
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.public_id == public_id)).one()


def test_it_is_sent_right_after_the_commit_and_its_body_erased(fake: FakeMail, now: datetime) -> None:
    sent = row(write(now))
    assert (sent.state, sent.sent_at, sent.body, sent.attempts) == (OutboxState.SENT, now, None, 1)
    assert [(letter.id, letter.recipient, letter.subject) for letter in fake.letters] == [
        (sent.public_id, TO, "Two-factor log-in is on")
    ]
    assert "Hello Dana" in fake.letters[0].body


def test_what_is_undone_sends_nothing(fake: FakeMail, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError), unit() as session:
        post(session, "second_factor", TO, "On", now=now, wait=True, name="Dana", on=True)
        raise ZeroDivisionError
    assert fake.letters == []
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_a_text_that_lacks_something_is_a_fault_not_a_mail(fake: FakeMail, now: datetime) -> None:
    with pytest.raises(UndefinedError), unit() as session:
        post(session, "second_factor", TO, "On", now=now)
    assert fake.letters == []


def test_without_a_mail_server_it_waits_and_is_not_tried(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    waiting = row(write(now))
    assert (waiting.state, waiting.attempts) == (OutboxState.WAITING, 0)
    assert deliver_due(now) == {}
    app.extensions[base_mail.EXTENSION] = FakeMail()
    assert deliver_due(now) == {OutboxState.SENT: 1}


def test_a_failure_is_kept_and_tried_again_later(fake: FakeMail, now: datetime) -> None:
    fake.failure = NotSent("450 greylisted")
    failed = row(write(now))
    assert (failed.state, failed.error) == (OutboxState.FAILED, "450 greylisted")
    assert failed.body
    assert failed.next_attempt_at == now + timedelta(minutes=1)
    assert deliver_due(now + timedelta(seconds=59)) == {}
    assert deliver_due(now + timedelta(minutes=1)) == {OutboxState.FAILED: 1}
    assert row(failed.public_id).next_attempt_at == now + timedelta(minutes=6)
    fake.failure = None
    assert deliver_due(now + timedelta(minutes=6)) == {OutboxState.SENT: 1}
    assert deliver_due(now + timedelta(days=1)) == {}


def test_a_refused_letter_is_not_tried_again(fake: FakeMail, now: datetime) -> None:
    fake.failure = Bounced("550 no such mailbox")
    bounced = row(write(now))
    assert (bounced.state, bounced.error) == (OutboxState.BOUNCED, "550 no such mailbox")
    fake.failure = None
    assert deliver_due(now + timedelta(days=1)) == {}


def test_after_three_days_it_is_given_up(fake: FakeMail, now: datetime) -> None:
    fake.failure = NotSent("refused")
    public_id = write(now)
    moment = now
    while moment < now + GIVE_UP + timedelta(days=1):
        moment += timedelta(hours=1)
        deliver_due(moment)
    assert row(public_id).state is OutboxState.BOUNCED


def test_a_letter_being_sent_is_not_sent_by_another(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    others: list[object] = []

    class Slow(FakeMail):
        def send(self, letter: Letter, timeout: float) -> None:
            """While this one is sent, another process tries, and again when the claim may have run out."""
            others.append(deliver(letter.id, now, timeout))
            if len(others) == 1:
                others.append(deliver(letter.id, now + CLAIM, timeout))

    app.extensions[base_mail.EXTENSION] = Slow()
    sent = row(write(now))
    assert others == [None, None, OutboxState.SENT]
    assert (sent.state, sent.attempts, sent.sent_at) == (OutboxState.SENT, 2, now + CLAIM)


def test_the_last_of_many_letters_is_claimed_as_late_as_it_is_sent(
    app: Flask, mailbox: Mailbox, now: datetime, clock: Clock
) -> None:
    others: list[object] = []

    class Slow(FakeMail):
        def send(self, letter: Letter, timeout: float) -> None:
            """Takes a claim's time; meanwhile another process tries."""
            others.append(deliver(letter.id, clock(), timeout))
            clock.advance(seconds=CLAIM.total_seconds() - 1)

    ids = [write(now) for _ in range(3)]
    app.extensions[base_mail.EXTENSION] = Slow()
    began = clock()
    assert outbox.deliver_due(clock) == {OutboxState.SENT: 3}
    assert others == [None, None, None]
    assert row(ids[2]).sent_at == began + 2 * (CLAIM - timedelta(seconds=1))


def test_one_bad_letter_stops_no_other(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    class Picky(FakeMail):
        def send(self, letter: object, timeout: float) -> None:
            if getattr(letter, "recipient", "").startswith("bad"):
                raise Bounced("550")

    ids = [write(now, to=address) for address in ("bad@example.test", "good@example.test")]
    app.extensions[base_mail.EXTENSION] = Picky()
    assert deliver_due(now) == {OutboxState.BOUNCED: 1, OutboxState.SENT: 1}
    assert row(ids[1]).state is OutboxState.SENT


# ---------------------------------------------------------------- links are secrets


def kept(mailbox: Mailbox) -> list[bool]:
    """Of each letter, whether its text is still there."""
    return [each.body is not None for each in mailbox.messages]


def test_a_letter_whose_link_ran_out_keeps_its_envelope_alone(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    factories.staff()
    passwords.request_reset("alice@example.test", visit(now))
    other = write(now)
    assert outbox.withdraw_expired(now + LINK_LASTS - timedelta(seconds=1)) == 0
    assert kept(mailbox) == [True, True]
    assert outbox.withdraw_expired(now + LINK_LASTS) == 1
    letter = mailbox.messages[0]
    assert (letter.recipient, letter.body, letter.state) == ("alice@example.test", None, OutboxState.BOUNCED)
    assert letter.error == "Not sent: the link in it works no more."
    assert outbox.withdraw_expired(now + LINK_LASTS) == 0
    assert row(other).body


def test_a_link_that_ran_out_is_not_sent(fake: FakeMail, mailbox: Mailbox, now: datetime) -> None:
    factories.staff()
    fake.failure = NotSent("refused")
    passwords.request_reset("alice@example.test", visit(now))
    fake.failure = None
    assert deliver_due(now + LINK_LASTS) == {}
    assert fake.letters == []


def test_a_link_that_was_used_or_replaced_is_kept_no_longer(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice, charlie = factories.staff(), factories.user()
    for _ in range(2):
        passwords.request_reset(alice.email, visit(now))
    passwords.request_reset(charlie.email, visit(now))
    token = (mailbox.messages[1].body or "").split("/password/reset/")[1].split()[0]
    passwords.reset(token, "seven quiet lighthouses", visit(now))
    assert kept(mailbox) == [False, False, True, True], "the last one says that the password was changed"
    for email in ("a@new.example", "b@new.example"):
        email_changes.request(charlie.public_id, email, PASSWORD, acting(charlie), visit(now))
    assert kept(mailbox)[4:] == [False, True]
    token = (mailbox.messages[5].body or "").split("/me/email/")[1].split()[0]
    email_changes.change(charlie.public_id, token, acting(charlie), "")
    assert kept(mailbox)[2:6] == [False, True, False, False]


def test_an_invitation_that_was_renewed_revoked_or_accepted_is_kept_no_longer(
    app: Flask, mailbox: Mailbox, now: datetime
) -> None:
    acme, other = factories.organization(), factories.organization("Other")
    dana = factories.user("dana@example.test")
    with unit() as session:
        first = invite(session, dana.email, "Dana", Into(acme), factories.command())
        invite(session, dana.email, "Dana", Into(other), factories.command())
    second = resend(first.invitation, factories.command())
    assert kept(mailbox) == [False, True, True]
    accept(second.link.rpartition("/")[2], acting(dana))
    assert kept(mailbox) == [False, True, False]
    with unit() as session:
        third = invite(session, dana.email, "Dana", Into(acme), factories.command())
    revoke(third.invitation, factories.command())
    assert kept(mailbox) == [False, True, False, False]


def test_a_refused_letter_is_kept_for_a_while_unless_there_is_a_link_in_it(fake: FakeMail, now: datetime) -> None:
    fake.failure = Bounced("550 mailbox full")
    plain = write(now)
    with unit() as session:
        dana = factories.user("dana@example.test")
        linked = invite(session, dana.email, "Dana", Into(factories.organization()), factories.command(), wait=True)
    assert linked.mail
    assert (row(linked.mail).state, row(linked.mail).body) == (OutboxState.BOUNCED, None)
    assert "Hello Dana" in (row(plain).body or "")
    assert outbox.forget_refused(now + KEPT) == 0
    assert outbox.forget_refused(now + KEPT + timedelta(seconds=1)) == 1
    assert row(plain).body is None and row(plain).state is OutboxState.BOUNCED


def test_a_letter_is_sent_again_and_the_log_says_so(fake: FakeMail, now: datetime) -> None:
    alice = factories.staff()
    fake.failure = Bounced("550 mailbox full")
    plain = write(now)
    assert resend_mail(plain, acting(alice)) is OutboxState.BOUNCED
    fake.failure = None
    assert resend_mail(plain, acting(alice)) is OutboxState.SENT
    assert [letter.id for letter in fake.letters] == [plain]
    assert actions()[-2:] == ["mail.resent", "mail.resent"]
    with pytest.raises(Conflict, match="kept no longer"):
        resend_mail(plain, acting(alice))
    with pytest.raises(NotFound):
        resend_mail("out_nothing", acting(alice))


def test_nothing_is_sent_again_without_a_mail_server_or_with_a_dead_link(fake: FakeMail, now: datetime) -> None:
    charlie = factories.user()
    fake.failure = NotSent("450 later")
    passwords.request_reset(charlie.email, visit(now))
    mail = db.session.scalars(select(OutboxMessage.public_id)).one()
    with pytest.raises(Conflict, match="link in it works no more"):
        resend_mail(mail, acting(charlie, now + LINK_LASTS))
    fake.ready = False
    with pytest.raises(Conflict, match="not set up"):
        resend_mail(mail, acting(charlie))
    assert fake.letters == []


def test_what_need_not_hasten_waits_for_the_job(fake: FakeMail, now: datetime) -> None:
    with unit() as session:
        values = {"name": "Dana", "text": "We move.", "where": "Acme"}
        mail = post(session, "notice", TO, "Sunday", now=now, hasten=False, **values)
    assert fake.letters == [] and row(mail).state is OutboxState.WAITING
    assert outbox_job(lambda: now) == {"withdrawn": 0, "forgotten": 0, "sent": 1}
    assert outbox_job(lambda: now) == {"withdrawn": 0, "forgotten": 0}
    assert "We move." in fake.letters[0].body


def test_the_text_shown_to_staff_opens_nothing(fake: FakeMail, now: datetime) -> None:
    fake.failure = NotSent("450 later")
    charlie = factories.user()
    passwords.request_reset(charlie.email, visit(now))
    mail = db.session.scalars(select(OutboxMessage)).one()
    token = (mail.body or "").split("/password/reset/")[1].split()[0]
    shown = letters.text_of(mail.public_id) or ""
    assert "/password/reset/[hidden]" in shown and token not in shown and "Hello" in shown
    assert letters.readable("nothing of it here", "0" * 64) is None
    assert letters.readable("Hello", None) == "Hello"


# ---------------------------------------------------------------- a real mail server


@contextmanager
def with_server(make_app: MakeApp, port: int, **settings: object) -> Iterator[None]:
    """Inside, an app that sends by SMTP to this port."""
    values: dict[str, object] = {"mail_server": "127.0.0.1", "mail_port": port, "mail_security": "none"}
    app = make_app(**(values | settings))
    with app.app_context():
        yield
        db.session.rollback()


def test_a_real_server_takes_it(
    make_app: MakeApp, smtp: MailServer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with with_server(make_app, smtp.port, mail_sender="Acme Portal <portal@acme.example>"):
        public_id = write(now)
        assert row(public_id).state is OutboxState.SENT
        monkeypatch.delattr(ssl, "create_default_context")
        assert row(write(now)).state is OutboxState.SENT, "the system's certificates are read once for all letters"
    mail = smtp.to(TO)[0]
    assert mail["Message-ID"] == f"<{public_id}@localhost>"
    assert mail["From"] == "Acme Portal <portal@acme.example>"
    assert mail["Subject"] == "Two-factor log-in is on"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Hello Dana" in mail.get_content()


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("550 5.1.1 no such mailbox", OutboxState.BOUNCED),
        ("451 4.3.0 try later", OutboxState.FAILED),
    ],
)
def test_a_real_server_refuses(
    make_app: MakeApp, smtp: MailServer, now: datetime, answer: str, state: OutboxState
) -> None:
    smtp.answer = answer
    with with_server(make_app, smtp.port):
        refused = row(write(now))
        assert (refused.state, refused.error) == (state, answer)


def test_nobody_listens(make_app: MakeApp, smtp: MailServer, now: datetime) -> None:
    port = smtp.port
    smtp.stop()
    with with_server(make_app, port):
        assert row(write(now)).state is OutboxState.FAILED
    smtp.__init__()  # type: ignore[misc]  # the fixture stops it once more


def test_a_silent_server_holds_nobody_up(make_app: MakeApp, now: datetime) -> None:
    silent = socket.create_server(("127.0.0.1", 0))  # the kernel takes the connection, and nobody speaks
    with silent, with_server(make_app, silent.getsockname()[1], mail_timeout=30.0):
        began = time.monotonic()
        public_id = write(now, wait=True)
        took = time.monotonic() - began
        assert row(public_id).state is OutboxState.FAILED
    assert outbox.IMPATIENT <= took < 10, "nobody waits for the 30 seconds of the setting"


def test_a_server_that_does_not_encrypt_gets_nothing(make_app: MakeApp, smtp: MailServer, now: datetime) -> None:
    with with_server(make_app, smtp.port, mail_security="starttls"):
        assert row(write(now)).state is OutboxState.FAILED
    assert smtp.messages == []


def test_a_certificate_that_nobody_vouches_for_is_refused(
    make_app: MakeApp, smtp: MailServer, now: datetime, tmp_path: Path
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*self_signed(tmp_path))
    encrypting = Controller(smtp, hostname="127.0.0.1", port=processes.free_port(), tls_context=context)
    encrypting.start()
    try:
        with with_server(make_app, encrypting.port, mail_security="starttls"):
            refused = row(write(now))
            assert (refused.state, smtp.messages) == (OutboxState.FAILED, [])
            assert "CERTIFICATE_VERIFY_FAILED" in refused.error
    finally:
        encrypting.stop()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, and its key."""
    openssl = shutil.which("openssl") or parts.missing("openssl", "openssl")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
