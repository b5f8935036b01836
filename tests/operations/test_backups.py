"""Backup and restore: what comes back is what was there, as of one instant, and nothing is lost on the way."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import NullPool, create_engine, func, inspect, select

from portal import create_app
from portal.base import hashing
from portal.base.db import db, engine_options
from portal.models import LoginSession, Workspace
from portal.operations import backup_archives, backups, demo, jobs, restores
from portal.operations.backup_archives import DATABASE, MANIFEST, Manifest
from portal.queries import doctor, measures
from portal.queries import jobs as reads
from portal.queries.doctor import Finding
from portal.rules.errors import Conflict, PortalError, Refused
from portal.settings import KEY_FILE, Settings
from portal.web import backup_commands
from tests import factories
from tests.conftest import KEY, NOW, ROOT, migrate
from tests.factories import command
from tests.support.creation import actions
from tests.support.databases import Database
from tests.support.people import session_of
from tests.support.servers import Server

Restore = Callable[..., Result]

MIGRATIONS = ROOT / "migrations"
HEAD = next(iter(doctor.heads(MIGRATIONS)))
MADE = Manifest("0.1.0", NOW, "sqlite", HEAD, {"workspace": 2})


def quiet(step: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def there(elsewhere: str, tmp_path: Path) -> Settings:
    """Of the other machine, on which nothing is yet."""
    return Settings(instance=tmp_path / "there", database_url=elsewhere, testing=True, now=NOW.isoformat())


@pytest.fixture
def restore(there: Settings, monkeypatch: pytest.MonkeyPatch) -> Restore:
    """`portal restore` as it is typed on the other machine; afterwards it has no connection left, as a process that
    has ended."""
    monkeypatch.setenv("PORTAL_INSTANCE", str(there.instance))
    monkeypatch.setenv("PORTAL_DATABASE_URL", there.database_url)

    def typed(*words: str) -> Result:
        made: list[Flask] = []

        def make_app() -> Flask:
            made.append(create_app(there))
            return made[-1]

        done = CliRunner().invoke(backup_commands.restore, words, obj=make_app)
        for app in made:
            with app.app_context():
                restores.leave()
        return done

    return typed


def unwell(settings: Settings) -> list[Finding]:
    """What the doctor finds."""
    with create_app(settings).app_context():
        found = [finding for finding in doctor.examine(settings, MIGRATIONS) if not finding.is_well]
        restores.leave()
        return found


@pytest.fixture
def settings(app: Flask, database_url: str, tmp_path: Path) -> Settings:
    """Of the platform that is backed up, with a key of its own."""
    found = Settings(instance=tmp_path, database_url=database_url, testing=True)
    found.prepare()
    return found


def make(to: Path, settings: Settings, *, with_key: bool = False) -> Manifest:
    return backups.make(to, settings, MIGRATIONS, command(), quiet, with_key=with_key).manifest


def test_what_was_there_comes_back_on_an_empty_machine(
    settings: Settings, restore: Restore, there: Settings, tmp_path: Path, now: datetime
) -> None:
    demo.load(demo.Wanted(12, days=20), now, hashing.hash_password, quiet)
    session_of(factories.user("late@example.test"))
    kept = tmp_path / "imports" / "tsk_1.csv"
    kept.parent.mkdir()
    kept.write_text("name,owner_email\n")
    file = tmp_path / "portal.zip"
    rows = make(file, settings, with_key=True).rows
    assert file.stat().st_mode & 0o077 == 0 and rows["workspace"] == 12 and rows["login_session"] == 1
    assert actions()[-1] == "platform.backed_up" and measures.figures([]).backed_up_at == NOW

    done = restore(str(file))
    assert done.exit_code == 0 and "12 workspaces" in done.output and "1 sessions ended" in done.output, done.output
    assert (there.instance / KEY_FILE).read_text() == (tmp_path / KEY_FILE).read_text()
    assert (there.instance / "imports" / "tsk_1.csv").read_text() == kept.read_text()
    assert unwell(there) == []

    refused = restore(str(file))
    assert refused.exit_code == 1 and "12 workspaces. With --replace" in refused.output
    (there.instance / "imports" / "tsk_later.csv").write_text("later")
    again = restore(str(file), "--replace")
    assert again.exit_code == 0, again.output
    assert [path.name for path in (there.instance / "imports").iterdir()] == ["tsk_1.csv"]
    assert not list(tmp_path.rglob(".*restoring*")) and not list(tmp_path.rglob(".portal-backup*"))


LATER = (  # what an upgrade left that failed half way
    "CREATE TABLE later (id INTEGER PRIMARY KEY, workspace_id INTEGER NOT NULL REFERENCES workspace (id))",
    "ALTER TABLE purge RENAME COLUMN run TO job_run",
    "ALTER TABLE workspace ADD COLUMN mood VARCHAR(9) NOT NULL DEFAULT 'x'",
    "INSERT INTO later SELECT id, id FROM workspace",
    "UPDATE alembic_version SET version_num = '9999'",
)


def test_it_is_the_way_back_from_what_has_failed(
    settings: Settings, restore: Restore, there: Settings, elsewhere: str, tmp_path: Path
) -> None:
    """By the version that made the backup; and the next upgrade finds nothing of the one that failed."""
    factories.workspace("Acme")
    file = tmp_path / "portal.zip"
    make(file, settings)
    assert restore(str(file)).exit_code == 0
    engine = create_engine(elsewhere, poolclass=NullPool)
    with engine.begin() as connection:
        for each in LATER:
            connection.exec_driver_sql(each)
    assert [finding.examples[0].partition(": ")[2] for finding in unwell(there)] == [doctor.LATER]
    assert restore(str(file), "--replace").exit_code == 0 and unwell(there) == []
    assert "later" not in inspect(engine).get_table_names()
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or "").write_bytes(b"nonsense" * 1000)
        assert restore(str(file), "--replace").exit_code == 0 and unwell(there) == []


def test_a_restore_logs_everybody_out_and_says_so(app: Flask) -> None:
    session_of(factories.user("bob@example.test"))
    assert jobs.claim("trials", NOW, NOW) and not reads.left(NOW, "trials")
    assert restores.seal(MADE, command()) == 1
    assert reads.left(NOW, "trials"), "what a process of the other machine was at is free"
    assert db.session.scalar(select(func.count()).where(LoginSession.revoked_at.is_(None))) == 0
    assert actions()[-1] == "platform.restored"


def test_nothing_is_restored_where_portal_runs(
    settings: Settings, restore: Restore, elsewhere: str, tmp_path: Path
) -> None:
    file = tmp_path / "portal.zip"
    factories.workspace("Acme")
    make(file, settings)
    migrate(elsewhere)
    engine = create_engine(elsewhere, **engine_options(elsewhere))
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM workspace")
        done = restore(str(file))
        assert done.exit_code == 1 and "Portal is running on this database" in done.output
        assert connection.exec_driver_sql("SELECT count(*) FROM workspace").scalar() == 0
    engine.dispose()
    done = restore(str(file))
    assert done.exit_code == 0, done.output


def test_a_database_that_cannot_be_loaded_leaves_the_old_one_as_it_was(
    settings: Settings, database: Database, tmp_path: Path, running: dict[str, Server]
) -> None:
    """The archive is whole; what was put in is not."""
    if database.url in running:  # a server that other tests share
        running.pop(database.url).stop()
    factories.workspace("Acme")
    bad, file = tmp_path / "bad", tmp_path / "portal.zip"
    bad.write_bytes(b"PGDMP" + b"nonsense" * 100)
    with backup_archives.written(file) as archive:
        archive.add(DATABASE, bad, quiet)
        archive.seal(replace(MADE, kind=database.kind, sha256=archive.sha256))
    with backup_archives.opened(file) as found, pytest.raises(Refused, match=r"damaged|stays as it was"):
        restores.load(found, settings, quiet)
    assert db.session.scalar(select(Workspace.name)) == "Acme"


# What is changed in the manifest, and the words of the refusal.
UNFIT: list[tuple[dict[str, Any], type[PortalError], str]] = [
    ({"kind": "other"}, Refused, "on the kind of database that it was made of"),
    ({"revision": "9999"}, Refused, "newer than this one"),
    ({}, Conflict, "1 workspaces. With --replace"),
]


def test_what_cannot_be_restored_is_refused_in_words(settings: Settings, database: Database) -> None:
    factories.workspace("Acme")
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[database.kind]
    for change, error, words in UNFIT:
        values = {"kind": database.kind} | change
        manifest = replace(MADE, **values | ({"kind": other} if values["kind"] == "other" else {}))
        with pytest.raises(error, match=words):
            restores.check(manifest, settings, MIGRATIONS, replace=False)
    restores.check(replace(MADE, kind=database.kind), settings, MIGRATIONS, replace=True)


def test_a_backup_overwrites_nothing_and_leaves_no_part(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "portal.zip"
    file.write_text("precious")
    with pytest.raises(Refused, match="is there already"):
        make(file, settings)
    assert file.read_text() == "precious"
    with pytest.raises(Refused, match="no folder"):
        make(tmp_path / "none" / "portal.zip", settings)
    with pytest.raises(Refused, match="in PORTAL_SECRET_KEY"):
        make(tmp_path / "b.zip", replace(settings, instance=tmp_path / "other", secret_key=KEY), with_key=True)
    assert not list(tmp_path.glob(".portal-backup*")) and not (tmp_path / "b.zip").exists()


# ---------------------------------------------------------------- archives alone


def whole(file: Path) -> Path:
    """A small archive at this path."""
    content = file.with_name("content")
    content.write_bytes(os.urandom(2_000))
    with backup_archives.written(file) as archive:
        archive.add(DATABASE, content, quiet)
        archive.seal(replace(MADE, sha256=archive.sha256))
    return file


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-30])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[500] ^= 1
    file.write_bytes(content)


def other_content(file: Path) -> None:
    rewrite(file, **{DATABASE: b"something else"})


def rewrite(file: Path, **changed: bytes) -> None:
    with zipfile.ZipFile(file) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (held | changed).items():
            archive.writestr(name, content)


def manifest(**changed: Any) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            values = json.loads(archive.read(MANIFEST)) | changed
        rewrite(file, **{MANIFEST: json.dumps(values).encode()})

    return change


DAMAGES: list[tuple[Callable[[Path], object], str]] = [
    (cut, "no backup of Portal, or was cut off"),
    (flip, "database cannot be read"),
    (other_content, "not what was backed up"),
    (lambda file: file.write_text("name,owner\n"), "no backup of Portal"),
    (lambda file: rewrite(file, more=b"x"), "does not hold what its manifest says"),
    (lambda file: rewrite(file, **{MANIFEST: b"{}"}), "no backup of Portal"),
    (manifest(format=99, portal="7.0"), "made by Portal 7.0"),
    (manifest(unknown=1), "manifest is damaged"),
]


def test_a_damaged_archive_is_never_taken(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with backup_archives.opened(whole(tmp_path / "good.zip")) as archive:
        archive.take(DATABASE, target, quiet)
        assert target.stat().st_mode & 0o077 == 0
        target.unlink()
    for number, (damage, words) in enumerate(DAMAGES):
        file = whole(tmp_path / f"{number}.zip")
        damage(file)
        with pytest.raises(Refused, match=words), backup_archives.opened(file) as archive:
            archive.take(DATABASE, target, quiet)
        assert not target.exists()


@pytest.mark.parametrize("name", ["files/../secret.key", "files/imports/..", "files/other/x", "files//etc/passwd"])
def test_a_file_goes_nowhere_but_where_backups_have_files(tmp_path: Path, name: str) -> None:
    file = tmp_path / "evil.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
        archive.writestr(MANIFEST, replace(MADE, sha256={name: hashlib.sha256(b"x").hexdigest()}).text())
    with backup_archives.opened(file) as found, pytest.raises(Refused, match="no backup has"):
        restores.unpack(found, tmp_path, quiet)
