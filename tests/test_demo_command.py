"""`portal demo` and `portal doctor` as they are typed."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.base.db import db
from portal.models import User, Workspace
from portal.operations import demo
from portal.operations.unit import unit
from portal.queries import example
from tests.conftest import NOW, LoadExample
from tests.support.commands import Portal


def test_the_log_ins_are_printed_and_written_for_their_owner_alone(portal: Portal, tmp_path: Path) -> None:
    file = tmp_path / "logins.json"
    done = portal("demo", "--workspaces", "20", "--days", "7", "--logins", str(file))
    assert done.returncode == 0, done.stderr
    logins = json.loads(file.read_text())
    assert logins == demo.logins()
    assert {tuple(login) for login in logins} == {("role", "email", "password", "workspace")}
    assert all(login["email"] in done.stdout and login["password"] in done.stdout for login in logins)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert example.contents().workspaces == 20


def test_if_empty_loads_once_and_then_only_says_who_can_log_in(portal: Portal, tmp_path: Path) -> None:
    file = tmp_path / "logins.json"
    assert portal("demo", "--if-empty", "--workspaces", "12", "--days", "7").returncode == 0
    first = list(db.session.scalars(select(Workspace.public_id)))
    again = portal("demo", "--if-empty", "--seed", "5", "--logins", str(file))
    assert (again.returncode, list(db.session.scalars(select(Workspace.public_id)))) == (0, first)
    assert "owner@portal.example" in again.stdout and json.loads(file.read_text()) == demo.logins()


def add_bob() -> None:
    with unit() as session:
        session.add(User(name="Bob", name_key="bob", email="bob@real.test", email_key="bob@real.test", created_at=NOW))


def test_if_empty_does_nothing_beside_real_data(portal: Portal, tmp_path: Path) -> None:
    add_bob()
    done = portal("demo", "--if-empty", "--logins", str(tmp_path / "logins.json"))
    assert (done.returncode, done.stdout) == (0, "")
    assert not (tmp_path / "logins.json").exists()
    assert example.contents().words() == "1 user, 0 organizations, 0 workspaces"


def test_real_data_is_refused_in_words(portal: Portal) -> None:
    add_bob()
    for words in (["demo"], ["demo", "--wipe"]):
        done = portal(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert "1 user" in done.stderr and "Traceback" not in done.stderr
    assert db.session.scalar(select(User.email)) == "bob@real.test"


def test_if_empty_starts_over_where_loading_was_killed(portal: Portal, app: Flask) -> None:
    class Killed(Exception):
        pass

    def killed(*step: Any) -> None:
        raise Killed

    with pytest.raises(Killed):
        demo.load(demo.Wanted(12, seed=3), NOW, lambda password: "", killed)
    assert example.contents().is_unfinished
    done = portal("demo", "--if-empty", "--workspaces", "15", "--days", "7")
    assert done.returncode == 0, done.stderr
    found = example.contents()
    assert (found.workspaces, found.is_unfinished) == (15, False)


def test_wipe_says_what_is_gone(portal: Portal, load_example: LoadExample) -> None:
    load_example(demo.Wanted(12))
    done = portal("demo", "--wipe")
    assert done.returncode == 0 and "12 workspaces" in done.stdout
    assert example.contents().is_empty


def test_the_doctor_ends_with_1_where_something_differs_and_repairs_it(
    portal: Portal, load_example: LoadExample
) -> None:
    load_example(demo.Wanted(12))
    well = portal("doctor")
    assert (well.returncode, well.stdout.splitlines()[-1]) == (0, "All is well."), well.stdout
    with unit() as session:
        session.execute(text("UPDATE workspace SET user_count = 99"))
    unwell = portal("doctor")
    lines = unwell.stdout.splitlines()
    assert unwell.returncode == 1
    assert [line for line in lines if line.startswith("differs")] == ["differs  Counts: 12"]
    assert sum("user_count is 99, not " in line for line in lines) == 5
    assert "and 7 more" in unwell.stdout
    repaired = portal("doctor", "--repair")
    assert repaired.returncode == 0 and "Repaired 12 workspaces" in repaired.stdout
    assert "Health was worked out anew for every workspace: 0 changed." in repaired.stdout
    assert portal("doctor").returncode == 0
