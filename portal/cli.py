"""The `portal` command. Each subcommand asks the clock, calls one operation, and says what happened."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from portal import ROOT, create_app
from portal.base import clock, hashing, site
from portal.base.declared import permission_of, scope_of
from portal.jobs import commands
from portal.operations import (
    accounts,
    demo,
    health,
    import_sources,
    imports,
    passwords,
    platform,
    repair,
    second_factor,
    tasks,
)
from portal.queries import audit as audit_log
from portal.queries import doctor, example, principals, truth
from portal.rules.access import StaffRole
from portal.rules.actors import Actor
from portal.rules.errors import PortalError, Refused
from portal.server import serve as serve_forever
from portal.settings import Settings, SettingsError
from portal.web import backup_commands, import_report, terminal


def make_app() -> Flask:
    """The app for a command; a setting that cannot be used ends the command with its message."""
    try:
        return create_app(Settings.load())
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """Portal: the control room of a multi-tenant messaging and telephony platform."""
    context.obj = make_app  # for commands that live elsewhere


@main.command()
@click.option("--currency", help="Three letters: what totals are shown in and new customers start with (else INR).")
@click.option("--timezone", help="The platform's days, and what new workspaces start with (else Asia/Kolkata).")
def init(currency: str | None, timezone: str | None) -> None:
    """Make folder, key, database and free plan.

    Safe to repeat: what is there stays, and a database of an earlier version is brought up to date."""
    settings = Settings.load()
    settings.prepare()
    with make_app().app_context():
        upgrade(directory=str(ROOT / "migrations"))
        try:
            platform.initialise(Actor.command("init", clock.now()), currency=currency, timezone=timezone)
        except PortalError as error:
            raise click.ClickException(error.message) from error
    click.echo(f"Ready: {settings.instance.resolve()}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Processes.")
@click.option("--threads", default=4, show_default=True, help="Threads of each process.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages."""
    settings = Settings.load()
    with make_app().app_context():  # a fault is told here once, not by each worker
        check_tables()
        if settings.now and principals.any_user() and not principals.platform().is_example:
            raise click.ClickException("PORTAL_NOW stops the clock, and this is real data: unset it to serve.")
        nobody = not principals.any_user()
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise click.ClickException(
            f"{host}:{port} cannot be used ({error.strerror}): give another one, such as --port {port + 1} "
            f"(make run PORT={port + 1})."
        ) from error
    click.echo(f"Portal is at http://{host}:{port}")
    if nobody:
        click.echo("Nobody can log in yet: make the platform owner's account with `portal create-owner`.")
    serve_forever(settings, host, port, workers, threads)


def check_tables() -> None:
    """The command ends with a message where the database is not reached, or is another version's."""
    try:
        wrong = doctor.behind(ROOT / "migrations")
    except OperationalError as error:
        raise click.ClickException(f"The database cannot be reached: {error.orig}") from error
    if wrong:
        raise click.ClickException(f"Not started: {wrong}.")


@main.command("create-owner")
@click.option("--email", help="Asked for if left out.")
@click.option("--name", help="Asked for if left out.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, for scripts.")
def create_owner(email: str | None, name: str | None, password_stdin: bool) -> None:
    """Make an account for an owner of the platform."""
    with make_app().app_context():
        by = Actor.command("create-owner", clock.now())
        try:
            email = email or click.prompt("E-mail", value_proc=asked(accounts.check_new_email))
            name = name or click.prompt("Name", value_proc=asked(accounts.check_name))
            if password_stdin:
                password = sys.stdin.readline().rstrip("\r\n")
            else:
                check = asked(partial(passwords.check_strength, email=email, name=name))
                password = click.prompt("Password", hide_input=True, confirmation_prompt=True, value_proc=check)
            accounts.create_staff(email, name, password, StaffRole.OWNER, by)
        except PortalError as error:
            raise click.ClickException(error.message) from error
    click.echo(f"{email} is an owner of the platform and can log in at {Settings.load().public_url}")


@main.command("reset-second-factor")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset_second_factor(email: str, yes: bool) -> None:
    """Switch two-factor log-in off for EMAIL, who lost telephone and recovery codes.

    Be sure who asks: afterwards the password alone opens the account. All of its sessions end."""
    if not yes:
        click.confirm(f"Take two-factor log-in off the account of {email}, and end all of its sessions?", abort=True)
    with make_app().app_context():
        try:
            name = second_factor.reset(email, Actor.command("reset-second-factor", clock.now()))
        except PortalError as error:
            raise click.ClickException(error.message) from error
    click.echo(f"{name} logs in with the password alone now, and can set two-factor log-in up again.")


@main.command("demo")
@click.option("--workspaces", default=demo.WORKSPACES, show_default=True, type=click.IntRange(min=demo.LEAST))
@click.option("--seed", default=demo.SEED, show_default=True, help="The same seed gives the same platform.")
@click.option("--days", type=click.IntRange(min=1), help="Days of usage; 90, or 30 for more than 20,000 workspaces.")
@click.option("--logins", type=click.Path(dir_okay=False, path_type=Path), help="Write the log-ins to this JSON file.")
@click.option("--if-empty", is_flag=True, help="Do nothing where anything is there already.")
@click.option("--wipe", is_flag=True, help="Remove the example platform, and load none.")
def load_demo(workspaces: int, seed: int, days: int | None, logins: Path | None, if_empty: bool, wipe: bool) -> None:
    """Load an example platform to look at. It is never mixed with real data."""
    with make_app().app_context(), terminal.Steps() as steps:
        found = example.contents()
        try:
            if wipe or (if_empty and found.is_unfinished):
                demo.wipe(clock.now(), steps.told)
            if wipe:
                platform.initialise(Actor.command("demo --wipe", clock.now()))
                click.echo(f"The example platform is gone: {found.words()}.")
                return
            if not if_empty or found.is_empty or found.is_unfinished:
                wanted = demo.Wanted(workspaces, seed, days)
                demo.load(wanted, clock.now(), hashing.hash_password, steps.told)
        except PortalError as error:
            raise click.ClickException(error.message) from error
        shown = example.contents()
    if shown.is_example:
        terminal.show_logins(shown, Settings.load().public_url, logins)


