"""Jobs in the browser: from what needs attention to a run that goes well."""

from datetime import timedelta

from flask import Flask
from playwright.sync_api import Page, expect

from portal.models import JobRun, JobState, scope
from portal.operations.unit import unit
from portal.rules.limits import Limit
from tests import factories
from tests.conftest import database  # noqa: F401  (both)
from tests.support import tenants
from tests.support.browsers import looks_right
from tests.support.clocks import NOW
from tests.support.people import log_in
from tests.support.servers import Server


def test_a_job_that_failed_is_found_and_run_again(app: Flask, server: Server, page: Page) -> None:
    log_in(page.context, factories.staff(), url=server.url)
    factories.plan()
    acme = factories.workspace()
    run = {"job": "overrides", "state": JobState.FAILED, "error": "1 could not be done.", "counts": {"failed": 1}}
    at = NOW - timedelta(minutes=5)
    with scope.platform(), unit() as session:
        tenants.override(session, acme, Limit.USERS, 9, expires_at=NOW - timedelta(days=1))
        session.add(JobRun(**run, slot=at, started_at=at, lease_until=at, finished_at=at))
    page.goto("/admin/")
    line = page.locator("tr[data-kind=job]")
    expect(line).to_contain_text("Failed: 1 could not be done.")
    line.get_by_role("link", name="Open").click()
    expect(page.get_by_role("alert")).to_contain_text("1 could not be done.")
    looks_right(page)
    page.get_by_role("button", name="Run now").focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-run]").first).to_contain_text("1 workspace")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Jobs").click()
    expect(page.locator("tr[data-job=overrides]")).to_contain_text("1 workspace")
    looks_right(page)
    page.goto("/admin/")
    expect(page.locator("tr[data-kind=job]")).to_have_count(0)
