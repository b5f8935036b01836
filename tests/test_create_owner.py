"""The first account: made on the machine, by the command that the log-in page names."""

import subprocess
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import User
from portal.operations import sessions
from portal.rules.access import StaffRole
from tests.factories import PASSWORD
from tests.support import processes, warm
from tests.support.databases import Database
from tests.support.people import visit
from tests.support.processes import own_environment

COMMAND = ["create-owner", "--email", "alice@example.test", "--name", "Alice", "--password-stdin"]


def run(database: Database, folder: Path, password: str, *changes: str) -> "subprocess.CompletedProcess[str]":
    settings = {"PORTAL_DATABASE_URL": database.url, "PORTAL_INSTANCE": str(folder), "PORTAL_SECRET_KEY": "k" * 48}
    return warm.portal(*COMMAND, *changes, environment=own_environment(**settings), answer=password + "\n")


def test_the_owner_can_log_in(app: Flask, database: Database, tmp_path: Path) -> None:
    done = run(database, tmp_path, PASSWORD)
    assert done.returncode == 0, done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    owner = db.session.scalars(select(User)).one()
    assert owner.staff_role is StaffRole.OWNER
    assert owner.email_verified_at
    assert sessions.log_in("alice@example.test", PASSWORD, visit()).token
    again = run(database, tmp_path, PASSWORD, "--email", "ALICE@example.test")
    assert again.returncode == 1
    assert "There is an account with the e-mail" in again.stderr


@pytest.mark.parametrize(
    ("password", "email", "said"),
    [("short", "alice@example.test", "at least 12 characters"), (PASSWORD, "alice", "full e-mail address")],
)
def test_what_is_refused_is_said_and_nothing_written(
    app: Flask, database: Database, tmp_path: Path, password: str, email: str, said: str
) -> None:
    done = run(database, tmp_path, password, "--email", email)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert db.session.scalar(select(User.id)) is None


def test_the_server_says_how_to_begin(app: Flask, database: Database, serve: object) -> None:
    server = serve()  # type: ignore[operator]
    processes.wait_until(lambda: "portal create-owner" in server.log.read_text(), within=10, what=server.log.read_text)
