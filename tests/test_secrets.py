"""Secrets stay where they belong: not in logs, and in files that nobody else can read."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.base import hashing, logs
from portal.base.db import db
from portal.settings import KEY_FILE, Settings


@pytest.fixture
def as_json() -> Iterator[None]:
    """Logs are JSON lines."""
    logs.configure("INFO", True)
    yield
    logs.configure("INFO", False)


def fails(password: str) -> None:
    raise ZeroDivisionError(len(password))


def test_a_fault_in_the_log_has_its_place_and_no_variables(as_json: None) -> None:
    event: Any = {"event": "request_failed"}
    try:
        fails("quiet harbour violet")
    except ZeroDivisionError:
        event["exc_info"] = True
        for step in structlog.get_config()["processors"]:
            event = step(None, "error", event)
    assert json.loads(event)["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert "fails" in event and "quiet harbour" not in event


def test_a_fault_of_the_database_does_not_tell_the_values(app: Flask) -> None:
    with pytest.raises(DBAPIError) as fault:
        db.session.execute(text("SELECT * FROM nowhere WHERE link = :link"), {"link": "secret-token"})
    db.session.rollback()
    assert "nowhere" in str(fault.value) and "secret-token" not in str(fault.value)


def test_the_files_of_an_open_folder_are_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o755)
    settings = Settings(instance=folder)
    settings.database.touch(0o644)
    settings.prepare()
    settings.prepare()
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {
        KEY_FILE: "0o600",
        "portal.sqlite3": "0o600",
    }


def test_a_password_without_end_is_not_read_to_its_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = hashing.LONGEST
    kept = hashing.hash_password("a" * longest)
    real, read = unicodedata.normalize, []

    def normalize(form: Any, given: str) -> str:
        read.append(len(given))
        return real(form, given)

    monkeypatch.setattr("portal.base.hashing.unicodedata.normalize", normalize)
    assert hashing.matches(kept, "a" * longest)
    assert not hashing.matches(kept, "a" * (longest + 1))
    assert not hashing.matches(kept, "a" + "\u0315\u0300" * 1_000_000)
    assert max(read) <= longest + 1
