"""Importing by upload: tried first, done in the background, looked at on the task's page."""

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.base import clock as base_clock
from portal.base.db import db
from portal.models import Task, TaskResult, TaskState, Workspace
from portal.operations import import_files, import_sources, imports, task_workers, tasks
from portal.operations.import_sources import inspect
from portal.operations.unit import unit
from portal.rules.access import StaffRole
from portal.rules.imports import COLUMNS
from tests import factories
from tests.conftest import MakeApp
from tests.support.clocks import Clock
from tests.support.creation import BY, NOW, check_platform, count, one
from tests.support.people import csrf, log_in

ROWS = "name,owner_email\nAcme,maya@acme.example\nBeta,nowhere\nAcme,maya@acme.example\n=Gamma,g@x.example\n"
WHERE = "/admin/import/"


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which the platform's owner is logged in."""
    log_in(client, factories.staff(StaffRole.OWNER))
    return client


def upload(client: FlaskClient, content: bytes | str = ROWS, *, mode: str = "trial", **fields: Any) -> TestResponse:
    raw = content if isinstance(content, bytes) else content.encode()
    values = {"csrf_token": csrf(client), "mode": mode, "file": (io.BytesIO(raw), "cust<omers>.csv"), **fields}
    return client.post(WHERE, data=values, content_type="multipart/form-data")


def kept(app: Flask) -> list[Path]:
    folder = app.extensions["portal.settings"].instance / "imports"
    return sorted(folder.glob("*")) if folder.exists() else []


def test_a_trial_run_writes_nothing_and_leads_to_the_real_one(app: Flask, alice: FlaskClient) -> None:
    answer = upload(alice)
    assert answer.status_code == 303
    page = alice.get(answer.location)
    assert "Nothing has been written yet" in page.text and "cust&lt;omers&gt;.csv" in page.text
    assert count(Workspace) == 0 and len(kept(app)) == 1

    task = answer.location.rpartition("/")[2]
    real = alice.post(f"{WHERE}{task}/run", data={"csrf_token": csrf(alice)})
    assert real.status_code == 303 and real.location != answer.location
    assert count(Workspace) == 2 and kept(app) == []
    done = alice.get(real.location).text
    assert "2 created, 1 there already, 1 failed" in done
    assert f'href="/admin/workspaces/{one(Workspace, name="Acme").public_id}"' in done
    assert "finished an import: 2 created, 1 there already, 1 failed" in alice.get("/admin/audit/").text
    check_platform()


def test_a_trial_run_says_what_would_be(alice: FlaskClient) -> None:
    page = upload(alice).location
    assert "The same name and owner as line 2." in alice.get(page).text
    text = alice.get(page + "/results.csv", buffered=True).text
    assert [row["outcome"] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))] == [
        "would_be_created", "would_fail", "exists", "would_be_created",
    ]  # fmt: skip


def test_a_trial_run_is_followed_up_once(alice: FlaskClient) -> None:
    task = upload(alice).location.rpartition("/")[2]
    alice.post(f"{WHERE}{task}/run", data={"csrf_token": csrf(alice)})
    again = alice.post(f"{WHERE}{task}/run", data={"csrf_token": csrf(alice)})
    assert again.status_code == 409 and "kept no longer" in again.text
    assert count(Workspace) == 2


def test_results_are_filtered_and_downloaded_without_formulas(alice: FlaskClient) -> None:
    page = upload(alice, mode="real").location
    failed = alice.get(page + "?outcome=failed").text
    assert "owner_email: Enter a full e-mail address" in failed and "=Gamma" not in failed
    rows = list(
        csv.DictReader(io.StringIO(alice.get(page + "/results.csv", buffered=True).text.removeprefix("\ufeff")))
    )
    assert [(row["line"], row["outcome"]) for row in rows] == [
        ("2", "created"), ("3", "failed"), ("4", "exists"), ("5", "created"),
    ]  # fmt: skip
    assert rows[3]["name"] == "'=Gamma"


