"""The import of numbers: each row is a number once, whatever stands in it, however often it is run or killed."""

import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base import ids
from portal.base.db import db
from portal.models import AuditEvent, Number, Task, TaskKind, TaskResult, TaskState
from portal.operations import import_sources, number_imports, tasks
from portal.operations.import_sources import Source
from portal.operations.tasks import Claim, Ended
from portal.rules.access import StaffRole
from portal.rules.actors import Actor
from portal.rules.errors import Forbidden, Refused
from portal.rules.numbers import IMPORTED
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import BY, actions, count, one
from tests.support.telephony import DELHI, MUMBAI, number

ROWS = [
    MUMBAI,
    "+91 11 4818 2200,IN,local",
    "+44 7400 123456,,",
    MUMBAI + ",,",  # the same again
    "02248182200,IN,local",
    "+912048182200,DE,",
    "+912048182201,,fax",
    '"+9120,,',
    "+912048182202,,,more",
]


def source_of(folder: Path, rows: list[str], head: str = "e164,country,kind") -> Source:
    path = folder / "rows.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return import_sources.inspect(path, 10_000_000, IMPORTED)


def begun(source: Source, *, trial: bool = False, by: Actor = BY) -> Claim:
    public_id = ids.new("tsk")
    import_sources.start("rows.csv", source, by, public_id=public_id, trial=trial, kept=True, of="numbers")
    claim = tasks.claim(public_id, NOW)
    assert claim
    return claim


def run(source: Source, *, trial: bool = False) -> list[tuple[int, str, str]]:
    """Line, outcome and message of every row."""
    claim = begun(source, trial=trial)
    number_imports.run(claim, source, BY, lambda: NOW)
    tasks.finish(claim, BY)
    return results(claim)


def results(claim: Claim) -> list[tuple[int, str, str]]:
    db.session.rollback()
    query = select(TaskResult.line, TaskResult.outcome, TaskResult.message).where(TaskResult.task_id == claim.id)
    return [tuple(row) for row in db.session.execute(query.order_by(TaskResult.line))]  # type: ignore[misc]


def test_every_row_is_a_number_or_says_why_not(app: Flask, tmp_path: Path) -> None:
    number(DELHI)
    rows = [ROWS[0] + ",,", *ROWS[1:]]
    for trial in (True, False):
        found = run(source_of(tmp_path, rows), trial=trial)
        assert [outcome for _, outcome, _ in found] == ["created", "exists", "created", *["failed"] * 6]
        assert count(Number) == (1 if trial else 3)
    words = {line: message for line, _, message in found}
    assert "in the inventory already" in words[3] and "The same number as line 2" in words[5]
    assert words[6].startswith("e164: ") and words[7].startswith("country: ") and words[8].startswith("kind: ")
    assert "never closed" in words[9] and "4 values for 3 columns" in words[10]
    mobile = one(Number, e164="+447400123456")
    assert (mobile.country, mobile.kind, mobile.state) == ("GB", "mobile", "available")
    assert actions().count("number.imported") == 1
    event = one(AuditEvent, action="number.imported")
    assert event.payload["facts"]["numbers"] == [MUMBAI, "+447400123456"]


def test_the_same_file_again_changes_nothing(app: Flask, tmp_path: Path) -> None:
    source = source_of(tmp_path, [MUMBAI, DELHI], "e164")
    assert [outcome for _, outcome, _ in run(source)] == ["created"] * 2
    assert [outcome for _, outcome, _ in run(source)] == ["exists"] * 2
    assert count(Number) == 2


def test_it_goes_on_where_a_killed_worker_stopped(app: Flask, tmp_path: Path) -> None:
    rows = [f"+9122481822{place:02}" for place in range(40)] + [MUMBAI]  # the last is the first again
    source = source_of(tmp_path, rows, "e164")
    claim = begun(source)
    number_imports._step(claim, source, list(source.file.rows())[:15], {}, BY)
    assert tasks.claim(claim.public_id, NOW) is None, "the lease still runs"
    again = tasks.claim(claim.public_id, NOW + tasks.LEASE)
    assert again and again.done == 15
    number_imports.run(again, source, BY, lambda: NOW)
    tasks.finish(again, BY)
    found = results(again)
    assert [line for line, _, _ in found] == list(range(2, 43)) and count(Number) == 40
    assert found[-1][1:] == ("failed", "The same number as line 2. It is in the inventory once.")
    with pytest.raises(Ended):
        number_imports._step(claim, source, list(source.file.rows())[15:], {}, BY)


def test_who_may_no_longer_goes_on_with_nothing(app: Flask, tmp_path: Path) -> None:
    support = factories.acting(factories.staff(StaffRole.SUPPORT))
    source = source_of(tmp_path, [MUMBAI], "e164")
    claim = begun(source, by=support)
    with pytest.raises(Forbidden):
        number_imports.run(claim, source, support, lambda: NOW)
    assert not count(Number)


@pytest.mark.parametrize(
    ("head", "words"), [("number", "did you mean “e164”"), ("country", "“e164” is missing"), ("e164,colour", "colour")]
)
def test_a_head_that_is_not_known_is_refused_by_name(app: Flask, tmp_path: Path, head: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        source_of(tmp_path, ["x"], head)
    assert not db.session.scalar(select(Task.id).where(Task.kind == TaskKind.IMPORT, Task.state == TaskState.WAITING))


def test_ten_thousand_rows_are_done_in_far_less_than_a_minute(app: Flask, tmp_path: Path) -> None:
    rows = [f"+91224{place:07}" for place in range(2_000_000, 2_010_000)]
    source = source_of(tmp_path, rows, "e164")
    began = time.monotonic()
    found = run(source)
    assert time.monotonic() - began < 45
    assert len(found) == 10_000 and count(Number) + sum(outcome == "failed" for _, outcome, _ in found) == 10_000
