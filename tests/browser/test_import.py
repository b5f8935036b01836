"""Importing in the browser: tried, done, looked at while it goes on, left and come back to, stopped."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from portal.rules.access import StaffRole
from tests import factories
from tests.conftest import database  # noqa: F401  (both)
from tests.support import processes
from tests.support.browsers import Held, looks_right
from tests.support.people import log_in
from tests.support.servers import Server


@pytest.fixture
def alice(app: Flask, server: Server, page: Page) -> Page:
    """A tab in which the platform's owner is logged in."""
    log_in(page.context, factories.staff(StaffRole.OWNER), url=server.url)
    return page


def written(folder: Path, rows: int, *more: str) -> Path:
    path = folder / "customers.csv"
    lines = [f"Workspace {n},owner{n}@many.example" for n in range(rows)]
    path.write_text("\n".join(["name,owner_email", *lines, *more]), encoding="utf-8")
    return path


def upload(page: Page, path: Path, mode: str = "Try first") -> None:
    page.goto("/admin/import/")
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_text(mode, exact=True).click()
    page.get_by_role("button", name="Read the file").click()
    page.wait_for_url("**/admin/tasks/tsk_*")


def test_a_file_is_tried_and_then_imported(alice: Page, tmp_path: Path) -> None:
    alice.goto("/admin/import/")
    looks_right(alice)
    upload(alice, written(tmp_path, 3, "جامعة الملك سعود,k@ksu.example", "Beta,nowhere"))
    expect(alice.get_by_text("4 would be created, 1 would fail")).to_be_visible()
    looks_right(alice)
    alice.get_by_role("button", name="Import 4 workspaces").click()
    expect(alice.get_by_text("4 created, 1 failed")).to_be_visible()
    alice.get_by_role("link", name=re.compile("Failed 1")).click()
    expect(alice.locator("tr[id^=line-]")).to_have_count(1)
    expect(alice.get_by_text("Enter a full e-mail address")).to_be_visible()
    looks_right(alice)


def is_patient(page: Page) -> None:
    """Where an answer takes longer than until the next question, it is waited for: no question gives it up."""
    late = Held(page, re.compile(r"/admin/tasks/tsk_\w+$"))
    with page.expect_request(late.pattern) as first:
        page.clock.run_for(1000)
    page.clock.run_for(2000)
    with page.expect_response(lambda answer: answer.request == first.value):
        late.release()


def test_progress_moves_by_itself_and_the_page_can_be_left(alice: Page, server: Server, tmp_path: Path) -> None:
    alice.clock.install()
    upload(alice, written(tmp_path, 2000), "Import now")
    task = alice.url
    bar = alice.get_by_role("progressbar")
    expect(bar).not_to_have_attribute("value", "0")
    early = int(bar.get_attribute("value") or 0)
    expect(bar).not_to_have_attribute("value", str(early))
    is_patient(alice)
    early = int(bar.get_attribute("value") or 0)
    expect(bar).not_to_have_attribute("value", str(early))
    alice.goto("/admin/workspaces/")
    alice.goto(task)
    alice.get_by_role("button", name="Stop after this row").click()
    expect(alice.get_by_text("Stopped", exact=True)).to_be_visible()
    done = bar.get_attribute("value")
    kept = Path(server.environment["PORTAL_INSTANCE"]) / "imports" / (task.rpartition("/")[2] + ".csv")
    processes.wait_until(lambda: not kept.exists(), within=30, what=lambda: "the worker goes on")
    alice.reload()
    expect(bar).to_have_attribute("value", str(done))


def test_it_works_without_javascript_and_on_a_phone(
    app: Flask, server: Server, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(
        base_url=server.url, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    log_in(context, factories.staff(StaffRole.OWNER), url=server.url)
    page = context.new_page()
    upload(page, written(tmp_path, 3))
    expect(page.get_by_role("button", name="Import 3 workspaces")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Import 3 workspaces").click()
    expect(page.get_by_text("3 created")).to_be_visible(timeout=15_000)
    box = page.get_by_role("button", name="Results").or_(page.get_by_role("link", name="Results")).bounding_box()
    assert box and box["x"] + box["width"] <= 390
    context.close()
