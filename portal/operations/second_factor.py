"""The second factor: codes of an authenticator (TOTP, RFC 6238), each good once, and recovery codes in their stead."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.base.emails import email_key
from portal.models import LoginSession, RecoveryCode, User
from portal.operations import outbox, throttle
from portal.operations.audit import record
from portal.operations.sessions import Visit, end_all, open_session
from portal.operations.unit import locked, unit
from portal.queries.principals import token_digest
from portal.queries.sessions import half_way, knows
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound, Refused
from portal.rules.throttling import Attempt, Purpose

WRONG = "That code is not right, or was used before. Wait for the next one."
CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing to misread: no i, l, o, 0, 1
GROUPS, LETTERS = 4, 4  # 79 bits: nothing to guess, also from the digests
DRIFT = (0, -1, 1)  # steps of 30 seconds by which a telephone's clock may differ


def pass_step(code: str, visit: Visit) -> str:
    """The session that awaits the second factor has it: a new session takes its place, whose token is answered.

    Raises NotFound if no session awaits it, Refused for a wrong or used code, TooMany for one try too many."""
    found = half_way(visit.token or "", visit.at, visit.host)
    if found is None:
        raise NotFound()
    attempt = Attempt(Purpose.SECOND_FACTOR, found.email_key, visit.address, knows(found.email_key, visit.address))
    throttle.take(attempt, visit.at)
    with unit() as session:
        user = locked(session, User, found.user)
        how = _use(session, user, code, visit.at)
        if how is None or user.barred_at:
            raise Refused(WRONG, "code")
        if locked(session, LoginSession, found.session).revoked_at:
            raise NotFound()
        throttle.release(session, attempt)
        by = visit.actor(user)
        if how == "recovery code":
            record("user.recovery_code_used", by, user=user.public_id, left=codes_left(session, user.id))
        record(
            "user.logged_in",
            by,
            user=user.public_id,
            address=visit.address,
            agent=visit.agent,
            second_factor=how,
        )
        return open_session(session, user, visit)


def set_up(user: str) -> str:
    """A secret for this person's authenticator, to be confirmed by `enable`; the one begun before, if there is one.

    Raises Conflict if the second factor is on."""
    with unit() as session:
        row = locked(session, User, user)
        if row.totp_enabled_at:
            raise Conflict("Two-factor log-in is on already.")
        row.totp_secret = row.totp_secret or pyotp.random_base32()
        return row.totp_secret


def enable(user: str, code: str, by: Actor, keep: str | None = None) -> list[str]:
    """The second factor is on, and the person's sessions but `keep` are ended; answers the recovery codes, which
    nobody can read again.

    Raises Refused if the code does not prove that the authenticator has the secret."""
    with unit() as session:
        row = locked(session, User, user)
        if row.totp_enabled_at:
            raise Conflict("Two-factor log-in is on already.")
        if not _is_fresh(row, code, by.at):
            raise Refused("That code is not right. Enter the one that the app shows now.", "code")
        row.totp_enabled_at = by.at
        end_all(session, row, by.at, keep)
        record("user.second_factor_enabled", by, user=user)
        _tell(session, row, by.at, on=True)
        return _new_codes(session, row)


def renew_codes(user: str, by: Actor, keep: str | None = None) -> list[str]:
    """New recovery codes; the old ones are good no more, and the person's sessions but `keep` are ended. Raises
    Conflict if the second factor is off."""
    with unit() as session:
        row = locked(session, User, user)
        if not row.totp_enabled_at:
            raise Conflict("Two-factor log-in is off.")
        end_all(session, row, by.at, keep)
        record("user.recovery_codes_renewed", by, user=user)
        return _new_codes(session, row)


def disable(user: str, by: Actor, keep: str | None = None) -> None:
    """The second factor is off, its secret and recovery codes are gone, the person's sessions but `keep` are ended."""
    with unit() as session:
        row = locked(session, User, user)
        if _take_down(session, row):
            end_all(session, row, by.at, keep)
            record("user.second_factor_disabled", by, user=user)
            _tell(session, row, by.at, on=False)


def reset(email: str, by: Actor) -> str:
    """For somebody who has lost both telephone and recovery codes: the second factor is off, every session is ended,
    and a mail says so. Answers the person's name. Raises Refused for an unknown address, Conflict if it is off."""
    with unit() as session:
        row: User | None = session.scalar(select(User).where(User.email_key == email_key(email)).with_for_update())
        if row is None:
            raise Refused(f"There is no account with the e-mail {email}.", "email")
        if not _take_down(session, row):
            raise Conflict(f"Two-factor log-in is off for {row.email}. Nothing was changed.")
        ended = end_all(session, row, by.at)
        record("user.second_factor_reset", by, user=row.public_id, email=row.email, sessions=ended)
        _tell(session, row, by.at, on=False, wait=True)
        return row.name


def _take_down(session: Session, user: User) -> bool:
    """Nothing is left of the second factor; answers whether it was on."""
    was_on = user.totp_enabled_at is not None
    user.totp_secret = user.totp_enabled_at = user.totp_last_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    return was_on


def codes_left(session: Session, user_id: int) -> int:
    """How many recovery codes are unused."""
    query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(query) or 0


def _use(session: Session, user: User, code: str, now: datetime) -> str | None:
    """Use up a code of either kind; answers which kind it was, None if it is no good."""
    if not user.totp_enabled_at:
        return None
    if _is_fresh(user, code, now):
        return "authenticator"
    plain = "".join(char for char in code.lower() if char in ALPHABET)
    mine = update(RecoveryCode).where(
        RecoveryCode.user_id == user.id, RecoveryCode.digest == token_digest(plain), RecoveryCode.used_at.is_(None)
    )
    used = session.execute(mine.values(used_at=now).returning(RecoveryCode.id)).first()
    return "recovery code" if used else None


def _is_fresh(user: User, code: str, now: datetime) -> bool:
    """Whether it is the code of a step about now, later than any used before; then that step is used."""
    digits = "".join(code.split())
    if not user.totp_secret or not (digits.isascii() and digits.isdigit()):
        return False
    totp = pyotp.TOTP(user.totp_secret)
    for drift in DRIFT:
        step = totp.timecode(now) + drift
        if hmac.compare_digest(totp.generate_otp(step), digits) and step > (user.totp_last_step or 0):
            user.totp_last_step = step
            return True
    return False


def _new_codes(session: Session, user: User) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(GROUPS * LETTERS)) for _ in range(CODES)]
    session.add_all(RecoveryCode(user_id=user.id, digest=token_digest(code)) for code in codes)
    return ["-".join(code[at : at + LETTERS] for at in range(0, len(code), LETTERS)) for code in codes]


def _tell(session: Session, user: User, now: datetime, *, on: bool, wait: bool = False) -> None:
    """Say it in a mail, in case it was not the person."""
    subject = "Two-factor log-in is on" if on else "Two-factor log-in is off"
    outbox.post(session, "second_factor", user.email, subject, now=now, user=user, wait=wait, name=user.name, on=on)
