"""`portal jobs`: what time moves, looked at and run by hand."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from portal.base import clock
from portal.base.scheduler import JOBS
from portal.jobs import runner
from portal.jobs.schedule import NAMES
from portal.operations import jobs as operations
from portal.queries import jobs as reads
from portal.queries.jobs import RunView
from portal.rules.actors import Actor
from portal.rules.errors import PortalError


class AtInstant(click.ParamType):
    """An instant in ISO 8601 with its zone, such as 2027-01-01T00:00Z."""

    name = "instant"

    def convert(self, value: str, param: click.Parameter | None, context: click.Context | None) -> datetime:
        """The instant, in UTC."""
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is no instant: give one such as 2027-01-01T00:00Z.", param, context)
        if found.tzinfo is None:
            self.fail(f"“{value}” has no time zone: write {value}Z for UTC.", param, context)
        return found.astimezone(UTC)


@click.command("list")
def listing() -> None:
    """Every job: its schedule, when it comes next, and what its last run did. Instants are UTC."""
    now = clock.now()
    latest = reads.recent(NAMES, 1)
    for name in NAMES:
        job = JOBS[name]
        click.echo(f"{name:18} every {_lasting(job.every.step.total_seconds()):8} next {job.every.next(now):%F %R}")
        click.echo(f"{'':18} {job.what}")
        for run in latest[name]:
            click.echo(f"{'':18} last {run.slot:%F %R}, {_outcome(run)}")


@click.command("run")
@click.argument("name", type=click.Choice(NAMES), metavar="NAME")
@click.option(
    "--now", "at", type=AtInstant(), help="The instant that the job takes for now, such as 2027-01-01T00:00Z."
)
def run(name: str, at: datetime | None) -> None:
    """Run the job NAME once, here and at once, after what a process that died has left of it. Ends with 1 if it
    fails."""
    for other in reads.left(clock.now(), name):
        runner.resume(other, clock.now)
    try:
        asked = operations.ask(name, Actor.command(f"jobs run {name}", clock.now()), at)
    except PortalError as error:
        raise click.ClickException(error.message) from error
    runner.resume(asked, clock.now)
    done = reads.run(asked)
    if done is None or done.is_open:
        raise click.ClickException("Another process has taken this run. Its page under Jobs shows what comes of it.")
    click.echo(f"{name}: {_outcome(done)}")
    sys.exit(1 if done.error else 0)


def _outcome(run: RunView) -> str:
    if run.finished_at is None:
        return "running"
    counts = ", ".join(f"{number:,} {word.replace('_', ' ')}" for word, number in run.counts.items() if number)
    lasted = _lasting((run.finished_at - run.started_at).total_seconds())
    return f"{run.state.value} in {lasted}: {run.error or counts or 'nothing to do'}"


def _lasting(seconds: float) -> str:
    """The most fitting unit."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} s" if seconds % 1 else f"{seconds:.0f} s"


COMMANDS = (listing, run)
