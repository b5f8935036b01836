"""A backup put back: the whole platform is as it was then."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import DatabaseError

from portal.base.db import Base, db, let_go
from portal.gateways.databases import database
from portal.gateways.snapshots import Progress
from portal.models import Organization, User, Workspace
from portal.operations import jobs, sessions
from portal.operations.audit import record
from portal.operations.backup_archives import DATABASE, FILES, SECRET, Archive, Manifest
from portal.operations.backups import FOLDERS
from portal.operations.unit import unit
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Refused
from portal.settings import KEY_FILE, Settings

KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
VERSIONS = "alembic_version"


def prepare(archive: Archive, settings: Settings) -> bool:
    """The instance folder is there, with the secret key of the archive if it has none itself; whether it was taken."""
    key = settings.instance / KEY_FILE
    takes = SECRET in archive.manifest.sha256 and not settings.secret_key and not key.exists()
    if takes:
        settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        archive.take(SECRET, key, lambda *_: None)
    settings.prepare()
    return takes


def check(manifest: Manifest, settings: Settings, migrations: Path, *, replace: bool) -> None:
    """Raises Refused for a backup that this version of Portal, or this database, cannot take, and Conflict if there is
    something already and nobody said that it is to be replaced."""
    kind = database(settings.url).kind
    if manifest.kind != kind:
        raise Refused(
            f"The backup is of {KINDS[manifest.kind]}, and PORTAL_DATABASE_URL is {KINDS[kind]}: "
            "a backup is restored on the kind of database that it was made of."
        )
    try:
        ScriptDirectory(str(migrations)).get_revision(manifest.revision)
    except CommandError as error:
        raise Refused(
            f"The backup was made by Portal {manifest.portal}, which is newer than this one: install that first."
        ) from error
    there = "" if replace else contents()
    if there:
        raise Conflict(f"The database is not empty: {there}. With --replace the backup takes its place.")


def contents() -> str:
    """What is in the database, in words; blank for nothing but what `portal init` makes."""
    try:
        if not inspect(db.engine).has_table(User.__tablename__):
            return ""
        tables = {"users": User, "organizations": Organization, "workspaces": Workspace}
        found = {name: db.session.scalar(select(func.count()).select_from(each)) for name, each in tables.items()}
    except DatabaseError as error:
        return f"it cannot be read ({error.orig})"
    finally:
        leave()
    return ", ".join(f"{number:,} {name}" for name, number in found.items()) if any(found.values()) else ""


def leave() -> None:
    """This process has no connection to the database."""
    db.session.remove()
    let_go()
    db.engine.dispose()


def load(archive: Archive, settings: Settings, told: Progress, *, replace: bool = False) -> None:
    """Database and files are the archive's; `replace`: nothing else is left there. Raises Refused, with all as it was,
    if it is damaged, and Conflict while Portal runs."""
    leave()
    target, manifest, instance = database(settings.url), archive.manifest, settings.instance
    with (
        tempfile.TemporaryDirectory(prefix=".restoring-", dir=target.beside(instance)) as beside,
        tempfile.TemporaryDirectory(prefix=".restoring-", dir=instance) as kept,
    ):
        dump = Path(beside) / DATABASE
        archive.take(DATABASE, dump, told)
        files = unpack(archive, Path(kept), told)
        target.load(dump, {*manifest.rows, *Base.metadata.tables, VERSIONS}, told, whole=replace)
        for folder in FOLDERS:
            shutil.rmtree(instance / folder, ignore_errors=True)
        for path, place in files.items():
            (instance / place).parent.mkdir(mode=0o700, exist_ok=True)
            path.rename(instance / place)
    found = target.rows(manifest.rows)
    if wrong := [name for name, number in manifest.rows.items() if found[name] != number]:
        raise Refused(f"Not all rows came back: {', '.join(wrong)} differ from what was backed up.")


def unpack(archive: Archive, to: Path, told: Progress) -> dict[Path, str]:
    """The files of the instance are in this folder; answers the place of each within the instance."""
    found = {}
    for number, name in enumerate(archive.files):
        place = Path(name.removeprefix(FILES))
        if len(place.parts) != 2 or place.parts[0] not in FOLDERS or place.parts[1] == "..":
            raise Refused(f"The archive holds a file that no backup has: {name}")
        path = to / str(number)
        archive.take(name, path, told)
        found[path] = str(place)
    return found


def seal(manifest: Manifest, by: Actor) -> int:
    """Once the tables are those of this version: the log says what happened, and everybody logs in again, since who was
    logged out after the backup would be in again. What jobs were at is free for whoever comes first. Answers how many
    sessions were ended."""
    with unit() as session:
        ended = sessions.end_everybody(session, by.at)
        jobs.leave_all(session, by.at)
        made = manifest.made_at.isoformat(timespec="seconds")
        record("platform.restored", by, made_at=made, portal=manifest.portal, sessions=ended)
        return ended
