"""The working on tasks, whatever their kind: how one begins and ends, and the taking over from a worker who died."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.exc import OperationalError

from portal.models import TaskKind
from portal.operations import bulk, import_files, settlements, tasks
from portal.operations.tasks import SETTLES, Claim, Clock, Ended
from portal.queries import tasks as reads
from portal.queries.tasks import TaskView
from portal.rules.actors import Actor, ActorKind
from portal.rules.errors import PortalError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """What is done for one kind of task. `run` does all that is left of it, as the one who began it; `broken`: what the
    task says where an error was nobody's; `after` puts away what only the task needed, given its public id."""

    run: Callable[[Claim, Actor, Clock], None]
    broken: str
    after: Callable[[str], None] | None = None


WORKERS: Mapping[TaskKind, Worker] = {
    TaskKind.IMPORT: Worker(
        import_files.run,
        "Something broke here, and the log says what. Import the file again: the rows that are done stay as they are.",
        import_files.drop,
    ),
    TaskKind.BULK: Worker(
        bulk.run, "Something broke here, and the log says what. What is done stays; the rest can be begun again."
    ),
}
SETTLING = Worker(
    settlements.run,
    "The figures could not be worked out. `portal doctor --repair` does it, and the log says what happened.",
)


def work(public_id: str, clock: Clock) -> None:
    """If nobody works on this task, do it, to its end or until it is stopped. Safe to call at any time, from any
    process; a database that fails meanwhile leaves the rest to whoever comes next."""
    task = reads.task(public_id)
    claim = tasks.claim(public_id, clock())
    if task is None or claim is None:
        return
    worker, by = _worker(task), _author(task, clock())
    try:
        with suppress(Ended):
            error = _error_of(worker, claim, by, clock)
            tasks.finish(claim, replace(by, at=clock()), error=error)
        if worker.after:
            worker.after(public_id)
    except OperationalError:
        log.exception("task_interrupted", task=public_id)


def _error_of(worker: Worker, claim: Claim, by: Actor, clock: Clock) -> str:
    """Do it; what the task says went wrong, blank where nothing did. Raises Ended, and OperationalError."""
    try:
        worker.run(claim, by, clock)
    except (Ended, OperationalError):
        raise
    except PortalError as refused:
        log.warning("task_refused", task=claim.public_id, exc_info=True)
        return refused.message
    except Exception:
        log.exception("task_broke", task=claim.public_id)
        return worker.broken
    return ""


def _worker(task: TaskView) -> Worker:
    return SETTLING if SETTLES in task.options else WORKERS[task.kind]


def _author(task: TaskView, now: datetime) -> Actor:
    """Whoever began it, as the audit log names them. Nobody who logs in: the command of an import, which alone begins
    one so."""
    if task.by_id is None:
        return Actor.command("import-workspaces", now)
    return Actor(ActorKind.USER, task.by, now, task.by_id, str(task.options.get("request", "")))


def take_over(clock: Clock) -> int:
    """Do every task that waits for a worker, one after the other; answers how many there were. For the server's
    start, and now and then."""
    waiting = reads.waiting(clock())
    for public_id in waiting:
        work(public_id, clock)
    return len(waiting)


def tidy(now: datetime) -> int:
    """Nothing is kept that no task will ask for; answers how many files went."""
    return import_files.sweep(now)
