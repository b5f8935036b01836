"""What `portal import-workspaces` shows: a progress bar, what became of the rows, and the results as a CSV file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from portal.operations.tasks import Result
from portal.queries.tasks import ResultView
from portal.rules.imports import TRIED, Outcome, summary
from portal.web.spreadsheets import guarded, line

HEADS = ("line", "outcome", "name", "message", "workspace")


def results_cells(result: Result | ResultView, trial: bool) -> tuple[str, ...]:
    """One row's result under the HEADS of the results file; of a trial run, what would become of it."""
    outcome = TRIED.get(result.outcome, result.outcome) if trial else result.outcome
    return str(result.line), outcome, guarded(result.label), guarded(result.message), result.subject


class Report:
    """Told of every step; to be used as a context, which ends the bar and closes the file."""

    def __init__(self, results: Path | None, *, trial: bool) -> None:
        self.trial = trial
        self.counts: Counter[str] = Counter()
        self.failed: list[tuple[int, str, str]] = []
        self.total = 0
        self.path = results
        self.file: IO[str] | None = None
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self.task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.stop()
        if self.file:
            self.file.close()

    def expect(self, total: int, notice: str) -> None:
        """So many rows are about to be done."""
        self.total = total
        if notice:
            click.echo(notice, err=True)
        if self.path:
            self.file = self.path.open("w", encoding="utf-8-sig", newline="")
            self.file.write(line(HEADS))
        self.task = self.bar.add_task("Trying" if self.trial else "Importing", total=total)
        self.bar.start()

    def step(self, done: int, results: Iterable[Result]) -> None:
        """These rows are done; `done` in all."""
        for result in results:
            self.counts[result.outcome] += 1
            if result.outcome == Outcome.FAILED:
                self.failed.append((result.line, result.label, result.message))
            if self.file:
                self.file.write(line(results_cells(result, self.trial)))
        if self.task is not None:
            self.bar.update(self.task, completed=done)

    def summarise(self) -> int:
        """Print what became of the rows, and every one that failed. Answers the command's exit code."""
        for number, label, message in self.failed:
            click.echo(f"line {number}: {label or '(no name)'}: {message}")
        click.echo(f"{self.total:,} rows: {summary(self.counts, trial=self.trial)}.")
        if self.trial:
            click.echo("Nothing was written: this was a dry run.")
        if self.path:
            click.echo(f"Results of every row: {self.path}")
        return 1 if self.failed else 0
