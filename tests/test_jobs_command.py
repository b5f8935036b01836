"""`portal jobs`: what there is, and running one by hand at a given instant."""

from datetime import timedelta

from sqlalchemy import select

from portal.base.db import db
from portal.jobs.schedule import NAMES
from portal.models import AuditEvent, JobRun, JobState, Workspace
from portal.operations import jobs
from portal.operations.derived import settling
from portal.operations.unit import unit
from portal.rules.lifecycle import Status
from tests import factories
from tests.support.clocks import NOW
from tests.support.commands import Portal
from tests.support.mails import Mailbox


def test_by_hand_a_job_runs_at_the_given_instant(portal: Portal, mailbox: Mailbox) -> None:
    factories.plan()
    row = factories.workspace(status="trial")
    with unit() as session:
        found = session.get_one(Workspace, row.id, with_for_update=True)
        with settling(session, found):
            found.trial_ends_at = NOW.replace(year=2027)
    assert "nothing to do" in portal("jobs", "run", "trials").stdout
    done = portal("jobs", "run", "trials", "--now", "2027-12-01T00:00Z")
    assert (done.returncode, "1 ended" in done.stdout) == (0, True), done.stderr
    db.session.rollback()
    assert db.session.scalar(select(Workspace.status)) is Status.SUSPENDED
    asked = db.session.scalars(select(AuditEvent.payload).where(AuditEvent.action == "job.asked")).all()
    assert [each["actor"] for each in asked if each] == ["portal jobs run trials"] * 2
    listed = portal("jobs", "list").stdout
    assert all(name in listed for name in NAMES)
    assert "last 2026-11-21 11:00, done" in listed


def test_what_a_process_that_died_has_left_is_done_first(portal: Portal) -> None:
    assert jobs.claim("trials", NOW - timedelta(hours=2), NOW - timedelta(hours=2))
    assert "nothing to do" in portal("jobs", "run", "trials").stdout
    runs = db.session.execute(select(JobRun.state, JobRun.fence).order_by(JobRun.id)).all()
    assert runs == [(JobState.DONE, 2), (JobState.DONE, 1)]


def test_what_cannot_be_run_is_refused_with_what_can(portal: Portal) -> None:
    unknown = portal("jobs", "run", "trialz")
    assert unknown.returncode == 2
    assert all(name in unknown.stderr for name in NAMES)
    assert "has no time zone" in portal("jobs", "run", "trials", "--now", "2027-01-01T00:00").stderr
    assert "is no instant" in portal("jobs", "run", "trials", "--now", "tomorrow").stderr