@main.command("doctor")
@click.option("--repair", "mend", is_flag=True, help="Make stored columns, totals and search true, and renew health.")
def examine(mend: bool) -> None:
    """Check the settings, the database, and all that is stored twice. Ends with 1 if anything differs."""
    settings = Settings.load()
    with make_app().app_context(), terminal.Steps() as steps:
        if mend:
            mended = repair.repair(clock.now(), steps.told)
            click.echo(f"Repaired {mended.workspaces:,} workspaces; totals and search were made anew.")
            changed = renew_health(clock.now(), steps)
            click.echo(f"Health was worked out anew for every workspace: {changed:,} changed.")
        findings = doctor.examine(settings, ROOT / "migrations", steps.told)
        wrong = [finding for finding in findings if not terminal.show(finding)]
    if wrong:
        raise click.ClickException(f"{len(wrong)} of the checks found something.")
    click.echo("All is well.")


def renew_health(now: datetime, steps: terminal.Steps) -> int:
    """Every workspace's health is as of now; how many changed."""
    total, done = truth.workspace_total(), 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        steps.told("Working out health", done, total)

    return health.assess_all(now, advance, stamp=True)


def asked(check: Callable[[str], str]) -> Callable[[str], str]:
    """A check for a prompt: what is refused is said, and asked for again."""

    def read(text: str) -> str:
        try:
            return check(text)
        except PortalError as error:
            raise click.UsageError(error.message) from error

    return read


@main.command("import-workspaces")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would become of every row, and write nothing.")
@click.option("--send-mail", is_flag=True, help="Send invitations to owners who have no account yet.")
@click.option("--results", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="A CSV file for them.")
def import_workspaces(file: Path, dry_run: bool, send_mail: bool, results: Path | None) -> None:
    """Make a workspace of every row of FILE. Safe to run again: rows that are done stay as they are.

    Ends with 1 if any row failed, and with 130 if it was stopped."""
    with make_app().app_context(), import_report.Report(results, trial=dry_run) as report:
        by = Actor.command("import-workspaces", clock.now())
        try:
            source = import_sources.inspect(file, site.settings().max_import)
            report.expect(source.total, source.file.notice)
            if dry_run:
                imports.rehearse(source, by, report.step)
            else:
                claim = imports.start_here(file.name, source, by, send_mail=send_mail)
                with stopping(claim):
                    imports.run(claim, source, by, clock.now, report.step)
                tasks.finish(claim, Actor.command("import-workspaces", clock.now()))
        except (Refused, tasks.Ended) as error:
            raise click.ClickException(str(error) or "The import was stopped.") from error
    sys.exit(report.summarise())


@contextmanager
def stopping(claim: tasks.Claim) -> Iterator[None]:
    """Inside, Ctrl-C stops the task between two rows, and says so."""
    try:
        yield
    except KeyboardInterrupt:
        tasks.stop(claim.public_id, Actor.command("import-workspaces", clock.now()))
        click.echo("Stopped. What is done stays; run it again for the rest.", err=True)
        sys.exit(130)


@main.group()
def audit() -> None:
    """The audit log."""


@audit.command()
def verify() -> None:
    """Walk the whole chain of events, and name the first that does not hold. Ends with 1 if there is one."""
    with make_app().app_context():
        verdict = audit_log.verify()
    if verdict.fault:
        raise click.ClickException(f"Good events: {verdict.events:,}. Event {verdict.sequence} {verdict.fault}.")
    erased = f", {verdict.erased:,} of them erased by a purge" if verdict.erased else ""
    click.echo(f"The chain holds: {verdict.events:,} events{erased}.")


@main.group()
@click.pass_context
def jobs(context: click.Context) -> None:
    """What time moves: list it, or run one by hand."""
    context.with_resource(make_app().app_context())


for command in commands.COMMANDS:
    jobs.add_command(command)
for command in backup_commands.COMMANDS:
    main.add_command(command)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON: a list of rule, endpoint, methods, permission.")
def routes(as_json: bool) -> None:
    """Every route with its methods and the permission, or the scope of an API key, that it needs."""
    found = [_route(app, rule) for app in [make_app()] for rule in app.url_map.iter_rules()]
    if as_json:
        json.dump(found, sys.stdout, indent=1)
        return
    for route in found:
        click.echo(f"{','.join(route['methods']):10} {route['permission'] or '-':32} {route['rule']}")


def _route(app: Flask, rule: Any) -> dict[str, Any]:
    methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    needed = permission_of(app, rule.endpoint) or scope_of(app, rule.endpoint)
    return {
        "rule": rule.rule,
        "endpoint": rule.endpoint,
        "methods": methods,
        "permission": needed.value if needed else None,
    }


if __name__ == "__main__":
    main()
