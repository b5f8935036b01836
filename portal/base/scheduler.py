"""The clockwork: which jobs there are, and APScheduler, which calls them when they are due.

It runs beside the requests in every process of the server, and in no other: an app that was only made moves nothing.
Which process does a slot is for `portal.jobs.runner`."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask, current_app

from portal.base.clock import system_clock
from portal.rules.schedules import EPOCH, Every

log = structlog.get_logger(__name__)
EXTENSION = "portal.scheduler"
WORKS = "portal.clockwork"
AT_ONCE = 6  # jobs of a process: the quick ones do not wait for the long
LOOK = 15.0  # seconds between two looks at how the clock goes
JUMP = 30.0  # seconds by which the wall clock may part from the time that passed before all is aligned anew

Clock = Callable[[], datetime]
Counts = Mapping[str, int]
"""What a run did: how many of what, in words of the job's own. `failed` are those that could not be done."""
Act = Callable[[Clock], Counts]


@dataclass(frozen=True, slots=True)
class Job:
    """What time moves. `what`: a sentence for people.

    A `quiet` one is so frequent, and so sure to do nothing twice by itself, that every process does it, and only a run
    that did something is written down. A `timeless` one is done also where the clock stands still."""

    name: str
    what: str
    every: Every
    act: Act
    quiet: bool = False
    timeless: bool = False


JOBS: dict[str, Job] = {}
"""All jobs by name, in the order in which they were declared."""


def job(
    name: str,
    what: str,
    *,
    every: timedelta,
    after: timedelta = timedelta(0),
    quiet: bool = False,
    timeless: bool = False,
) -> Any:
    """Declares a function as the job of this name. It is given a clock, asks the database what is due, and may be run
    again at any time."""

    def declare(act: Act) -> Act:
        JOBS[name] = Job(name, what, Every(every, after), act, quiet, timeless)
        return act

    return declare


Resume = Callable[[str], Any]


def init_app(app: Flask, resume: Resume) -> None:
    """`resume`: does a run (public id) that was asked for, or was left by a process that died, in this process."""
    app.extensions[EXTENSION] = resume


def resume(run: str) -> None:
    """Do this run (public id), unless somebody else does."""
    act: Resume = current_app.extensions[EXTENSION]
    act(run)


def is_running() -> bool:
    """Whether this process calls jobs."""
    works: Clockwork | None = current_app.extensions.get(WORKS)
    return works is not None and bool(works.scheduler.running)


class Clockwork:
    """The scheduler of one process. Each job comes at its slots, and once right away, for what was missed."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a job that takes longer than its step is no news
        executors = {"default": ThreadPoolExecutor(AT_ONCE)}
        self.scheduler = BackgroundScheduler(timezone=UTC, executors=executors, daemon=True)
        self.ahead = _ahead()

    def add(self, name: str, every: Every, act: Callable[[], Any]) -> None:
        """Call it, within the app's context, at once and at each slot. Slots that were missed, however long ago, come
        once and together."""
        step = int(every.step.total_seconds())
        at_slots = IntervalTrigger(seconds=step, start_date=EPOCH + every.after, timezone=UTC)
        common: dict[str, Any] = {"args": (name, act), "coalesce": True, "misfire_grace_time": None}
        self.scheduler.add_job(self._inside, DateTrigger(timezone=UTC), **common)
        self.scheduler.add_job(self._inside, at_slots, id=name, max_instances=1, **common)

    def start(self) -> None:
        """From here on jobs are called."""
        self.app.extensions[WORKS] = self
        self.scheduler.start()
        threading.Thread(target=self._watch, name="portal-clock", daemon=True).start()

    def align(self) -> bool:
        """Where somebody has set the machine's clock, slots are reckoned by it anew; answers whether it was so. Without
        this, a clock put back by an hour would keep all jobs waiting for an hour."""
        ahead = _ahead()
        jumped, self.ahead = abs(ahead - self.ahead) > JUMP, ahead
        if jumped:
            for each in self.scheduler.get_jobs():
                each.reschedule(each.trigger)
        return jumped

    def stop(self) -> None:
        """No job is called any more; those at work are not waited for."""
        self.scheduler.shutdown(wait=False)

    def _watch(self) -> None:
        while self.scheduler.running:
            time.sleep(LOOK)
            if self.align():
                log.warning("clock_was_set")

    def _inside(self, name: str, act: Callable[[], Any]) -> None:
        with self.app.app_context():
            try:
                act()
            except Exception:
                log.exception("job_not_run", job=name)


def _ahead() -> float:
    """Seconds by which the wall clock is ahead of the one that nobody sets."""
    return system_clock().timestamp() - time.monotonic()
