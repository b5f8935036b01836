"""Running jobs: at their slots, when asked for, and where a process died over one.

`each` is how a job goes through what is due: one that cannot be done stops no other."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog
from flask import Flask, current_app

from portal.base.clock import fixed_clock
from portal.base.scheduler import JOBS, Clock, Clockwork, Counts, Job
from portal.operations import jobs as operations
from portal.operations.jobs import Claim
from portal.operations.unit import turn
from portal.queries import jobs as reads
from portal.rules.errors import PortalError
from portal.rules.schedules import Every

log = structlog.get_logger(__name__)
FAILED = "failed"
BEAT = 5.0  # seconds between two renewals of a lease
LOOK = Every(timedelta(seconds=15))  # for runs whose process died
T = TypeVar("T")


class Lost(Exception):
    """The run was taken over by another process, which took this one for dead."""


@dataclass(slots=True)
class Run:
    """What a run has done so far, which failed first and why, and whether it was lost to somebody else. `public_id`:
    where it is written down, and by which the log names it; `at_its_word`: a person said what time it is."""

    public_id: str = ""
    at_its_word: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    reason: str = ""
    lost: threading.Event = field(default_factory=threading.Event)


_run: ContextVar[Run | None] = ContextVar("run", default=None)


def each(items: Iterable[T], act: Callable[[T], int | Counts], word: str = "") -> Counts:
    """Do it to every one: how many were done (under this word), and how many failed, which the log tells more of.
    `act` answers whether there was something to do, or how much, or how much under which words. Raises Lost where
    another process has the run by now."""
    run, counts = running(), Counter[str]()
    for item in items:
        try:
            counts.update(_counted(item, act, word))
        except Lost:
            raise
        except Exception as error:
            log.exception("job_item_failed", run=run.public_id, item=_named(item))
            run.reason = run.reason or _of(item, said(error))
            for tally in (counts, run.counts):
                tally[FAILED] += 1
    return counts


def in_parts(items: Sequence[T], act: Callable[[Sequence[T]], int | Counts], word: str = "") -> Counts:
    """The same, many at once; where that fails, in halves, so that only what cannot be done is left. What `act` did
    before it failed has to be undone by then, or may be done again."""
    if len(items) < 2:
        return each(items, lambda item: act([item]), word)
    try:
        return _counted(items, act, word)
    except Lost:
        raise
    except Exception:
        log.info("job_items_parted", run=running().public_id, items=len(items), exc_info=True)
    half = len(items) // 2
    return together(in_parts(items[:half], act, word), in_parts(items[half:], act, word))


def in_steps(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """So many at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


def _counted(item: T, act: Callable[[T], int | Counts], word: str) -> Counts:
    """What was done, by its word, which the run knows of then."""
    run = running()
    if run.lost.is_set():
        raise Lost
    with turn():
        outcome = act(item)
    done = outcome if isinstance(outcome, Mapping) else {word: int(outcome)}
    counts = {name: count for name, count in done.items() if count}
    run.counts.update(counts)
    return counts


def running() -> Run:
    """The run at work."""
    return _run.get() or Run()


def told(word: str, more: int) -> None:
    """The run has done so many more under this word, in the middle of one of its items. Raises Lost where another
    process has it by now."""
    run = running()
    run.counts[word] += more
    if run.lost.is_set():
        raise Lost


def together(*parts: Mapping[str, int]) -> Mapping[str, int]:
    """What several parts of a job did, added up."""
    total = Counter[str]()
    for part in parts:
        total.update(part)
    return total


def said(error: Exception) -> str:
    """Why it failed, in words that may stand on a screen: those of an error that was made for people, else its kind.
    What a library says may hold anything, and is for the log."""
    return error.message if isinstance(error, PortalError) else f"Something broke ({type(error).__name__})."


def _of(item: object, why: str) -> str:
    """Which it was, where people know it by that (a public id, not a key of the database), and why."""
    name = _named(item)
    return f"{name}: {why}" if isinstance(name, str) else why


def _named(item: object) -> object:
    """What the item is known by: its public id, where it has one."""
    return getattr(item, "public_id", item)


# ---------------------------------------------------------------- runs


def due(job: Job, clock: Clock) -> bool:
    """The slot that the clock is in is done, if it is nobody's yet; whether it was for us."""
    now = clock()
    slot = job.every.slot(now)
    if reads.slot_taken(job.name, slot):
        return False
    claim = operations.claim(job.name, slot, now)
    if claim is None:
        return False
    carry_out(claim, clock)
    return True


def quietly(job: Job, clock: Clock) -> None:
    """The job is done; only a run that did something, or failed, is written down."""
    began = clock()
    counts, error = _act(job, clock, Run())
    if error or any(counts.values()):
        operations.note(job.name, counts, error, began, clock())


def resume(run: str, clock: Clock) -> bool:
    """The run (public id) is done, if nobody works on it; whether it was for us."""
    claim = operations.resume(run, clock())
    if claim is None:
        return False
    carry_out(claim, clock)
    return True


def take_over(clock: Clock) -> int:
    """Do what was asked for or left behind by a process that died, and nobody works on; answers how many there were."""
    return sum(resume(run, clock) for run in reads.left(clock()))


def carry_out(claim: Claim, clock: Clock) -> None:
    """The claimed run is done, and what came of it is written down, unless somebody else has it by then."""
    job, run = JOBS.get(claim.job), Run(claim.public_id, claim.as_of is not None)
    if job is None:
        operations.finish(claim, {}, "There is no job of this name any more.", clock())
        return
    with _beating(claim, run, clock):
        counts, error = _act(job, fixed_clock(claim.as_of) if claim.as_of else clock, run)
    if not operations.finish(claim, counts, error, clock()):
        log.warning("job_lost", job=claim.job, run=claim.public_id)


def _act(job: Job, clock: Clock, run: Run) -> tuple[Mapping[str, int], str]:
    """What the job did, and why it failed, blank where it did not."""
    token = _run.set(run)
    try:
        counts = job.act(clock)
    except Lost:
        return run.counts, ""
    except Exception as error:
        log.exception("job_failed", job=job.name, run=run.public_id)
        return run.counts, said(error)
    finally:
        _run.reset(token)
    failed = counts.get(FAILED, 0)
    why = f"{failed:,} could not be done. {run.reason or 'The log says why.'}" if failed else ""
    return counts, why


@contextmanager
def _beating(claim: Claim, run: Run, clock: Clock) -> Iterator[None]:
    """Inside, the lease is renewed again and again, by a thread of its own."""
    ended = threading.Event()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def beat() -> None:
        while not ended.wait(BEAT):
            with app.app_context():
                try:
                    if not operations.renew(claim, run.counts, clock()):
                        run.lost.set()
                        return
                except Exception:
                    log.exception("lease_not_renewed", run=claim.public_id)

    thread = threading.Thread(target=beat, name="portal-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def clockwork(app: Flask, clock: Clock) -> Clockwork:
    """The clockwork of a server's process, to be started.

    Where the clock stands still (PORTAL_NOW) no time passes that could move anything: then only what is
    timeless is done."""
    works = Clockwork(app)
    stands = bool(app.extensions["portal.settings"].now)
    for job in JOBS.values():
        if job.timeless or not stands:
            works.add(job.name, job.every, partial(quietly if job.quiet else due, job, clock))
    works.add("take over", LOOK, partial(take_over, clock))
    return works
