"""Another e-mail address: asked for, confirmed by a link, told to the old one."""

import re
import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import AuditEvent, EmailChange, User, Workspace
from portal.operations import email_changes, passwords, sessions
from portal.operations.email_changes import LINK_LASTS
from portal.queries import principals
from portal.queries.accounts import email_wanted, reset_target
from portal.rules.errors import Conflict, NotFound, Refused, TooMany
from tests import factories
from tests.factories import PASSWORD, acting
from tests.support.mails import Mailbox
from tests.support.people import session_of, visit

NEW = "alice@new.example"


def ask(alice: User, email: str = NEW, password: str = PASSWORD, at: datetime = factories.NOW) -> str:
    return email_changes.request(alice.public_id, email, password, acting(alice, at), visit(at))


def link_for(alice: User, mailbox: Mailbox, email: str = NEW, at: datetime = factories.NOW) -> str:
    """Asks for a link and takes it out of the mail."""
    found = re.search(r"http://localhost/me/email/(\S+)", mailbox.to(ask(alice, email, at=at))[-1].body or "")
    assert found
    return found[1]


def keep_of(token: str, now: datetime) -> str:
    found = principals.current(token, now)
    assert found
    return found[0].session


def change(alice: User, token: str, at: datetime = factories.NOW, keep: str = "") -> str:
    return email_changes.change(alice.public_id, token, acting(alice, at), keep)


def test_the_link_changes_it_once(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    token = link_for(alice, mailbox)
    assert alice.email == "alice@example.test", "asking changes nothing"
    assert change(alice, token) == NEW
    assert sessions.log_in("Alice@New.Example", PASSWORD, visit(now)).token
    with pytest.raises(Refused):
        sessions.log_in("alice@example.test", PASSWORD, visit(now))
    with pytest.raises(NotFound):
        change(alice, token)
    assert alice.email_verified_at == now


def test_the_old_address_is_told_and_the_log_has_before_and_after(app: Flask, mailbox: Mailbox) -> None:
    alice = factories.staff()
    change(alice, link_for(alice, mailbox))
    assert [each.recipient for each in mailbox.messages] == [NEW, "alice@example.test"]
    assert NEW in (mailbox.messages[1].body or "")
    asked, changed = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action.startswith("user.email")).order_by(AuditEvent.sequence)
    )
    assert asked.payload["facts"] == {"user": alice.public_id, "email": NEW}
    assert changed.payload["changes"] == {"email": ["alice@example.test", NEW]}


def test_other_sessions_and_links_to_the_old_address_end(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    passwords.request_reset(alice.email, visit(now))
    reset = (mailbox.messages[0].body or "").split("/password/reset/")[1].split()[0]
    token, here, elsewhere = link_for(alice, mailbox), session_of(alice), session_of(alice)
    theirs = session_of(factories.user())
    assert reset_target(reset, now)
    change(alice, token, keep=keep_of(here, now))
    assert [principals.current(each, now) is not None for each in (here, elsewhere, theirs)] == [True, False, True]
    assert reset_target(reset, now) is None


def test_of_many_who_use_a_link_at_once_one_wins(app: Flask, mailbox: Mailbox) -> None:
    alice = factories.staff()
    token, person, by = link_for(alice, mailbox), alice.public_id, acting(alice)
    start, outcomes = threading.Barrier(4), []

    def run() -> None:
        with app.app_context():
            start.wait()
            try:
                email_changes.change(person, token, by, "")
                outcomes.append("won")
            except NotFound:
                outcomes.append("late")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["late"] * 3 + ["won"]


def test_a_link_lasts_an_hour_and_until_the_next(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    first, second = link_for(alice, mailbox), link_for(alice, mailbox, "alice@other.example")
    assert email_wanted(alice.id, first, now) is None
    assert email_wanted(alice.id, second, now + LINK_LASTS - timedelta(seconds=1)) == "alice@other.example"
    assert email_wanted(alice.id, second, now + LINK_LASTS) is None
    for token, at in ((first, now), (second, now + LINK_LASTS)):
        with pytest.raises(NotFound):
            change(alice, token, at)


def test_a_link_is_of_no_use_to_another(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    """Who mistypes the address does not hand the account over, nor is another's changed."""
    alice, charlie = factories.staff(), factories.user()
    token = link_for(alice, mailbox)
    assert email_wanted(charlie.id, token, now) is None
    with pytest.raises(NotFound):
        change(charlie, token)
    assert email_wanted(alice.id, token, now) == NEW


@pytest.mark.parametrize("email", ["charlie@example.test", "CHARLIE@Example.test"])
def test_whose_address_it_is_already_is_told_and_gets_no_link(app: Flask, mailbox: Mailbox, email: str) -> None:
    alice, _ = factories.staff(), factories.user()
    ask(alice, email)
    assert "belongs to an account already" in (mailbox.messages[0].body or "")
    assert "/me/email/" not in (mailbox.messages[0].body or "")
    assert db.session.scalar(select(EmailChange.id)) is None


def test_whose_address_it_became_meanwhile_keeps_it(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    token = link_for(alice, mailbox)
    factories.user("Alice@new.example")
    with pytest.raises(Conflict):
        change(alice, token)
    db.session.rollback()
    assert alice.email == "alice@example.test"
    assert email_wanted(alice.id, token, now), "nothing was used up"


def test_another_case_of_ones_own_is_another_address(app: Flask, mailbox: Mailbox) -> None:
    alice = factories.staff()
    assert change(alice, link_for(alice, mailbox, "Alice@example.test")) == "Alice@example.test"


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [(NEW, "wrong", "password"), ("alice", PASSWORD, "email"), ("alice@example.test", PASSWORD, "email")],
)
def test_what_is_refused_sends_nothing(app: Flask, mailbox: Mailbox, email: str, password: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(factories.staff(), email, password)
    assert refused.value.field == field
    assert mailbox.messages == []


def test_asking_is_throttled_alike_for_known_and_unknown(app: Flask, mailbox: Mailbox) -> None:
    factories.user()
    for name, email in (("alice", NEW), ("bob", "charlie@example.test")):
        person = factories.staff(email=f"{name}@example.test", name=name)
        for _ in range(3):
            ask(person, email)
        with pytest.raises(TooMany):
            ask(person, email)
    assert len(mailbox.messages) == 6


def test_the_list_finds_workspaces_by_the_new_address(app: Flask, mailbox: Mailbox) -> None:
    alice = factories.user("alice@example.test")
    factories.workspace(owner=alice)
    change(alice, link_for(alice, mailbox))
    found = db.session.scalars(select(Workspace.search_text)).one()
    assert "alice@new.example" in found
    assert "alice@example.test" not in found


def test_the_database_holds_no_link(app: Flask, mailbox: Mailbox) -> None:
    alice = factories.staff()
    token = link_for(alice, mailbox)
    rows = [*db.session.execute(select(EmailChange.__table__)), *db.session.execute(select(AuditEvent.__table__))]
    assert rows
    assert not [row for row in rows if token in str(row)]
