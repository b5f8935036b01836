"""`portal backup` and `portal restore`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade

from portal.base import clock
from portal.operations import backup_archives, backups, restores
from portal.operations.backup_archives import Manifest
from portal.operations.purging import again
from portal.rules.actors import Actor
from portal.rules.errors import PortalError
from portal.settings import Settings
from portal.web import terminal

MakeApp = Callable[[], Flask]


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-key", is_flag=True, help="The secret key too, for a machine that is to take this one's place.")
@click.pass_obj
def backup(make_app: MakeApp, file: Path, with_key: bool) -> None:
    """Save the whole platform to FILE, while people go on working.

    The file holds everything that Portal knows; it is readable by this user alone, and should stay so."""
    app, settings = make_app(), Settings.load()
    with app.app_context(), terminal.Steps() as steps:
        by = Actor.command("backup", clock.now())
        try:
            made = backups.make(file, settings, migrations_of(app), by, steps.told, with_key=with_key)
        except PortalError as error:
            raise click.ClickException(error.message) from error
    click.echo(f"{file}: {words(made.manifest)}, {made.size:,} bytes.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="What is in the database now is lost.")
@click.pass_obj
def restore(make_app: MakeApp, file: Path, replace: bool) -> None:
    """Put back the backup in FILE. Everybody logs in again afterwards.

    An empty database takes it as it is. Portal must not be running; if anything fails, all stays as it was."""
    settings = Settings.load()
    try:
        with terminal.Steps() as steps, backup_archives.opened(file) as archive:
            takes_key = restores.prepare(archive, settings)
            app = make_app()
            with app.app_context():
                restores.check(archive.manifest, settings, migrations_of(app), replace=replace)
                purged = again.known() if replace else []
                restores.load(archive, settings, steps.told, replace=replace)
                upgrade(directory=str(migrations_of(app)))
                back = again.start(purged or [])
                ended = restores.seal(archive.manifest, Actor.command("restore", clock.now()))
    except PortalError as error:
        raise click.ClickException(error.message) from error
    key = " The secret key is the backup's." if takes_key else ""
    click.echo(f"Restored {words(archive.manifest)}; {ended:,} sessions ended.{key}")
    if purged is None:
        click.echo("What was purged since could not be read there: it is back, until its 90 days are over.")
    if back:
        click.echo(f"{back:,} workspaces that were purged since are purged again by the job, with its next run.")
    click.echo("Mails that waited then will be sent. Look with `portal doctor` whether all is well.")


def migrations_of(app: Flask) -> Path:
    """The folder of the migrations."""
    return Path(app.root_path) / "migrations"


def words(manifest: Manifest) -> str:
    """What a backup is."""
    rows = sum(manifest.rows.values())
    made = f"{manifest.made_at:%F %R} UTC by Portal {manifest.portal}"
    return (
        f"the backup of {made} ({restores.KINDS[manifest.kind]} at {manifest.revision}): "
        f"{manifest.rows['workspace']:,} workspaces, {rows:,} rows"
    )


COMMANDS = (backup, restore)
