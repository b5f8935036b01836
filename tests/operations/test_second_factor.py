"""The second factor: every code once."""

from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import AuditEvent, RecoveryCode, User
from portal.operations import second_factor, sessions
from portal.operations.sessions import HALF_WAY
from portal.operations.unit import unit
from portal.queries import principals
from portal.rules.errors import Conflict, NotFound, Refused, TooMany
from tests import factories
from tests.factories import PASSWORD, acting
from tests.support.mails import Mailbox
from tests.support.people import visit


def code(alice: User, at: datetime) -> str:
    assert alice.totp_secret
    return pyotp.TOTP(alice.totp_secret).at(at)


def protected(now: datetime) -> tuple[User, list[str]]:
    """Alice with the second factor on since an hour, and her recovery codes."""
    alice = factories.staff()
    before = now - timedelta(hours=1)
    second_factor.set_up(alice.public_id)
    return alice, second_factor.enable(alice.public_id, code(alice, before), acting(alice, before))


def half_way(now: datetime) -> str:
    opened = sessions.log_in("alice@example.test", PASSWORD, visit(now))
    assert opened.awaits_second_factor
    return opened.token


def test_the_password_alone_opens_only_the_step(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    protected(now)
    found = principals.current(half_way(now), now)
    assert found and found[0].awaits_second_factor


def test_a_code_opens_a_new_session_in_place_of_the_step(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice, _ = protected(now)
    step = half_way(now)
    token = second_factor.pass_step(code(alice, now), visit(now, token=step))
    assert token != step
    assert principals.current(step, now) is None
    found = principals.current(token, now)
    assert found and not found[0].awaits_second_factor
    assert [event.payload["facts"]["second_factor"] for event in logged_in()] == ["authenticator"]


def logged_in() -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == "user.logged_in")))


def test_a_code_works_once_even_within_its_half_minute(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice, _ = protected(now)
    seen = code(alice, now)
    second_factor.pass_step(seen, visit(now, token=half_way(now)))
    for moment in (now, now + timedelta(seconds=20)):
        with pytest.raises(Refused):
            second_factor.pass_step(seen, visit(moment, token=half_way(moment)))


def test_an_older_code_than_the_last_is_refused(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice, _ = protected(now)
    second_factor.pass_step(code(alice, now), visit(now, token=half_way(now)))
    with pytest.raises(Refused):
        second_factor.pass_step(code(alice, now - timedelta(seconds=30)), visit(now, token=half_way(now)))


def test_the_code_that_switched_it_on_does_not_log_in(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice = factories.staff()
    second_factor.set_up(alice.public_id)
    seen = code(alice, now)
    second_factor.enable(alice.public_id, seen, acting(alice, now))
    with pytest.raises(Refused):
        second_factor.pass_step(seen, visit(now, token=half_way(now)))


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_telephones_clock_may_differ_by_half_a_minute(
    app: Flask, mailbox: Mailbox, now: datetime, seconds: int
) -> None:
    alice, _ = protected(now)
    shown = code(alice, now + timedelta(seconds=seconds))
    assert second_factor.pass_step(shown[:3] + " " + shown[3:], visit(now, token=half_way(now)))


@pytest.mark.parametrize("wrong", ["", "000000", "abcdef", "٠٠٠٠٠٠", "1" * 40, "\0", "zzzz-zzzz-zzzz-zzzz"])
def test_a_wrong_code_is_refused(app: Flask, mailbox: Mailbox, now: datetime, wrong: str) -> None:
    protected(now)
    with pytest.raises(Refused):
        second_factor.pass_step(wrong, visit(now, token=half_way(now)))


def test_guessing_codes_is_stopped(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice, _ = protected(now)
    for _ in range(5):
        with pytest.raises(Refused):
            second_factor.pass_step("000000", visit(now, token=half_way(now)))
    with pytest.raises(TooMany):
        second_factor.pass_step(code(alice, now), visit(now, token=half_way(now)))


def test_the_step_runs_out(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice, _ = protected(now)
    step, later = half_way(now), now + HALF_WAY
    with pytest.raises(NotFound):
        second_factor.pass_step(code(alice, later), visit(later, token=step))


def test_without_a_step_a_code_opens_nothing(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice, _ = protected(now)
    for token in (None, "made-up"):
        with pytest.raises(NotFound):
            second_factor.pass_step(code(alice, now), visit(now, token=token))


def test_a_recovery_code_works_once(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    _, codes = protected(now)
    assert second_factor.pass_step(codes[3].upper().replace("-", " "), visit(now, token=half_way(now)))
    with pytest.raises(Refused):
        second_factor.pass_step(codes[3], visit(now, token=half_way(now)))
    used = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "user.recovery_code_used")).one()
    assert used.payload["facts"]["left"] == 9


def test_recovery_codes_differ_and_are_kept_as_digests(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    _, codes = protected(now)
    assert len(set(codes)) == 10
    kept = list(db.session.scalars(select(RecoveryCode.digest)))
    assert not set(kept) & {each.replace("-", "") for each in codes}


def test_new_recovery_codes_replace_the_old(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice, codes = protected(now)
    renewed = second_factor.renew_codes(alice.public_id, acting(alice))
    with pytest.raises(Refused):
        second_factor.pass_step(codes[0], visit(now, token=half_way(now)))
    assert second_factor.pass_step(renewed[0], visit(now, token=half_way(now)))


def test_a_recovery_code_of_somebody_else_is_refused(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    protected(now)
    charlie = factories.user()
    with unit() as session:
        session.add(RecoveryCode(user_id=charlie.id, digest=principals.token_digest("abcdefghjkmnpqrs")))
    with pytest.raises(Refused):
        second_factor.pass_step("abcd-efgh-jkmn-pqrs", visit(now, token=half_way(now)))


def test_it_is_not_on_before_a_code_proved_it(app: Flask, now: datetime) -> None:
    alice = factories.staff()
    secret = second_factor.set_up(alice.public_id)
    assert second_factor.set_up(alice.public_id) == secret
    with pytest.raises(Refused):
        second_factor.enable(alice.public_id, "000000", acting(alice))
    assert not sessions.log_in("alice@example.test", PASSWORD, visit(now)).awaits_second_factor


def test_its_secret_cannot_be_read_or_changed_while_it_is_on(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice, _ = protected(now)
    with pytest.raises(Conflict):
        second_factor.set_up(alice.public_id)
    with pytest.raises(Conflict):
        second_factor.enable(alice.public_id, code(alice, now), acting(alice))


def test_on_and_off_are_told_by_mail(app: Flask, mailbox: Mailbox, now: datetime) -> None:
    alice, _ = protected(now)
    second_factor.disable(alice.public_id, acting(alice))
    second_factor.disable(alice.public_id, acting(alice))
    assert mailbox.subjects == ["Two-factor log-in is on", "Two-factor log-in is off"]
    assert not sessions.log_in("alice@example.test", PASSWORD, visit(now)).awaits_second_factor
    assert db.session.scalar(select(RecoveryCode.id)) is None
