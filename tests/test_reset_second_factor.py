"""`portal reset-second-factor` as it is typed: for somebody who lost telephone and recovery codes."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import AuditEvent, RecoveryCode, User
from portal.operations.unit import unit
from portal.queries import principals
from portal.rules.actors import ActorKind
from tests import factories
from tests.conftest import NOW
from tests.support.commands import Portal
from tests.support.mails import Mailbox
from tests.support.people import session_of


@pytest.fixture
def alice(app: Flask, mailbox: Mailbox) -> User:
    """The platform's owner, with the second factor on."""
    alice = factories.staff()
    with unit() as session:
        alice.totp_secret, alice.totp_enabled_at = "JBSWY3DPEHPK3PXP", NOW
        session.add(RecoveryCode(user_id=alice.id, digest="0" * 64))
    return alice


def test_afterwards_the_password_alone_opens_the_account(alice: User, portal: Portal, mailbox: Mailbox) -> None:
    token, other = session_of(alice), session_of(factories.user())
    done = portal("reset-second-factor", "ALICE@example.test", "--yes")
    assert done.returncode == 0, done.stderr
    assert (alice.totp_secret, alice.totp_enabled_at, db.session.scalar(select(RecoveryCode.id))) == (None, None, None)
    assert principals.current(token, NOW) is None
    assert principals.current(other, NOW)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "user.second_factor_reset")).one()
    assert event.actor_kind == ActorKind.CLI
    assert event.payload["facts"] == {"user": alice.public_id, "email": alice.email, "sessions": 1}
    assert mailbox.only(alice.email).subject == "Two-factor log-in is off"


def test_it_asks_first(alice: User, portal: Portal) -> None:
    assert portal("reset-second-factor", alice.email, answer="n\n").returncode == 1
    assert alice.totp_enabled_at
    assert portal("reset-second-factor", alice.email, answer="y\n").returncode == 0
    assert alice.totp_enabled_at is None


def test_what_cannot_be_done_is_said(alice: User, portal: Portal) -> None:
    charlie = factories.user()
    for email, said in (("nobody@example.test", "no account"), (charlie.email, "Two-factor log-in is off for")):
        done = portal("reset-second-factor", email, "--yes")
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert alice.totp_enabled_at
