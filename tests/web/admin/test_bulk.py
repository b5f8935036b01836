"""Bulk actions on screen: the dry run, what it begins, the task's page, and the rows that are exported."""

import csv
import io
import re
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.base.db import db
from portal.models import Task, TaskKind, TaskState, Workspace, scope
from portal.operations import bulk, holds, tasks
from portal.operations.holds import NewHold
from portal.operations.unit import unit
from portal.rules.access import StaffRole, permissions_of
from portal.rules.lifecycle import Status
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import actions, add_plan, check_platform, count, one
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit

BULK = "/admin/workspaces/bulk/"
PART = {"HX-Request": "true"}


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    log_in(client, factories.staff())
    return client


def made(*names: str, **fields: Any) -> list[str]:
    return [factories.workspace(name, **fields).public_id for name in names]


def figures(text: str) -> dict[str, int]:
    found = re.findall(r'data-figure="(done|skipped|refused|people)" value="(\d+)"', text)
    return {name: int(value) for name, value in found}


def mark(text: str) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', text)
    assert found
    return found[1]


def begin(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    """Looks at the dry run, and goes on."""
    return submit(client, path, {"mark": mark(client.get(path).text), **fields})


def statuses() -> set[Status]:
    db.session.rollback()
    with scope.platform():
        return set(db.session.scalars(select(Workspace.status)))


def test_ticked_rows_are_suspended_after_a_dry_run(alice: FlaskClient) -> None:
    first, second, _ = made("Acme", "Beta", "Gamma")
    holds.suspend(second, NewHold(), factories.command(), permissions_of(StaffRole.OWNER))
    path = f"{BULK}suspend?rows={first}&rows={second}"
    shown = alice.get(path).text
    assert "Suspend 2 workspaces?" in shown and "Suspend 1 workspace<" in shown
    assert figures(shown) == {"done": 1, "skipped": 1, "people": 1}
    assert "It is suspended by staff already." in shown and "Beta" in shown
    events = len(actions())
    answer = begin(alice, path, public_reason="Confirm your registration.", note="TCK-1")
    assert answer.status_code == 303
    assert actions()[events:] == ["bulk.started", "workspace.suspended", "bulk.finished"]
    page = alice.get(answer.location).text
    assert "Suspend 2 workspaces" in page and "1 done, 1 skipped" in page and "Begun just now by Alice" in page
    assert one(Workspace, name="Gamma").status is Status.TRIAL
    rows = csv.DictReader(io.StringIO(alice.get(answer.location + "/results.csv", buffered=True).text.lstrip("\ufeff")))
    assert [(row["name"], row["outcome"], row["workspace"]) for row in rows] == [
        ("Acme", "done", first), ("Beta", "skipped", second),
    ]  # fmt: skip
    log = alice.get("/admin/audit/").text
    assert "began a bulk action: " in log and "finished a bulk action: 1 done, 1 skipped" in log
    check_platform()


def test_all_that_match_are_meant_whatever_the_page(alice: FlaskClient) -> None:
    made(*(f"Acme {number}" for number in range(14)))
    made("Beta")
    listed = alice.get("/admin/workspaces/?q=acme").text
    assert "Select all 14" in listed and listed.count('name="rows"') == 12
    path = f"{BULK}suspend?q=acme&all=1"
    assert figures(alice.get(path).text)["done"] == 14
    assert begin(alice, path).status_code == 303
    assert one(Task).counts == {"done": 14} and one(Workspace, name="Beta").status is Status.TRIAL


def test_others_than_were_shown_are_not_touched(alice: FlaskClient) -> None:
    made("Acme")
    path = f"{BULK}suspend?q=acme&all=1"
    seen = mark(alice.get(path).text)
    made("Acme Two")
    answer = submit(alice, path, {"mark": seen, "public_reason": "Typed"})
    assert answer.status_code == 409 and "Other workspaces match now" in answer.text and "Typed" in answer.text
    assert count(Task) == 0 and statuses() == {Status.TRIAL}
    assert submit(alice, path, {"mark": mark(answer.text)}).status_code == 303


def test_a_plan_is_looked_at_before_it_is_changed(alice: FlaskClient) -> None:
    growth = add_plan()
    made("Acme")
    factories.workspace("Yearly", billing_cycle="annual")
    path = f"{BULK}plan?all=1"
    first = alice.get(path).text
    assert "Choose a plan" in first and not figures(first)
    looked = submit(alice, path, {"mark": mark(first), "plan": growth, "go": "look"}, headers=PART)
    assert looked.status_code == 200 and figures(looked.text) == {"done": 1, "skipped": 0, "refused": 1}
    assert "no annual price in INR" in looked.text and "<html" not in looked.text
    assert submit(alice, path, {"mark": mark(first)}).status_code == 422
    assert submit(alice, path, {"mark": mark(first), "plan": growth, "billing_cycle": "x"}).status_code == 422
    assert count(Task) == 0
    answer = submit(alice, path, {"mark": mark(first), "plan": growth, "billing_cycle": "monthly"}, headers=PART)
    assert answer.status_code == 204 and answer.headers["HX-Redirect"].startswith("/admin/tasks/tsk_")
    assert one(Task).counts == {"done": 2}, "with a cycle that has a price both fit"


def test_owners_are_written_to(alice: FlaskClient, mailbox: Mailbox) -> None:
    made("Acme", "Beta")
    path = f"{BULK}notify?all=1"
    refused = begin(alice, path, subject="Sunday")
    assert refused.status_code == 422 and "Enter what the owners are to read." in refused.text
    assert 'value="Sunday"' in refused.text and not mailbox.messages
    assert begin(alice, path, subject="Sunday", text="We move <b>.").status_code == 303
    assert mailbox.only("olive@example.test").subject == "Sunday"


def test_nothing_to_do_has_no_button(alice: FlaskClient) -> None:
    made("Acme")
    text = alice.get(f"{BULK}reactivate?all=1").text
    assert "There is nothing to do" in text and "data-busy" not in text
    assert begin(alice, f"{BULK}reactivate?all=1").status_code == 422


@pytest.mark.parametrize("rest", ["", "?rows=", "?rows=usr_1&task=x", "?rows=ws_nothing"])
def test_nothing_chosen_says_how_to_choose(alice: FlaskClient, rest: str) -> None:
    answer = alice.get(BULK + "suspend" + rest)
    assert answer.status_code == 200 and "No workspace is chosen" in answer.text
    assert submit(alice, BULK + "suspend" + rest).status_code == 422 and count(Task) == 0


def test_what_was_refused_is_tried_again(alice: FlaskClient) -> None:
    growth = add_plan()
    factories.workspace("Yearly", billing_cycle="annual")
    made("Acme")
    page = alice.get(begin(alice, f"{BULK}plan?all=1", plan=growth).location).text
    again = re.search(r'href="(/admin/workspaces/bulk/plan\?task=tsk_\w+)"[^>]*>.*?Try 1 again…', page)
    assert again
    shown = alice.get(again[1]).text
    assert "Change the plan of 1 workspace?" in shown
    looked = submit(alice, again[1], {"mark": mark(shown), "plan": growth, "billing_cycle": "monthly", "go": "look"})
    assert figures(looked.text) == {"done": 1, "skipped": 0}


def test_who_may_do_what_sees_what(app: Flask) -> None:
    made("Acme")
    buttons = {}
    for role in StaffRole:
        browser = app.test_client()
        log_in(browser, factories.staff(role))
        text = browser.get("/admin/workspaces/").text.partition('id="bulk"')[2]
        buttons[role] = re.findall(r'formaction="/admin/workspaces/(?:bulk/)?([a-z.]+)"', text)
    assert buttons == {
        StaffRole.OWNER: ["plan", "notify", "suspend", "reactivate", "export.csv"],
        StaffRole.SUPPORT: ["suspend", "reactivate", "export.csv"],
        StaffRole.FINANCE: ["plan", "reactivate", "export.csv"],
        StaffRole.AUDITOR: ["export.csv"],
    }


def test_one_s_own_task_is_stopped_by_oneself(app: Flask, alice: FlaskClient) -> None:
    made("Acme")
    bob, browser = factories.staff(StaffRole.SUPPORT), app.test_client()
    log_in(browser, bob)
    own, other = (
        Task(kind=TaskKind.BULK, title=name, total=3, options={"order": {"act": "suspend"}}, created_at=NOW)
        for name in ("Own", "Other")
    )
    with unit() as session:
        own.created_by_id = bob.id
        own.state = other.state = TaskState.RUNNING
        own.lease_until = other.lease_until = datetime.max.replace(tzinfo=NOW.tzinfo)
        session.add_all([own, other])
    assert "Stop after" in browser.get(f"/admin/tasks/{own.public_id}").text
    assert "Stop after" not in browser.get(f"/admin/tasks/{other.public_id}").text
    assert submit(browser, f"/admin/tasks/{other.public_id}/stop").status_code == 403
    assert submit(browser, f"/admin/tasks/{own.public_id}/stop").status_code == 303
    assert "3 not done" in browser.get(f"/admin/tasks/{own.public_id}").text
    assert submit(alice, f"/admin/tasks/{other.public_id}/stop").status_code == 303


def test_a_task_stopped_amid_its_rows_shows_those_that_are_done(
    alice: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(*(f"W{number}" for number in range(5)))
    monkeypatch.setattr(bulk, "MOST", 2)
    steps = bulk._step

    def stopping(claim: Any, *rest: Any) -> int:
        done = steps(claim, *rest)
        tasks.stop(claim.public_id, factories.command())
        return done

    monkeypatch.setattr(bulk, "_step", stopping)
    where = begin(alice, f"{BULK}suspend?all=1&sort=name").location
    done = one(Task).done
    assert 0 < done < 5
    page = alice.get(where).text
    assert page.count('id="line-') == done and f"{done} done, {5 - done} not done" in page
    assert f"Try {5 - done} again…" in page
    rows = csv.DictReader(io.StringIO(alice.get(where + "/results.csv", buffered=True).text.lstrip("\ufeff")))
    assert [row["outcome"] for row in rows] == ["done"] * done + ["not_done"] * (5 - done)


def test_ticked_rows_are_exported_in_the_order_of_the_list(alice: FlaskClient) -> None:
    first, _, third = made("Acme", "Beta", "Gamma")
    answer = alice.get(f"/admin/workspaces/export.csv?sort=-name&rows={first}&rows={third}", buffered=True)
    rows = csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))
    assert [row["name"] for row in rows] == ["Gamma", "Acme"]
    assert actions()[-1] == "list.exported"
    everything = alice.get(f"/admin/workspaces/export.csv?all=1&q=acme&rows={third}", buffered=True).text
    assert "Acme" in everything and "Gamma" not in everything


