"""The purge as the jobs run it: by the machine's clock only what was watched, by a person's word at once."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.base.scheduler import JOBS
from portal.jobs import runner
from portal.jobs.schedule import NAMES
from portal.models import JobRun, JobState, Purge, WatchedSpan, Workspace
from portal.operations import closing
from portal.operations import jobs as operations
from portal.rules.actors import Actor
from portal.rules.lifecycle import PURGE_AFTER
from tests import factories
from tests.support.clocks import NOW, Clock
from tests.support.creation import BY, count
from tests.support.family import add

HOUR = timedelta(hours=1)


@pytest.fixture
def closed(app: Flask) -> str:
    factories.plan()
    row = factories.workspace("Acme")
    closing.close(row.public_id, "Acme", BY)
    return row.public_id


def last_run() -> JobRun:
    db.session.rollback()
    return db.session.scalars(select(JobRun).order_by(JobRun.id.desc())).all()[0]


def test_the_clock_alone_is_not_believed(closed: str, clock: Clock) -> None:
    assert "purge" in NAMES and runner.due(JOBS["purge"], clock)
    clock.advance(hours=1)
    assert runner.due(JOBS["purge"], clock)
    span = db.session.scalars(select(WatchedSpan)).one()
    assert (span.began_at, span.ended_at) == (NOW, NOW + HOUR), "it watches, also while nothing is due"
    clock.advance(days=91)
    assert runner.due(JOBS["purge"], clock)
    assert (last_run().state, last_run().counts, count(Workspace)) == (JobState.DONE, {}, 1)


def test_what_was_watched_is_purged_with_a_receipt_of_the_run(closed: str, clock: Clock) -> None:
    add(WatchedSpan(began_at=NOW, ended_at=NOW + PURGE_AFTER - HOUR))
    clock.at(NOW + PURGE_AFTER)
    assert runner.due(JOBS["purge"], clock)
    run, receipt = last_run(), db.session.scalars(select(Purge)).one()
    assert (receipt.workspace, receipt.run, receipt.finished_at) == (closed, run.public_id, clock())
    assert run.counts == {"purged": 1, "rows": receipt.rows - 1}
    assert receipt.erased_at == clock() and count(Workspace) == 0


def test_who_gives_the_instant_is_taken_at_their_word(closed: str, clock: Clock) -> None:
    asked = operations.ask("purge", Actor.command("jobs run purge", NOW), NOW + PURGE_AFTER)
    assert runner.resume(asked, clock)
    assert count(Workspace) == 0 and count(WatchedSpan) == 0


class LostSoon(threading.Event):
    """Set from the second look on."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += 1
        return self.looks > 1


def test_who_lost_the_run_stops_between_two_steps_and_the_next_goes_on(closed: str, clock: Clock) -> None:
    clock.at(NOW + PURGE_AFTER)
    counts, error = runner._act(JOBS["purge"], clock, runner.Run(at_its_word=True, lost=LostSoon()))
    assert not error and "purged" not in counts and (count(Workspace), count(Purge)) == (1, 1)
    counts, error = runner._act(JOBS["purge"], clock, runner.Run())
    assert counts["purged"] == 1 and (count(Workspace), count(Purge)) == (0, 1)
