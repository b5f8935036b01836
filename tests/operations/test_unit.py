"""The unit of work: together or not at all, and what is written last."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.base.db import as_of_now, db
from portal.models import AuditEvent, RateCard, scope
from portal.operations.audit import record
from portal.operations.unit import after_commit, attempt, exclusively, locked, unit
from portal.rules.actors import Actor
from portal.rules.errors import NotFound


def card(name: str) -> RateCard:
    return RateCard(name=name, currency="INR")


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_unit_commits_what_was_done_and_its_event_together(app: Flask, now: datetime) -> None:
    with unit() as session:
        session.add(card("Standard"))
        record("platform.initialised", Actor.command("init", now))
    assert (count(RateCard), count(AuditEvent)) == (1, 1)


def test_an_error_undoes_the_change_and_its_event(app: Flask, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError), unit() as session:
        session.add(card("Standard"))
        record("platform.initialised", Actor.command("init", now))
        session.flush()
        raise ZeroDivisionError
    assert (count(RateCard), count(AuditEvent)) == (0, 0)


def test_a_unit_inside_a_unit_joins_it(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), unit() as session:
        with unit() as inner:
            inner.add(card("Inner"))
        session.add(card("Outer"))
        raise ZeroDivisionError
    assert count(RateCard) == 0


def test_what_follows_the_commit_runs_only_after_it_and_cannot_undo_it(app: Flask) -> None:
    seen: list[int] = []

    def act() -> None:
        seen.append(count(RateCard))
        raise ConnectionError("the mail server does not answer")

    with unit() as session:
        session.add(card("Standard"))
        after_commit(session, act)
        assert seen == []
    assert seen == [1]
    assert count(RateCard) == 1


def test_what_should_follow_a_commit_does_not_run_without_one(app: Flask) -> None:
    seen: list[str] = []
    with pytest.raises(ZeroDivisionError), unit() as session:
        after_commit(session, lambda: seen.append("sent"))
        raise ZeroDivisionError
    assert seen == []


def test_an_event_outside_of_a_unit_is_refused(app: Flask, now: datetime) -> None:
    with pytest.raises(RuntimeError, match="outside of a unit"):
        record("platform.initialised", Actor.command("init", now))


def test_an_event_or_a_key_that_is_not_declared_is_refused(app: Flask, now: datetime) -> None:
    by = Actor.command("init", now)
    with unit():
        with pytest.raises(KeyError):
            record("platform.exploded", by)
        with pytest.raises(KeyError, match="colour"):
            record("platform.initialised", by, colour="red")
    assert count(AuditEvent) == 0


def test_a_row_that_does_not_exist_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound), unit() as session:
        locked(session, RateCard, "rat_nothing")


def test_an_attempt_that_fails_takes_its_change_and_its_event_and_leaves_the_rest(app: Flask, now: datetime) -> None:
    by = Actor.command("init", now)
    with unit() as session:
        session.add(card("Before"))
        record("platform.initialised", by)
        with pytest.raises(ZeroDivisionError), attempt(session):
            session.add(card("Within"))
            record("platform.initialised", by)
            after_commit(session, lambda: pytest.fail("what was undone has nothing after it"))
            session.flush()
            raise ZeroDivisionError
        session.add(card("After"))
    assert set(db.session.scalars(select(RateCard.name))) == {"Before", "After"}
    assert count(AuditEvent) == 1


def test_an_attempt_may_be_all_that_a_unit_does(app: Flask, now: datetime) -> None:
    with unit() as session, pytest.raises(ZeroDivisionError), attempt(session):
        record("platform.initialised", Actor.command("init", now))
        raise ZeroDivisionError
    assert count(AuditEvent) == 0


def test_what_is_done_exclusively_is_done_one_after_the_other(app: Flask) -> None:
    """Both read, wait for the other, and write what they read and one more: without a turn one count is lost."""
    with unit() as session:
        session.add(RateCard(name="Counter", currency="INR", payment_days=0))
    met = Barrier(2)

    def add_one(_: int) -> None:
        met.wait(60)
        with app.app_context(), unit() as session:
            exclusively(session, "counting")
            found = session.scalars(select(RateCard.payment_days)).one()
            time.sleep(0.2)
            session.execute(update(RateCard).values(payment_days=found + 1))

    db.session.rollback()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add_one, range(2)))
    assert db.session.scalar(select(RateCard.payment_days)) == 2


NAMES = select(RateCard.name)


def names() -> list[str]:
    return [row.name for row in scope.rows(NAMES)]


def test_prepared_reads_see_what_was_committed_since_the_last_one(app: Flask) -> None:
    assert names() == []
    with unit() as session:
        session.add(card("Standard"))
    assert names() == ["Standard"]


def test_prepared_reads_inside_a_unit_see_what_it_has_done(app: Flask) -> None:
    names()
    with unit() as session:
        session.add(card("Standard"))
        session.flush()
        assert names() == ["Standard"]


def test_all_reads_are_as_of_one_instant_once_that_was_asked_for(app: Flask) -> None:
    names()
    as_of_now()
    assert count(RateCard) == 0
    with ThreadPoolExecutor(1) as pool:
        pool.submit(elsewhere, app).result()
    assert (names(), count(RateCard)) == ([], 0)


def elsewhere(app: Flask) -> None:
    with app.app_context(), unit() as session:
        session.add(card("Premium"))
