"""Backups of the whole platform: its database and the files that belong to it, while people go on working."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from portal.gateways.databases import database
from portal.gateways.snapshots import Progress
from portal.operations.audit import record
from portal.operations.backup_archives import DATABASE, FILES, SECRET, Manifest, Writer, written
from portal.operations.unit import unit
from portal.queries import doctor
from portal.rules.actors import Actor
from portal.rules.errors import Refused
from portal.settings import KEY_FILE, Settings

FOLDERS = ("imports",)  # of the instance; compiled templates and counts of requests are made anew


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made. `size` in bytes."""

    manifest: Manifest
    size: int


def make(to: Path, settings: Settings, migrations: Path, by: Actor, told: Progress, *, with_key: bool) -> Backup:
    """There is an archive at `to` of everything as of one instant, the secret key in it if that is wanted and lies in
    the instance folder. Raises Refused where a file is there already, or the database cannot be saved; then no part of
    an archive is left."""
    key = settings.instance / KEY_FILE
    if to.exists():
        raise Refused(f"{to} is there already. A backup overwrites nothing: give another name.")
    if not to.parent.is_dir():
        raise Refused(f"There is no folder {to.parent}.")
    if with_key and not key.exists():
        raise Refused("The secret key is in PORTAL_SECRET_KEY, not in the instance folder: keep it beside the backup.")
    source = database(settings.url)
    with tempfile.TemporaryDirectory(prefix=".portal-backup-", dir=to.parent) as folder:
        part, dump = Path(folder) / "archive", Path(folder) / DATABASE
        dump.touch(0o600)
        with written(part) as archive:
            # Files come and go with rows: those of before and of after are together those of the instant between.
            add_files(archive, settings.instance, told)
            saved = source.save(dump, told)
            add_files(archive, settings.instance, told)
            archive.add(DATABASE, dump, told, packed=source.kind == "postgresql")
            if with_key:
                archive.add(SECRET, key, told)
            made = Manifest(version("portal"), by.at, source.kind, saved.revision, saved.rows, archive.sha256)
            archive.seal(made)
        size = part.stat().st_size
        part.rename(to)
    if doctor.heads(migrations) == {saved.revision}:  # else this version knows another log than the database has
        with unit():
            record("platform.backed_up", by, file=to.name, rows=sum(saved.rows.values()), size=size)
    return Backup(made, size)


def add_files(archive: Writer, instance: Path, told: Progress) -> None:
    """The instance's files that are there now are in the archive."""
    for folder in FOLDERS:
        for path in sorted((instance / folder).glob("*")):
            with suppress(FileNotFoundError):  # its task has ended meanwhile
                archive.add(f"{FILES}{folder}/{path.name}", path, told, packed=False)