def test_a_dry_run_costs_the_same_whatever_it_looks_at(make_app: Any, now: datetime) -> None:
    app = make_app(count_queries=True)
    client = app.test_client()
    with app.app_context():
        log_in(client, factories.staff(), at=datetime.now(tz=now.tzinfo))
        made("Acme")
        few = client.get(f"{BULK}suspend?all=1").headers["X-Bench-Queries"]
        made(*(f"W{number}" for number in range(20)))
        many = client.get(f"{BULK}suspend?all=1").headers["X-Bench-Queries"]
    assert int(few) == int(many) <= 4


@pytest.mark.parametrize(
    "filters", ["organization=org_gone", "plan=pln_gone", "plan=bogus", "status=bogus", "health=x"]
)
def test_a_filter_that_there_is_not_means_nobody_and_not_everybody(alice: FlaskClient, filters: str) -> None:
    factories.workspace()
    page = f"/admin/workspaces/bulk/suspend?all=1&{filters}"
    assert "No workspace chosen" in alice.get(page).text
    assert submit(alice, page, {"mark": "1-0"}).status_code == 422
    assert one(Workspace).status is not Status.SUSPENDED


def test_what_nobody_has_looked_at_is_not_begun(alice: FlaskClient) -> None:
    factories.workspace()
    assert submit(alice, "/admin/workspaces/bulk/suspend?all=1", {}).status_code == 409
