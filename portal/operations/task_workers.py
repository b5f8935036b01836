"""Who works on which kind of task, and the taking over of tasks whose worker died."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from portal.models import TaskKind
from portal.operations import import_files, settlements
from portal.operations.tasks import SETTLES, Clock
from portal.queries import tasks

Worker = Callable[[str, Clock], None]

WORKERS: Mapping[TaskKind, Worker] = {TaskKind.IMPORT: import_files.work}


def work(public_id: str, clock: Clock) -> None:
    """Do this task, if nobody else does. Returns when it is done, stopped, or somebody else's."""
    task = tasks.task(public_id)
    if task is not None and task.idle(clock()):
        worker = settlements.work if SETTLES in task.options else WORKERS[task.kind]
        worker(public_id, clock)


def take_over(clock: Clock) -> int:
    """Do every task that waits for a worker, one after the other; answers how many there were. For the server's
    start, and now and then."""
    waiting = tasks.waiting(clock())
    for public_id in waiting:
        work(public_id, clock)
    return len(waiting)


def tidy(now: datetime) -> int:
    """Nothing is kept that no task will ask for; answers how many files went."""
    return import_files.sweep(now)
