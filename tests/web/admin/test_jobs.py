"""Jobs on screen: what each does and did, why it failed, and running one now."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.base.db import db
from portal.base.scheduler import JOBS
from portal.models import JobRun, JobState, Organization
from portal.operations import jobs as operations
from portal.operations.unit import unit
from portal.queries import jobs as reads
from portal.rules.access import StaffRole
from portal.rules.schedules import Every
from portal.web.admin.job_words import schedule_of
from tests import factories
from tests.support.clocks import NOW, Clock
from tests.support.creation import actions
from tests.support.pages import words
from tests.support.people import log_in, submit

HOME = "/admin/jobs/"


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    log_in(client, factories.staff())
    return client


def ran(job: str, minutes_ago: int, **columns: Any) -> None:
    at = NOW - timedelta(minutes=minutes_ago)
    values = {"job": job, "slot": at, "started_at": at, "lease_until": at, "finished_at": at + timedelta(seconds=12)}
    values |= {"state": JobState.DONE, "counts": {}} | columns
    with unit() as session:
        session.add(JobRun(**values))


def row(page: str, job: str) -> str:
    """The words of the job's line."""
    found = re.search(rf'<tr data-job="{job}">(.*?)</tr>', page, re.S)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_every_job_says_what_it_does_when_it_comes_and_what_it_did(alice: FlaskClient) -> None:
    ran("trials", 10, counts={"warned": 2, "ended": 1}, items=3)
    page = alice.get(HOME).text
    for job in JOBS.values():
        assert job.what in row(page, job.name)
    line = row(page, "trials")
    assert "Every 10 minutes in 10 min" in line
    assert re.search(r"Done 10 min ago · 12 s Today \d\d:\d\d · 2 trials warned of their end, 1 trial ended", line)
    assert "did something nothing to do failed is running" in words(page), "what the dots mean"
    assert 'aria-label="Latest runs, the newest last: 1 done"' in page
    assert "Not yet" in row(page, "overrides")


def test_a_failure_shows_its_reason_until_a_run_goes_well(alice: FlaskClient) -> None:
    ran("invoices", 60, state=JobState.FAILED, error="2 could not be done.", counts={"failed": 2})
    assert "2 could not be done." in row(alice.get(HOME).text, "invoices")
    assert re.search(r'role="alert".*2 could not be done\.', alice.get(HOME + "invoices").text)
    told = words(alice.get(HOME + "invoices").text)
    assert re.search(r"tried again with the next run, in \d+ min\. .* with run=run_\w+", told)
    assert re.search(r"Today \d\d:\d\d 1 h ago Failed", told)
    ran("invoices", 0)
    assert "could not" not in row(alice.get(HOME).text, "invoices")
    page = alice.get(HOME + "invoices").text
    assert 'role="alert"' not in page and "2 could not be done." in page, "its line stays"


def test_what_a_run_failed_at_is_named_with_its_page(alice: FlaskClient) -> None:
    """As long as it is there; of one that is gone the id stays."""
    acme = factories.workspace("Acme & Sons")
    of = db.session.get_one(Organization, acme.organization_id)
    gone = "ws_" + "9" * 16
    for minutes, job, item in (
        (30, "spend_caps", gone),
        (15, "spend_caps", acme.public_id),
        (5, "dunning", of.public_id),
    ):
        ran(job, minutes, state=JobState.FAILED, error=f"1 could not be done. {item}: It broke.", counts={"failed": 1})
    for page in (alice.get(HOME).text, alice.get(HOME + "spend_caps").text):
        link = f'href="/admin/workspaces/{acme.public_id}" title="{acme.public_id}"'
        assert f"{link}><bdi>Acme &amp; Sons</bdi></a>: It broke." in page
    assert f"done. {gone}: It broke." in alice.get(HOME + "spend_caps").text
    assert f'href="/admin/organizations/{of.public_id}"' in alice.get(HOME + "dunning").text


def test_running_one_now_is_written_down_and_audited(alice: FlaskClient) -> None:
    answer = submit(alice, HOME + "overrides/run")
    assert (answer.status_code, answer.location) == (303, HOME + "overrides")
    page = alice.get(HOME + "overrides").text
    assert "Nothing to do" in page and "Alice" in page
    assert actions()[-1] == "job.asked"


def test_one_that_goes_on_is_not_begun_twice_and_its_page_asks_again(alice: FlaskClient, clock: Clock) -> None:
    claim = operations.claim("overrides", NOW, NOW)
    assert claim
    clock.advance(seconds=12)
    page = alice.get(HOME + "overrides").text
    assert "Running for 12 s…" in page and 'hx-trigger="every 1s"' in page and "Run now" not in page
    assert 'hx-trigger="every 2s"' in alice.get(HOME).text
    assert submit(alice, HOME + "overrides/run").status_code == 409
    operations.finish(claim, {"workspaces": 4}, "", clock())
    page = alice.get(HOME + "overrides", headers={"HX-Request": "true"}).text
    assert page.lstrip().startswith('<div id="job">') and "4 workspaces" in page


def test_runs_are_paged_and_what_is_not_there_is_not_found(alice: FlaskClient) -> None:
    for number in range(reads.PAGE + 1):
        ran("trials", number)
    assert alice.get(HOME + "trials").text.count("<tr data-run=") == reads.PAGE
    assert alice.get(HOME + "trials?page=2").text.count("<tr data-run=") == 1
    assert [alice.get(HOME + path).status_code for path in ("trials?page=3", "nothing")] == [404, 404]
    assert submit(alice, HOME + "nothing/run").status_code == 404


@pytest.mark.parametrize("role", [StaffRole.SUPPORT, StaffRole.AUDITOR])
def test_who_may_only_look_is_offered_nothing(app: Flask, client: FlaskClient, role: StaffRole) -> None:
    log_in(client, factories.staff(role))
    assert "Run now" not in client.get(HOME).text + client.get(HOME + "trials").text


@pytest.mark.parametrize(
    ("step", "after", "words"),
    [
        (timedelta(seconds=15), timedelta(0), "Every 15 seconds"),
        (timedelta(minutes=1), timedelta(0), "Every minute"),
        (timedelta(hours=1), timedelta(minutes=40), "Every hour"),
        (timedelta(hours=6), timedelta(0), "Every 6 hours"),
        (timedelta(days=1), timedelta(minutes=10), "Daily, 00:10 UTC"),
    ],
)
def test_a_schedule_in_words(step: timedelta, after: timedelta, words: str) -> None:
    assert schedule_of(Every(step, after)) == words
