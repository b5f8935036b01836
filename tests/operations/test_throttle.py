"""Guesses are slowed down; the true owner is not locked out."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import LoginThrottle, Organization, User
from portal.operations import account_users, invitations, sessions
from portal.operations.throttle import take
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole
from portal.rules.errors import Refused, TooMany
from portal.rules.throttling import RATES, Attempt, Purpose
from tests import factories
from tests.support.mails import Mailbox
from tests.support.people import visit

PAIR, ADDRESS, ACCOUNT, EVERYBODY = RATES[Purpose.LOG_IN]


def guess(address: str, now: datetime, email: str = "alice@example.test") -> None:
    with pytest.raises(Refused):
        sessions.log_in(email, "wrong", visit(now, address))


def use_up(address: str, now: datetime, email: str = "alice@example.test") -> None:
    for _ in range(PAIR.tries):
        guess(address, now, email)


def test_one_guess_too_many_is_refused_until_the_window_ends(app: Flask, now: datetime) -> None:
    factories.staff()
    use_up("192.0.2.1", now)
    with pytest.raises(TooMany) as refused:
        sessions.log_in("alice@example.test", factories.PASSWORD, visit(now + timedelta(minutes=1), "192.0.2.1"))
    assert refused.value.wait == 4 * 60
    later = now + PAIR.window
    assert sessions.log_in("alice@example.test", factories.PASSWORD, visit(later, "192.0.2.1")).token


def test_refused_tries_do_not_prolong_the_wait(app: Flask, now: datetime) -> None:
    factories.staff()
    use_up("192.0.2.1", now)
    for seconds in range(0, 290, 10):
        with pytest.raises(TooMany):
            take(Attempt(Purpose.LOG_IN, "alice@example.test", "192.0.2.1"), now + timedelta(seconds=seconds))
    assert sessions.log_in("alice@example.test", factories.PASSWORD, visit(now + PAIR.window, "192.0.2.1")).token


def test_the_owner_comes_in_from_elsewhere_while_a_stranger_guesses(app: Flask, now: datetime) -> None:
    factories.staff()
    use_up("203.0.113.9", now)
    with pytest.raises(TooMany):
        sessions.log_in("alice@example.test", "wrong", visit(now, "203.0.113.9"))
    assert sessions.log_in("alice@example.test", factories.PASSWORD, visit(now, "198.51.100.7")).token


def test_many_addresses_do_not_lock_the_owner_out_of_a_known_one(app: Flask, now: datetime) -> None:
    factories.staff()
    sessions.log_in("alice@example.test", factories.PASSWORD, visit(now, "198.51.100.7"))
    for host in range(ACCOUNT.tries // PAIR.tries):
        use_up(f"203.0.113.{host}", now)
    with pytest.raises(TooMany):
        sessions.log_in("alice@example.test", "wrong", visit(now, "203.0.113.200"))
    assert sessions.log_in("alice@example.test", factories.PASSWORD, visit(now, "198.51.100.7")).token


def test_one_address_cannot_try_many_accounts(app: Flask, now: datetime) -> None:
    for number in range(ADDRESS.tries):
        guess("203.0.113.9", now, f"person{number}@example.test")
    with pytest.raises(TooMany):
        sessions.log_in("another@example.test", "wrong", visit(now, "203.0.113.9"))


def test_everybody_together_is_limited(app: Flask, now: datetime) -> None:
    with unit() as session:
        session.add(LoginThrottle(key="login:everybody", since=now, failures=EVERYBODY.tries))
    with pytest.raises(TooMany):
        sessions.log_in("alice@example.test", "wrong", visit(now))


def test_known_and_unknown_accounts_are_throttled_alike(app: Flask, now: datetime) -> None:
    factories.staff()
    for email in ("alice@example.test", "nobody@example.test"):
        use_up("192.0.2.1", now, email)
        with pytest.raises(TooMany) as refused:
            sessions.log_in(email, "wrong", visit(now, "192.0.2.1"))
        assert refused.value.wait == 5 * 60


def test_a_good_log_in_is_not_counted(app: Flask, now: datetime) -> None:
    factories.staff()
    for _ in range(PAIR.tries * 3):
        sessions.log_in("alice@example.test", factories.PASSWORD, visit(now))
    assert db.session.scalar(select(func.max(LoginThrottle.failures))) == 0


def test_counters_of_long_ago_are_thrown_away(app: Flask, now: datetime) -> None:
    guess("192.0.2.1", now, "nobody@example.test")
    guess("192.0.2.1", now + timedelta(days=1), "somebody@example.test")
    assert db.session.scalar(select(func.min(LoginThrottle.since))) == now + timedelta(days=1)


# ---------------------------------------------------------------- invitations


def pace(organization: Organization, email: str, at: datetime, person: User) -> None:
    invitations.pace(Organization.id == organization.id, email, factories.acting(person, at))


def test_nobody_is_flooded_with_invitations(app: Flask, now: datetime, mailbox: Mailbox) -> None:
    acme, beta, person = factories.organization(), factories.organization("Beta"), factories.user("ada@acme.example")
    factories.member(acme, person, OrganizationRole.ADMIN)
    by = factories.acting(person, now)
    sent = account_users.invite(acme.public_id, "Dana@x.example", "", OrganizationRole.MEMBER, [], by)[0]
    for _ in range(4):
        account_users.resend(acme.public_id, sent.invitation, by)
    with pytest.raises(TooMany, match="So many invitations were sent in the last hour"):
        account_users.resend(acme.public_id, sent.invitation, by)
    pace(acme, "eve@x.example", now, person)
    for _ in range(5):
        pace(beta, "dana@x.example", now, person)
    with pytest.raises(TooMany):
        pace(factories.organization("Gamma"), " DANA@x.example", now, person)
    account_users.resend(acme.public_id, sent.invitation, factories.acting(person, now + timedelta(hours=1)))


def test_an_organization_invites_so_many_an_hour(app: Flask, now: datetime) -> None:
    acme, beta, person = factories.organization(), factories.organization("Beta"), factories.user("ada@acme.example")
    for number in range(100):
        pace(acme, f"p{number}@x.example", now, person)
    with pytest.raises(TooMany):
        pace(acme, "one-more@x.example", now, person)
    pace(beta, "one-more@x.example", now, person)
    invitations.pace(Organization.id == acme.id, "one-more@x.example", factories.command(now))