def test_many_results_are_paged(alice: FlaskClient) -> None:
    rows = "".join(f"W{n},o{n}@x.example\n" for n in range(120))
    page = upload(alice, "name,owner_email\n" + rows).location
    first, last = alice.get(page).text, alice.get(page + "?page=3").text
    assert "1–50 of 120" in first and first.count('id="line-') == 50
    assert "101–120 of 120" in last and last.count('id="line-') == 20


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        ("name,owner_emial\nA,a@x.example\n", "did you mean “owner_email”?"),
        ("name,owner_email\n", "no rows below it"),
        (b"PK\x03\x04rest of a workbook", "Excel workbook"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_at_its_field(
    app: Flask, alice: FlaskClient, content: bytes | str, words: str
) -> None:
    answer = upload(alice, content)
    assert answer.status_code == 422
    assert words in answer.text and "Nothing was imported." in answer.text
    assert count(Task) == 0 and kept(app) == []


def test_no_file_is_refused(alice: FlaskClient) -> None:
    answer = alice.post(WHERE, data={"csrf_token": csrf(alice), "mode": "trial"})
    assert answer.status_code == 422 and "Choose a CSV file." in answer.text


def test_a_file_may_be_larger_than_other_uploads_and_not_larger_than_an_import(make_app: MakeApp) -> None:
    app = make_app(max_upload=100_000, max_import=200_000)
    with app.app_context():
        client = app.test_client()
        log_in(client, factories.staff(StaffRole.OWNER))
        head = "name,owner_email,admin_note\nAcme,a@x.example,"
        assert upload(client, head + "n" * 9_000 + "\n" + "\n" * 140_000).status_code == 303
        refused = upload(client, head + "n" * 300_000)
        assert refused.status_code == 413 and "the most that one import takes" in refused.text
        other = client.post("/logout", data={"csrf_token": "x" * 120_000})
        assert other.status_code == 413


def test_the_template_is_a_file_that_can_be_imported(alice: FlaskClient) -> None:
    template = alice.get(WHERE + "template.csv")
    assert csv.DictReader(io.StringIO(template.text.removeprefix("\ufeff"))).fieldnames == list(COLUMNS)
    page = alice.get(upload(alice, template.data).location).text
    assert "2 would be created" in page


def test_the_page_explains_every_column(alice: FlaskClient) -> None:
    page = alice.get(WHERE).text
    assert all(f"<code>{name}</code>" in page for name in COLUMNS)


@pytest.mark.parametrize("role", [StaffRole.SUPPORT, StaffRole.FINANCE, StaffRole.AUDITOR])
def test_only_owners_import_and_others_look(app: Flask, client: FlaskClient, role: StaffRole) -> None:
    owner = app.test_client()
    log_in(owner, factories.staff(StaffRole.OWNER))
    task = upload(owner).location
    log_in(client, factories.staff(role))
    assert client.get(WHERE).status_code == 403
    assert upload(client).status_code == 403
    assert client.post(f"{task}/stop", data={"csrf_token": csrf(client)}).status_code == 403
    page = client.get(task)
    assert page.status_code == 200 and "/run" not in page.text


def waiting(app: Flask, rows: str = ROWS) -> str:
    """An import whose file is there and which nobody works on."""
    folder = app.extensions["portal.settings"].instance / "imports"
    folder.mkdir(exist_ok=True)
    public_id = "tsk_" + "w" * 16
    path = folder / f"{public_id}.csv"
    path.write_text(rows)
    source = inspect(path, 1_000_000)
    import_sources.start("rows.csv", source, BY, public_id=public_id, trial=False, send_mail=False, kept=True)
    return public_id


def test_a_task_that_nobody_works_on_is_taken_up_by_whoever_looks_at_it(app: Flask, alice: FlaskClient) -> None:
    task = waiting(app)
    assert "Done" in alice.get(f"/admin/tasks/{task}").text
    assert count(Workspace) == 2 and kept(app) == []


def test_a_running_task_is_asked_for_every_second_and_can_be_stopped(app: Flask, alice: FlaskClient) -> None:
    task = waiting(app)
    tasks.claim(task, NOW)  # somebody else is at it
    page = alice.get(f"/admin/tasks/{task}").text
    assert re.search(r'id="task" hx-get="/admin/tasks/tsk_w+" hx-trigger="every 1s"', page)
    assert '<noscript><meta http-equiv="refresh"' in page
    part = alice.get(f"/admin/tasks/{task}", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="task"') and "<html" not in part

    assert alice.post(f"/admin/tasks/{task}/stop", data={"csrf_token": csrf(alice)}).status_code == 303
    assert "every 1s" not in alice.get(f"/admin/tasks/{task}").text
    assert count(Workspace) == 0
    again = alice.post(f"/admin/tasks/{task}/stop", data={"csrf_token": csrf(alice)})
    assert again.status_code == 409 and "has ended already" in again.text


def test_a_dead_worker_s_task_is_finished_after_its_lease(app: Flask, clock: Clock) -> None:
    task = waiting(app)
    tasks.claim(task, NOW)
    assert task_workers.take_over(base_clock.now) == 0
    clock.advance(seconds=tasks.LEASE.total_seconds())
    assert task_workers.take_over(base_clock.now) == 1
    assert one(Task).state is TaskState.DONE and count(TaskResult) == 4
    check_platform()


def test_a_trial_run_that_is_taken_over_knows_the_rows_before(app: Flask, clock: Clock) -> None:
    task = waiting(app)
    with unit() as session:
        row = session.scalars(select(Task)).one()
        row.options = {**row.options, "trial": True}
    claim = tasks.claim(task, NOW)
    assert claim is not None
    with unit() as session:
        tasks.advance(session, tasks.hold(session, claim), [tasks.Result(2, "created"), tasks.Result(3, "failed")], NOW)
    clock.advance(minutes=5)
    task_workers.take_over(base_clock.now)
    outcomes = dict(db.session.execute(select(TaskResult.line, TaskResult.outcome)).all())
    assert outcomes == {2: "created", 3: "failed", 4: "exists", 5: "created"} and count(Workspace) == 0


@pytest.mark.parametrize(("seconds", "left"), [(2, False), (11, True), (29, True)])
def test_an_import_whose_worker_is_silent_waits_and_promises_no_time(
    alice: FlaskClient, tmp_path: Path, clock: Clock, seconds: int, left: bool
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("name,owner_email\n" + "".join(f"W{n},o@x.example\n" for n in range(200)))
    source, began = inspect(path, 10_000), replace(BY, at=base_clock.now() - timedelta(minutes=1))
    claim = imports.start_here("rows.csv", source, began, send_mail=False)

    def dies(done: int, results: list[tasks.Result]) -> None:
        if done >= 10:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        imports.run(claim, source, began, base_clock.now, dies)
    clock.advance(seconds=seconds)
    for address in (f"/admin/tasks/{claim.public_id}", "/admin/tasks/"):
        page = alice.get(address).text
        assert ("Waiting to be taken up again" in page) is left
        assert ('">Running<' in page) is not left
    assert (" left<" in alice.get(f"/admin/tasks/{claim.public_id}").text) is not left


def test_a_command_that_died_is_not_continued_without_its_file(app: Flask, tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    imports.start_here("rows.csv", inspect(path, 1000), BY, send_mail=False)
    clock.advance(minutes=5)
    task_workers.take_over(base_clock.now)
    task = one(Task)
    assert task.state is TaskState.FAILED and "Run it again" in task.error


def test_files_of_old_trial_runs_go(app: Flask, alice: FlaskClient) -> None:
    upload(alice)
    (file,) = kept(app)
    assert import_files.sweep(NOW) == 0
    written = file.stat().st_mtime
    later = NOW.fromtimestamp(written, tz=NOW.tzinfo) + timedelta(days=1, seconds=1)
    assert import_files.sweep(later) == 1 and kept(app) == []


def test_the_list_of_tasks_tells_what_became_of_each(alice: FlaskClient) -> None:
    assert "Nothing has run yet" in alice.get("/admin/tasks/").text
    upload(alice, mode="real")
    page = alice.get("/admin/tasks/").text
    assert "4 of 4" in page and "2 created, 1 there already, 1 failed" in page and "Alice" in page


def test_a_foreign_task_is_not_there(alice: FlaskClient) -> None:
    assert alice.get("/admin/tasks/tsk_nowhere").status_code == 404
    assert alice.get("/admin/tasks/tsk_nowhere/results.csv").status_code == 404


@pytest.mark.parametrize(("name", "title"), [("\x1b[31m\u202egpj.csv", "[31mgpj.csv"), ("\u202e", "import.csv")])
def test_the_name_of_a_file_moves_nothing_on_the_page(alice: FlaskClient, name: str, title: str) -> None:
    upload(alice, file=(io.BytesIO(ROWS.encode()), name))
    assert one(Task).title == title
