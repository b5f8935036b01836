"""What commands show in the terminal: progress, the log-ins of the example platform, findings of the doctor."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from portal.operations import demo
from portal.queries.doctor import Finding
from portal.queries.example import Contents


class Steps:
    """A bar for each step of long work, on the error output; to be used as a context, which ends the bars."""

    def __init__(self) -> None:
        self.bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.bars.stop()

    def told(self, step: str, done: int, total: int) -> None:
        """So much of the step is done."""
        if step not in self.tasks:
            self.bars.start()
            self.tasks[step] = self.bars.add_task(step, total=total)
        self.bars.update(self.tasks[step], completed=done)
        if done >= total:
            self.bars.stop()


def show_logins(found: Contents, url: str, file: Path | None) -> None:
    """The log-ins of the example platform, on the terminal and as JSON in the file, which is its owner's alone."""
    logins, names = demo.logins(), demo.names()
    if file:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(logins, out, indent=2)
            out.write("\n")
    click.echo(f"An example platform is here: {found.words()}. Log in at {url} as")
    for login in logins:
        click.echo(f"  {login['role']:<18} {login['email']:<30} {login['password']:<22} {names[login['email']]}")


def show(finding: Finding) -> bool:
    """A line for what is well, some for what is not; whether it is."""
    if finding.is_well:
        click.echo(f"{click.style('ok', fg='green')}       {finding.name}: {finding.note}")
        return True
    click.echo(f"{click.style('differs', fg='red')}  {finding.name}: {finding.differing:,}")
    for example in finding.examples:
        click.echo(f"           {example}")
    if finding.differing > len(finding.examples):
        click.echo(f"           and {finding.differing - len(finding.examples):,} more")
    return False
