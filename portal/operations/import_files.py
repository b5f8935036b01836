"""Uploaded imports: the file is kept in the instance folder until its rows are done, so that any process may go on."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from portal.base import ids, site
from portal.models import TaskState
from portal.operations import import_sources, imports, number_imports
from portal.operations.import_sources import Source
from portal.operations.tasks import Claim, Clock
from portal.queries import tasks as task_queries
from portal.queries.tasks import TaskView
from portal.rules import numbers
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound, Refused
from portal.rules.imports import WORKSPACES, Table
from portal.rules.text import clean_line


class Kind(StrEnum):
    """What the rows of a file are; the option `of` of its task. Without one they are workspaces."""

    WORKSPACES = "workspaces"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Import:
    """How files of a kind are read, and what is done with their rows."""

    table: Table
    run: Callable[[Claim, Source, Actor, Clock], None]


IMPORTS: Mapping[Kind, Import] = {
    Kind.WORKSPACES: Import(WORKSPACES, imports.run),
    Kind.NUMBERS: Import(numbers.IMPORTED, number_imports.run),
}

NAMELESS = "import.csv"
LONGEST_NAME = 1000  # characters of a file's name that are looked at
KEPT = timedelta(days=1)  # after a trial run the file waits so long for the run that counts
GONE = (
    "The command that ran this import ended before it was done. Run it again: the rows that are done stay as they are."
)


def _path(public_id: str) -> Path:
    return site.settings().instance / "imports" / f"{public_id}.csv"


def kind_of(options: Mapping[str, Any]) -> Kind:
    """What a task with these options imports."""
    return Kind(options.get("of", Kind.WORKSPACES))


def _inspected(public_id: str, kind: Kind) -> Source:
    return import_sources.inspect(_path(public_id), site.settings().max_import, IMPORTS[kind].table)


def receive(file: IO[bytes], name: str, by: Actor, kind: Kind, *, trial: bool, **more: Any) -> str:
    """The upload is kept, and a task waits to import it; answers its public id. `more`: further options of the task.
    Raises Refused for a file of which nothing can be imported; then nothing is kept."""
    public_id = ids.new("tsk")
    path = _path(public_id)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
            while chunk := file.read(1 << 20):
                kept.write(chunk)
        source = _inspected(public_id, kind)
        title = clean_line(name[:LONGEST_NAME]) or NAMELESS
        options = {"of": kind.value} | more
        import_sources.start(title, source, by, public_id=public_id, trial=trial, kept=True, **options)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return public_id


def run_for_real(trial: str, kind: Kind, by: Actor) -> str:
    """A task waits that does what this trial run of this kind tried; answers its public id. Raises NotFound for no such
    trial, Conflict if it is still running or its file is kept no longer."""
    found = task_queries.task(trial)
    if found is None or not found.options.get("trial") or kind_of(found.options) is not kind:
        raise NotFound()
    if found.is_open:
        raise Conflict("The trial run is not done yet. Wait for it, or stop it.")
    public_id = ids.new("tsk")
    try:
        _path(trial).rename(_path(public_id))
    except FileNotFoundError:
        raise Conflict("The file of this trial run is kept no longer. Upload it again.") from None
    options = found.options | {"trial": False}
    import_sources.start(found.title, _inspected(public_id, kind), by, public_id=public_id, **options)
    return public_id


def can_run_for_real(task: TaskView) -> bool:
    """Whether this is a trial run that is done and whose file is still there."""
    return bool(task.options.get("trial")) and task.state is TaskState.DONE and _path(task.public_id).exists()


def run(claim: Claim, by: Actor, clock: Clock) -> None:
    """Every row that is not done yet is done. Raises Refused where that cannot be, and Ended if the task was stopped or
    taken over meanwhile."""
    if not claim.options.get("kept"):
        raise Refused(GONE)
    kind = kind_of(claim.options)
    IMPORTS[kind].run(claim, _inspected(claim.public_id, kind), by, clock)


def drop(public_id: str) -> None:
    """The file goes with a task that has ended; it stays after a trial run, for the run that counts, and for a worker
    who took the task over."""
    task = task_queries.task(public_id)
    if task is None or not (task.is_open or can_run_for_real(task)):
        _path(public_id).unlink(missing_ok=True)


def sweep(now: datetime) -> int:
    """Files are gone that nobody will ask for: of old trial runs, and of tasks that ended without a worker. Answers
    how many."""
    gone = 0
    for path in (site.settings().instance / "imports").glob("tsk_*.csv"):
        task = task_queries.task(path.stem)
        if (task is None or not task.is_open) and path.stat().st_mtime < (now - KEPT).timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone
