"""Passwords: reset by a link, changed, due."""

import re
import threading
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import AuditEvent, PasswordReset, User
from portal.operations import passwords, sessions
from portal.operations.passwords import LINK_LASTS
from portal.operations.unit import unit
from portal.queries import principals
from portal.queries.accounts import reset_target
from portal.rules.errors import NotFound, Refused, TooMany
from tests import factories
from tests.factories import PASSWORD, acting
from tests.support.mails import Mailbox
from tests.support.people import session_of, visit

NEW = "seven quiet lighthouses"


def link_for(mailbox: Mailbox, email: str = "alice@example.test", at: datetime = factories.NOW) -> str:
    """Asks for a link and takes it out of the mail."""
    passwords.request_reset(email, visit(at))
    found = re.search(r"http://localhost/password/reset/(\S+)", mailbox.to(email)[-1].body or "")
    assert found
    return found[1]


def test_a_link_sets_the_password_once(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    token = link_for(mailbox)
    assert passwords.reset(token, NEW, visit(now)).token
    assert sessions.log_in("alice@example.test", NEW, visit(now)).token
    with pytest.raises(NotFound):
        passwords.reset(token, "another quiet lighthouse", visit(now))
    with pytest.raises(Refused):
        sessions.log_in("alice@example.test", PASSWORD, visit(now))
    assert alice.email_verified_at


def test_of_many_who_use_a_link_at_once_one_wins(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    factories.staff()
    token = link_for(mailbox)
    start, outcomes = threading.Barrier(6), []

    def run(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                passwords.reset(token, f"{NEW} {number}", visit(now))
                outcomes.append("won")
            except NotFound:
                outcomes.append("late")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["late"] * 5 + ["won"]


def test_reading_a_link_uses_nothing_up(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    factories.staff()
    token = link_for(mailbox)
    for _ in range(3):
        assert reset_target(token, now)
    assert passwords.reset(token, NEW, visit(now))


def test_a_weak_password_does_not_use_the_link_up(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    factories.staff()
    token = link_for(mailbox)
    with pytest.raises(Refused):
        passwords.reset(token, "password1234", visit(now))
    assert passwords.reset(token, NEW, visit(now))


def test_a_link_is_of_no_use_after_an_hour(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    factories.staff()
    token = link_for(mailbox)
    assert reset_target(token, now + LINK_LASTS - timedelta(seconds=1))
    assert reset_target(token, now + LINK_LASTS) is None
    with pytest.raises(NotFound):
        passwords.reset(token, NEW, visit(now + LINK_LASTS))


def test_using_one_link_kills_the_others_and_only_of_that_person(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    factories.staff()
    factories.user()
    first, second, other = link_for(mailbox), link_for(mailbox), link_for(mailbox, "charlie@example.test")
    passwords.reset(second, NEW, visit(now))
    assert reset_target(first, now) is None
    assert reset_target(other, now)


def test_a_changed_password_kills_links(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    token = link_for(mailbox)
    passwords.change(alice.public_id, PASSWORD, NEW, acting(alice), visit(now))
    assert reset_target(token, now) is None


def test_a_link_opens_nobody_elses_account_and_no_invitation(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    factories.staff()
    charlie = factories.user()
    passwords.reset(link_for(mailbox), NEW, visit(now))
    with pytest.raises(Refused):
        sessions.log_in(charlie.email, NEW, visit(now))


def test_a_reset_ends_every_session(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    old = [session_of(alice), session_of(alice)]
    opened = passwords.reset(link_for(mailbox), NEW, visit(now))
    assert [principals.current(token, now) for token in old] == [None, None]
    assert principals.current(opened.token, now)


def test_a_reset_does_not_go_round_the_second_factor(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    with unit():
        alice.totp_secret, alice.totp_enabled_at = "JBSWY3DPEHPK3PXP", now
    opened = passwords.reset(link_for(mailbox), NEW, visit(now))
    found = principals.current(opened.token, now)
    assert opened.awaits_second_factor
    assert found and found[0].awaits_second_factor


@pytest.mark.parametrize("email", ["nobody@example.test", "charlie@example.test"])
def test_the_unknown_and_the_suspended_get_no_mail(app: Flask, mailbox: Mailbox, now: datetime, email: str) -> None:
    factories.user("charlie@example.test", suspended_at=now)
    passwords.request_reset(email, visit(now))
    assert mailbox.messages == []


def test_asking_for_links_is_throttled_alike(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    factories.staff()
    for email in ("alice@example.test", "nobody@example.test"):
        for _ in range(3):
            passwords.request_reset(email, visit(now))
        with pytest.raises(TooMany):
            passwords.request_reset(email, visit(now))
    assert len(mailbox.messages) == 3


def test_strangers_do_not_keep_the_owner_from_a_link(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    with unit() as session:
        sessions.open_session(session, alice, visit(now, "198.51.100.7"))
    for host in range(10):
        passwords.request_reset(alice.email, visit(now, f"203.0.113.{host}"))
    with pytest.raises(TooMany):
        passwords.request_reset(alice.email, visit(now, "203.0.113.200"))
    passwords.request_reset(alice.email, visit(now, "198.51.100.7"))
    assert len(mailbox.messages) == 11


def test_the_database_and_the_log_hold_no_link(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    factories.staff()
    token = link_for(mailbox)
    rows = [*db.session.execute(select(PasswordReset.__table__)), *db.session.execute(select(AuditEvent.__table__))]
    assert rows
    assert not [row for row in rows if token in str(row)]


def test_a_mail_leads_to_the_public_address(app: Flask, mailbox: Mailbox) -> None:
    factories.staff()
    passwords.request_reset("alice@example.test", visit())
    links = re.findall(r"https?://\S+", mailbox.only("alice@example.test").body or "")
    assert {urlsplit(link).netloc for link in links} == {"localhost"}


def test_changing_ends_the_other_sessions_renews_this_one_and_says_so(
    app: Flask, mailbox: Mailbox, now: datetime
) -> None:
    alice = factories.staff()
    here, elsewhere = session_of(alice), session_of(alice)
    token = passwords.change(alice.public_id, PASSWORD, NEW, acting(alice), visit(now, token=here))
    assert [principals.current(each, now) is not None for each in (here, elsewhere, token)] == [False, False, True]
    assert mailbox.subjects == ["Your password was changed"]


@pytest.mark.parametrize(
    ("present", "new", "field"),
    [
        ("wrong", NEW, "current_password"),
        (None, NEW, "current_password"),
        (PASSWORD, PASSWORD, "password"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "alice@example.test", "password"),
    ],
)
def test_a_change_that_is_refused(app: Flask, now: datetime, present: str | None, new: str, field: str) -> None:
    alice = factories.staff()
    token = session_of(alice)
    with pytest.raises(Refused) as refused:
        passwords.change(alice.public_id, present, new, acting(alice), visit(now, token=token))
    assert refused.value.field == field
    assert principals.current(token, now)


def test_the_right_present_password_is_no_guess(app: Flask, now: datetime) -> None:
    """However often the new one is refused; wrong ones are still counted."""
    alice = factories.staff()
    for _ in range(8):
        with pytest.raises(Refused, match="at least 12 characters"):
            passwords.change(alice.public_id, PASSWORD, "short", acting(alice), visit(now))
    for _ in range(5):
        with pytest.raises(Refused, match="not your password"):
            passwords.change(alice.public_id, "wrong", NEW, acting(alice), visit(now))
    with pytest.raises(TooMany):
        passwords.change(alice.public_id, PASSWORD, NEW, acting(alice), visit(now))


def test_a_password_that_is_due_is_set_without_the_old_one(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    with unit():
        alice.must_set_password = True
    passwords.change(alice.public_id, None, NEW, acting(alice), visit(now))
    assert db.session.scalar(select(User.must_set_password)) is False
    with pytest.raises(Refused):
        passwords.change(alice.public_id, None, "another quiet lighthouse", acting(alice), visit(now))
