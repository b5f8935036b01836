"""An import that is killed at any moment, and run again, ends as if it had run once."""

import faulthandler
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import Organization, Task, TaskResult, TaskState, User, Workspace
from portal.operations.unit import exclusively, unit
from tests.conftest import KEY
from tests.support import processes, warm
from tests.support.creation import check_platform, count

pytestmark = pytest.mark.faults

# PORTAL_TEST_IMPORT_ROWS=8000 runs it at full size.
ROWS = int(os.environ.get("PORTAL_TEST_IMPORT_ROWS", "250"))
KILLED_AT = ROWS * 3 // 8


@pytest.fixture(autouse=True)
def as_long_as_it_takes() -> None:
    """At full size a test takes longer than what counts as hanging (pyproject.toml)."""
    if ROWS > 1000:
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Workspaces whose names and owners partly repeat, so that addresses are numbered and people known."""
    path = tmp_path / "rows.csv"
    lines = [f"Técnica {n % 50},owner{n % (ROWS - 40)}@many.example,chat{n}.many.example" for n in range(ROWS)]
    path.write_text("\n".join(["name,owner_email,custom_domain", *lines]), encoding="utf-8")
    return path


@pytest.fixture
def environment(app: Flask, database_url: str, tmp_path: Path) -> dict[str, str]:
    """Where the command finds the test's database."""
    return processes.own_environment(
        PORTAL_INSTANCE=str(tmp_path), PORTAL_DATABASE_URL=database_url, PORTAL_SECRET_KEY=KEY
    )


def workspaces() -> int:
    db.session.rollback()
    found = db.session.scalar(select(func.count()).select_from(Workspace))
    db.session.rollback()
    return found or 0


def kill_when(true: Callable[[], bool], file: Path, environment: dict[str, str], log: Path) -> None:
    process = warm.start("import-workspaces", str(file), log=log, env=environment)
    processes.wait_for(process, true, within=600, what=log.read_text)
    processes.kill(process)
    with unit() as session:
        exclusively(session, "workspaces")  # PostgreSQL may have its COMMIT still before it


def check_exact() -> None:
    """As many as there are rows, each once, and all that must hold of them."""
    db.session.rollback()
    pairs = select(Workspace.name, User.email_key).join(User, User.id == Workspace.owner_id)
    found = db.session.execute(pairs).all()
    assert len(found) == len(set(found)) == ROWS
    assert count(Organization) == ROWS and count(User) == ROWS - 40
    check_platform()


def test_an_import_killed_midway_and_run_again_is_exact(
    app: Flask, file: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    kill_when(lambda: workspaces() >= KILLED_AT, file, environment, tmp_path / "log")
    left = workspaces()
    assert KILLED_AT <= left < ROWS
    assert count(TaskResult) == left, "a row and its result are one unit"
    check_platform()

    again = warm.portal("import-workspaces", str(file), environment=environment, within=600)
    assert again.returncode == 0, again.stderr
    assert f"{ROWS - left:,} created, {left:,} there already." in again.stdout
    check_exact()


def test_an_import_killed_again_and_again_comes_to_its_end(
    app: Flask, file: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    for share in (1, 2, 3):  # early, so that it is not done before a busy machine looks
        kill_when(lambda: workspaces() >= ROWS * share // 8, file, environment, tmp_path / f"log{share}")
    assert warm.portal("import-workspaces", str(file), environment=environment, within=600).returncode == 0
    check_exact()


def test_ctrl_c_stops_between_two_rows(app: Flask, file: Path, environment: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = warm.start("import-workspaces", str(file), log=log, env=environment)
    processes.wait_for(process, lambda: workspaces() >= 20, within=60, what=log.read_text)
    processes.stop(process, signal.SIGINT)
    assert process.returncode == 130, log.read_text()
    task = db.session.scalars(select(Task)).one()
    assert task.state is TaskState.STOPPED and task.done == count(Workspace) == count(TaskResult)


def test_failed_rows_are_told_and_make_the_command_fail(
    app: Flask, environment: dict[str, str], tmp_path: Path
) -> None:
    path, results = tmp_path / "bad.csv", tmp_path / "results.csv"
    path.write_text("name,owner_email\nAcme,maya@acme.example\nBeta,nowhere\n")
    run = warm.portal("import-workspaces", str(path), "--results", str(results), environment=environment)
    assert run.returncode == 1
    assert "line 3: Beta: owner_email: Enter a full e-mail address" in run.stdout
    assert "2 rows: 1 created, 1 failed." in run.stdout
    assert len(results.read_text().splitlines()) == 3

    dry = warm.portal("import-workspaces", str(path), "--dry-run", environment=environment)
    assert dry.returncode == 1 and "1 there already, 1 would fail" in dry.stdout and "Nothing was written" in dry.stdout
    path.write_text("nane,owner_email\nAcme,maya@acme.example\n")
    wrong = warm.portal("import-workspaces", str(path), environment=environment)
    assert wrong.returncode == 1 and "did you mean “name”?" in wrong.stderr
