"""Log-ins."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base import hashing
from portal.base.db import db
from portal.models import AuditEvent, LoginSession, User
from portal.operations import sessions
from portal.operations.sessions import HEARTBEAT, WRONG
from portal.operations.unit import unit
from portal.queries import principals
from portal.queries.sessions import open_sessions
from portal.rules.errors import NotFound, Refused
from tests import factories
from tests.factories import PASSWORD, acting
from tests.support.people import session_of, visit


def events(action: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_a_log_in_opens_a_session_and_is_audited(app: Flask, now: datetime) -> None:
    alice = factories.staff()
    opened = sessions.log_in(" ALICE@example.test ", PASSWORD, visit(now))
    found = principals.current(opened.token, now)
    assert found and found[0].user_id == alice.id
    assert [event.actor_id for event in events("user.logged_in")] == [alice.id]


def test_the_database_holds_no_token_and_no_password(app: Flask, now: datetime) -> None:
    factories.staff()
    token = sessions.log_in("alice@example.test", PASSWORD, visit(now)).token
    assert len(token) >= 43  # 256 bits
    for table in (LoginSession, User, AuditEvent):
        for row in db.session.execute(select(table.__table__)):
            assert token not in str(row)
            assert PASSWORD not in str(row)


@pytest.mark.parametrize("email", ["alice@example.test", "nobody@example.test", "invited@example.test", ""])
def test_wrong_unknown_and_invited_are_refused_in_the_same_words(app: Flask, now: datetime, email: str) -> None:
    factories.staff()
    factories.user("invited@example.test", password=None)
    with pytest.raises(Refused) as refused:
        sessions.log_in(email, "not this password", visit(now))
    assert (refused.value.message, refused.value.field) == (WRONG, None)


def test_a_suspended_person_is_refused_in_the_same_words(app: Flask, now: datetime) -> None:
    factories.user("charlie@example.test", suspended_at=now)
    with pytest.raises(Refused, match=WRONG):
        sessions.log_in("charlie@example.test", PASSWORD, visit(now))


def test_an_unknown_person_costs_a_hash_too(app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    class Counting:
        def verify(self, kept: str, given: bytes) -> bool:
            compared.append(kept)
            return hasher.verify(kept, given)

    hasher = app.extensions[hashing.EXTENSION].hasher
    monkeypatch.setattr(app.extensions[hashing.EXTENSION], "hasher", Counting())
    for email in ("nobody@example.test", "nobody@example.test"):
        with pytest.raises(Refused):
            sessions.log_in(email, "not this password", visit(now))
    assert len(compared) == 2
    assert all(kept.startswith("$argon2id$") for kept in compared)


def test_logging_in_again_ends_the_session_the_browser_had(app: Flask, now: datetime) -> None:
    factories.staff()
    first = sessions.log_in("alice@example.test", PASSWORD, visit(now)).token
    second = sessions.log_in("alice@example.test", PASSWORD, visit(now, token=first)).token
    assert first != second
    assert principals.current(first, now) is None
    assert principals.current(second, now)


def test_a_session_ends_by_itself(app: Flask, now: datetime) -> None:
    token = session_of(factories.staff())
    assert principals.current(token, now + timedelta(days=14, seconds=-1))
    assert principals.current(token, now + timedelta(days=14)) is None


def test_nobody_ends_a_session_of_somebody_else(app: Flask, now: datetime) -> None:
    alice, charlie = factories.staff(), factories.user()
    token = session_of(alice)
    mine = open_sessions(alice.id, now)[0].public_id
    with pytest.raises(NotFound):
        sessions.end(charlie.public_id, mine, acting(charlie))
    assert principals.current(token, now)
    sessions.end(alice.public_id, mine, acting(alice))
    assert principals.current(token, now) is None
    with pytest.raises(NotFound):
        sessions.end(alice.public_id, mine, acting(alice))


def test_ending_all_others_keeps_this_one_and_other_people(app: Flask, now: datetime) -> None:
    alice, charlie = factories.staff(), factories.user()
    tokens = [session_of(alice) for _ in range(3)]
    stranger = session_of(charlie)
    keep = open_sessions(alice.id, now)[0].public_id
    assert sessions.end_others(alice.public_id, keep, acting(alice)) == 2
    assert [principals.current(token, now) is not None for token in (*tokens, stranger)] == [False, False, True, True]


def test_a_suspended_person_is_nobody_from_the_next_request_on(app: Flask, now: datetime) -> None:
    alice = factories.staff()
    token = session_of(alice)
    with unit():
        alice.suspended_at = now
    assert principals.current(token, now) is None


def test_being_seen_is_written_once_in_five_minutes(app: Flask, now: datetime) -> None:
    alice = factories.staff()
    session_of(alice)
    session = open_sessions(alice.id, now)[0].public_id
    for later, seen_at in ((HEARTBEAT / 2, now), (HEARTBEAT, now + HEARTBEAT), (HEARTBEAT * 1.5, now + HEARTBEAT)):
        sessions.seen(alice.public_id, session, now + later)
        assert open_sessions(alice.id, now)[0].seen_at == seen_at
        assert db.session.scalar(select(User.last_seen_at)) == seen_at


def test_a_hash_of_other_parameters_is_renewed(app: Flask, now: datetime) -> None:
    alice = factories.staff()
    with unit():
        alice.password_hash = hashing.Hashing(hashing.PasswordHasher(1, 16, 1)).hasher.hash(PASSWORD)
    before = alice.password_hash
    sessions.log_in("alice@example.test", PASSWORD, visit(now))
    assert alice.password_hash != before
    sessions.log_in("alice@example.test", PASSWORD, visit(now))
