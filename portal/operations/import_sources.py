"""The file of an import, whatever it holds: looked through, waited for by a task, and read step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.models import TaskKind
from portal.models.columns import NAME
from portal.operations import tasks
from portal.queries.csv_files import CsvFile, Row, open_csv
from portal.rules.actors import Actor
from portal.rules.errors import Refused
from portal.rules.imports import LARGEST_ROWS, WORKSPACES, Table, head_of


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose head is right: its columns and how many rows it has."""

    file: CsvFile
    columns: list[str]
    total: int


def inspect(path: Path, largest: int, table: Table = WORKSPACES) -> Source:
    """The file, looked through. Refused, with the reason in words, if nothing of it can be imported."""
    file = open_csv(path, largest)
    columns = head_of(file.head, table)
    total = file.count()
    if total == 0:
        raise Refused("The file has a first line and no rows below it. Nothing was imported.", "file")
    if total > LARGEST_ROWS:
        raise Refused(f"The file has {total:,} rows; an import takes at most {LARGEST_ROWS:,}. Split it.", "file")
    return Source(file, columns, total)


def start(title: str, source: Source, by: Actor, *, public_id: str, trial: bool, kept: bool, **more: Any) -> None:
    """There is a task with this public id for this import. `kept`: its file lies where every process finds it, so that
    another may go on with it; `more`: further options of the task, as its kind of import knows them."""
    options: dict[str, Any] = {"trial": trial, "kept": kept, "notice": source.file.notice} | more
    tasks.enqueue(
        TaskKind.IMPORT, title, by, total=source.total, options=options, public_id=public_id, file=title[:NAME]
    )


def steps(rows: Iterable[Row], most: int) -> Iterator[list[Row]]:
    """The rows, at most so many at a time."""
    step: list[Row] = []
    for row in rows:
        step.append(row)
        if len(step) == most:
            yield step
            step = []
    if step:
        yield step
