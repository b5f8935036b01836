"""Runs: every slot once, a dead one taken over, a late one silent; and what a run says of itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.base.scheduler import JOBS, Clockwork, Counts, Job, is_running
from portal.jobs import runner, schedule
from portal.jobs.runner import each
from portal.models import JobRun, JobState
from portal.operations import jobs as operations
from portal.operations.jobs import GIVEN_UP, LEASE, TRIES
from portal.queries import jobs as reads
from portal.rules.errors import Conflict, Refused
from portal.rules.schedules import Every
from tests import factories
from tests.support.clocks import NOW, Clock
from tests.support.creation import actions

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SLOT = datetime(2026, 11, 21, 11, tzinfo=UTC)


class Probe:
    """A job that notes when it was run, and does as it is told."""

    def __init__(self) -> None:
        self.runs: list[datetime] = []
        self.does: Counts | Exception = {}

    def __call__(self, clock: Clock) -> Counts:
        self.runs.append(clock())
        if isinstance(self.does, Exception):
            raise self.does
        return self.does


@pytest.fixture
def probe() -> Iterator[Probe]:
    found = Probe()
    JOBS["probe"] = Job("probe", "Probes.", Every(HOUR), found)
    yield found
    del JOBS["probe"]


def stored() -> list[JobRun]:
    db.session.rollback()
    return list(db.session.scalars(select(JobRun).order_by(JobRun.id)))


def test_a_slot_is_done_once_and_says_what_it_did(app: Flask, probe: Probe, clock: Clock) -> None:
    probe.does = {"warned": 2, "ended": 0}
    assert [runner.due(JOBS["probe"], clock) for _ in range(3)] == [True, False, False]
    [run] = stored()
    assert (run.slot, run.state, run.counts, run.items, run.error) == (SLOT, JobState.DONE, {"warned": 2}, 2, "")
    clock.advance(hours=1)
    assert runner.due(JOBS["probe"], clock)
    assert probe.runs == [NOW, NOW + HOUR]


def test_whatever_the_clock_does_each_slot_comes_once(app: Flask, probe: Probe, clock: Clock) -> None:
    """Two hours, an hour back, three days down, 91 days ahead by mistake, and back where it was."""
    path = [NOW + n * 10 * MINUTE for n in range(13)]
    path += [path[-1] - HOUR + n * 10 * MINUTE for n in range(13)]
    path += [path[-1] + timedelta(days=3) + n * 10 * MINUTE for n in range(7)]
    path += [path[-1] + timedelta(days=91), path[-1] + timedelta(days=91, minutes=10)]
    path += [path[-3] + n * 10 * MINUTE for n in range(13)]
    for instant in path:
        clock.at(instant)
        runner.due(JOBS["probe"], clock)
    slots = [run.slot for run in stored()]
    assert len(slots) == len(set(slots)) == len(probe.runs)
    assert set(slots) == {Every(HOUR).slot(instant) for instant in path}
    assert {run.state for run in stored()} == {JobState.DONE}


def test_who_died_is_taken_over_once_its_lease_has_run_out(app: Flask, probe: Probe, clock: Clock) -> None:
    assert operations.claim("probe", SLOT, NOW)
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert (runner.take_over(clock), runner.due(JOBS["probe"], clock)) == (0, False)
    clock.advance(seconds=1)
    assert (runner.take_over(clock), runner.take_over(clock)) == (1, 0)
    assert probe.runs == [clock()]
    assert [(run.state, run.fence) for run in stored()] == [(JobState.DONE, 2)]


def test_a_late_one_writes_nothing_of_its_outcome(app: Flask) -> None:
    late = operations.claim("probe", SLOT, NOW)
    assert late
    assert operations.renew(late, {"warned": 1}, NOW + LEASE / 2)
    after = NOW + LEASE * 2
    taken = operations.resume(late.public_id, after)
    assert taken
    assert not operations.renew(late, {"warned": 9}, after)
    assert not operations.finish(late, {"warned": 9}, "Late", after)
    assert operations.finish(taken, {"warned": 1}, "", after)
    assert [(run.state, run.counts, run.error) for run in stored()] == [(JobState.DONE, {"warned": 1}, "")]


def test_who_lost_its_run_stops_at_the_next_item(app: Flask) -> None:
    run, done = runner.Run(), []
    token = runner._run.set(run)
    try:
        with pytest.raises(runner.Lost):
            each([1, 2, 3], lambda item: done.append(item) or run.lost.set() or True, "done")  # type: ignore[func-returns-value]
    finally:
        runner._run.reset(token)
    assert (done, run.counts) == ([1], {"done": 1})


def test_a_run_over_which_one_process_after_the_other_dies_is_given_up(app: Flask, probe: Probe, clock: Clock) -> None:
    assert operations.claim("probe", SLOT, NOW)
    for _ in range(TRIES - 1):
        assert operations.resume(stored()[0].public_id, clock.advance(hours=1))
    clock.advance(hours=1)
    assert runner.take_over(clock) == 0
    assert [(run.state, run.error) for run in stored()] == [(JobState.FAILED, GIVEN_UP)]
    assert not probe.runs


def test_a_job_at_work_begins_no_other_slot(app: Flask, probe: Probe, clock: Clock) -> None:
    claim = operations.claim("probe", SLOT - HOUR, NOW)
    assert claim
    assert not runner.due(JOBS["probe"], clock)
    operations.finish(claim, {}, "", NOW)
    assert runner.due(JOBS["probe"], clock)


@pytest.mark.parametrize(
    ("does", "error"),
    [
        (Refused("There is no bank."), "There is no bank."),
        (RuntimeError("password=hunter2"), "Something broke (RuntimeError)."),
        ({"warned": 3, "failed": 2}, "2 could not be done. The log says why."),
    ],
)
def test_a_failure_says_why_and_no_secrets(
    app: Flask, probe: Probe, clock: Clock, does: Counts | Exception, error: str
) -> None:
    probe.does = does
    runner.due(JOBS["probe"], clock)
    assert [(run.state, run.error) for run in stored()] == [(JobState.FAILED, error)]
    assert list(reads.failing()) == ["probe"]
    probe.does = {}
    clock.advance(hours=1)
    runner.due(JOBS["probe"], clock)
    assert not reads.failing()


def test_one_that_cannot_be_done_stops_no_other(app: Flask) -> None:
    def act(item: int) -> bool:
        if item == 2:
            raise Conflict("It is taken.")
        return item != 3  # nothing to do about it

    assert each([1, 2, 3, 4], act, "done") == {"done": 2, "failed": 1}


@pytest.mark.parametrize(("item", "which"), [("ws_0123456789abcdef", "ws_0123456789abcdef: "), (7, "")])
def test_a_failed_run_says_which_one_and_the_log_which_run(
    app: Flask, probe: Probe, clock: Clock, item: str | int, which: str
) -> None:
    """By what people know it by; a key of the database tells nobody anything."""

    def refuse(_: str | int) -> bool:
        raise Conflict("It is taken.")

    JOBS["probe"] = Job("probe", "Probes.", Every(HOUR), lambda _: each([item], refuse, "done"))
    with structlog.testing.capture_logs() as lines:
        runner.due(JOBS["probe"], clock)
    run = stored()[0]
    assert run.error == f"1 could not be done. {which}It is taken."
    assert [line["run"] for line in lines if line["event"] == "job_item_failed"] == [run.public_id]


def test_a_quiet_job_is_written_down_only_where_it_did_something(app: Flask, probe: Probe, clock: Clock) -> None:
    quiet = Job("probe", "Probes.", Every(timedelta(seconds=15)), probe, quiet=True)
    runner.quietly(quiet, clock)
    assert not stored()
    probe.does = {"sent": 1}
    runner.quietly(quiet, clock)
    assert [(run.state, run.items) for run in stored()] == [(JobState.DONE, 1)]


def test_a_run_by_hand_is_one_of_its_own_at_its_own_instant(app: Flask, probe: Probe, clock: Clock) -> None:
    assert runner.due(JOBS["probe"], clock)
    alice, later = factories.staff(), datetime(2027, 1, 1, tzinfo=UTC)
    asked = operations.ask("probe", factories.acting(alice), later)
    with pytest.raises(Conflict, match="running already"):
        operations.ask("probe", factories.acting(alice))
    assert runner.resume(asked, clock)
    assert not runner.resume(asked, clock)
    assert probe.runs == [NOW, later]
    run = stored()[-1]
    assert (run.asked_by, run.as_of, run.slot) == (alice.name, later, NOW + timedelta(microseconds=1))
    assert actions()[-1] == "job.asked"
    clock.at(later)
    assert runner.due(JOBS["probe"], clock), "the slot itself is nobody's yet"


def test_the_clockwork_runs_in_servers_alone(app: Flask, probe: Probe) -> None:
    assert not is_running()
    works = runner.clockwork(app, lambda: NOW)
    assert {each.id for each in works.scheduler.get_jobs()} >= {*schedule.NAMES, "take over"}
    assert not works.scheduler.running


def test_a_clock_that_was_set_back_keeps_nobody_waiting(app: Flask, probe: Probe) -> None:
    works = Clockwork(app)
    works.add("probe", Every(HOUR), lambda: None)
    works.scheduler.start(paused=True)
    try:
        job = works.scheduler.get_job("probe")
        job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=3))
        assert not works.align()
        works.ahead += HOUR.total_seconds()
        assert works.align()
        assert works.scheduler.get_job("probe").next_run_time <= datetime.now(UTC) + HOUR
    finally:
        works.stop()
