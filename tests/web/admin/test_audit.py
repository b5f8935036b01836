"""The platform's audit log: who may read it, what it is filtered by, and its export."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from portal.models import AuditEvent, User, Workspace
from portal.operations.audit import record
from portal.operations.unit import unit
from portal.rules.access import StaffRole
from portal.rules.actors import Actor, ActorKind
from tests.factories import command
from tests.support import tenants
from tests.support.commands import Portal
from tests.support.pages import words

NOW = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


@pytest.fixture
def staff(client: FlaskClient, now: datetime) -> FlaskClient:
    with unit() as session:
        tenants.sign_in(session, client, StaffRole.AUDITOR, now)
    return client


@pytest.fixture
def written(staff: FlaskClient) -> tuple[User, Workspace]:
    """Three events: by Alice in Acme, by Alice nowhere, by a job in Acme with a formula for a reason."""
    with unit() as session:
        alice = tenants.person(session, "Alice Owner")
        acme = tenants.workspace(session, tenants.organization(session, "Acme"), "Acme Técnica", None)
        tenants.settled(session, acme)
        by = Actor(ActorKind.USER, alice.name, NOW, alice.id, "req_7")
        record("workspace.reactivated", by, workspace=acme, status=("trial", "active"))
        record("plan.created", by, name="Scale")
        record("workspace.created", Actor.job("import", NOW), workspace=acme, reason="=1+1", name="Acme")
    return alice, acme


def found(client: FlaskClient, query: str) -> int:
    answer = client.get(f"/admin/audit/?{query}")
    assert answer.status_code == 200
    return answer.text.count('<li id="evt_')


def test_everything_is_listed_latest_first(staff: FlaskClient, written: object) -> None:
    page = staff.get("/admin/audit/").text
    assert (
        page.index("created the workspace") < page.index("created the plan") < page.index("reactivated the workspace")
    )
    assert "1–3 of 3" in page


def test_it_is_filtered_by_who_where_what_and_when(staff: FlaskClient, written: tuple[User, Workspace]) -> None:
    alice, acme = written
    expected = {
        f"actor={alice.public_id}": 2,
        "actor=alice@example.test": 2,
        "actor=ALICE": 2,
        "actor=import": 1,
        "actor=%5F": 0,
        "actor=%07&workspace=%07&action=%07&since=%07": 3,
        "actor=ali%07ce": 2,
        f"workspace={acme.public_id}": 2,
        "workspace=tecnica": 2,
        f"workspace={acme.sip_prefix}": 2,
        "workspace=nowhere": 0,
        "action=plan": 1,
        "action=plan.created": 1,
        "action=pla": 0,
        "since=2026-11-21": 3,
        "since=2026-11-22": 0,
        "until=2026-11-20": 0,
        "actor=alice&workspace=tecnica&action=workspace&since=2026-11-21&until=2026-11-21": 1,
    }
    assert {query: found(staff, query) for query in expected} == expected


def test_a_person_is_found_by_the_present_name_and_shown_by_that_of_the_time(
    staff: FlaskClient, written: tuple[User, Workspace]
) -> None:
    with unit() as session:
        session.execute(update(User).where(User.id == written[0].id).values(name="Alice Moved", name_key="alice moved"))
    assert found(staff, "actor=moved") == 2
    assert "Alice Owner" in staff.get("/admin/audit/?actor=moved").text


def test_beyond_a_thousand_hits_nobody_counts(staff: FlaskClient, written: tuple[User, Workspace]) -> None:
    with unit():
        for n in range(1_000):
            record("plan.created", Actor.command("test", NOW), name=f"Plan {n}")
    assert "1–50 of 1,003" in staff.get("/admin/audit/").text
    page = staff.get("/admin/audit/?action=plan.created&page=3").text
    assert "101–150 of 1,000+" in page
    assert 'rel="next"' in page and 'aria-label="Page 4"' not in page
    last = staff.get("/admin/audit/?page=21").text
    assert last.count('<li id="evt_') == 3
    assert staff.get("/admin/audit/?page=22").status_code == 404


def test_the_export_holds_what_the_page_is_filtered_by(staff: FlaskClient, written: tuple[User, Workspace]) -> None:
    answer = staff.get("/admin/audit/export.csv?workspace=tecnica", buffered=True)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["action"] for row in rows] == ["workspace.created", "workspace.reactivated"]
    assert rows[0]["reason"] == "'=1+1", "a spreadsheet must not run it"
    assert rows[1]["what"] == "reactivated the workspace: status Trial → Active"
    assert rows[1]["workspace"] == written[1].public_id
    assert (rows[1]["at"], rows[1]["actor"], rows[1]["request"]) == (
        "2026-11-21T11:00:00+00:00",
        "Alice Owner",
        "req_7",
    )


def test_the_export_names_all_where_the_sentence_names_the_first(staff: FlaskClient) -> None:
    numbers = [f"+9122494300{number:02}" for number in range(12)]
    with unit():
        record("number.imported", command(), numbers=numbers)
    text = staff.get("/admin/audit/export.csv", buffered=True).text
    [row, *_] = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert "and 9 others" in row["what"] and json.loads(row["details"])["numbers"] == numbers


def test_the_export_is_whole_however_long(staff: FlaskClient) -> None:
    with unit():
        for n in range(2_001):
            record("plan.created", Actor.command("test", NOW), name=f"Plan {n}")
    text = staff.get("/admin/audit/export.csv", buffered=True).text
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [int(row["sequence"]) for row in rows] == list(range(2_001, 0, -1))


def test_a_purged_workspace_leaves_its_name_in_what_others_said(
    staff: FlaskClient, written: tuple[User, Workspace]
) -> None:
    with unit() as session:
        session.execute(update(AuditEvent).where(AuditEvent.sequence == 1).values(payload=None, salt=None))
    page = staff.get("/admin/audit/").text
    assert "did something whose content was erased by a purge" in page
    assert "Alice Owner" in page, "who it was stays"


@pytest.mark.parametrize("role", list(StaffRole))
def test_all_of_the_staff_may_read_it(client: FlaskClient, now: datetime, role: StaffRole) -> None:
    with unit() as session:
        tenants.sign_in(session, client, role, now)
    assert client.get("/admin/audit/").status_code == 200
    assert client.get("/admin/audit/export.csv", buffered=True).status_code == 200


def test_nobody_else_may(client: FlaskClient) -> None:
    for path in ("/admin/audit/", "/admin/audit/export.csv"):
        assert client.get(path).status_code == 303


def test_the_command_says_that_the_chain_holds_or_where_it_does_not(written: object, portal: Portal) -> None:
    def verify() -> tuple[int, str]:
        result = portal("audit", "verify")
        return result.returncode, (result.stdout + result.stderr).strip()

    assert verify() == (0, "The chain holds: 3 events.")
    with unit() as session:
        session.execute(update(AuditEvent).where(AuditEvent.sequence == 2).values(at=NOW - timedelta(days=1)))
    code, said = verify()
    assert code == 1
    assert "Good events: 1. Event 2 (evt_" in said and "was changed" in said


# ---------------------------------------------------------------- verifying


def test_the_chain_is_verified_on_screen(staff: FlaskClient, written: object) -> None:
    page = staff.get("/admin/audit/verify").text
    assert "The chain holds: 3 events" in words(page)
    assert 'href="/admin/audit/verify"' in staff.get("/admin/audit/").text


def test_the_first_bad_event_is_named(staff: FlaskClient, written: object) -> None:
    with unit() as session:
        session.execute(update(AuditEvent).where(AuditEvent.sequence == 2).values(action="plan.removed"))
    page = staff.get("/admin/audit/verify").text
    assert "Event 2 (evt_" in page
    assert "was changed" in page
    assert "the 1 before it" in page


def test_a_long_log_is_walked_in_parts_that_lead_on(staff: FlaskClient) -> None:
    with unit():
        for number in range(5_001):
            record("plan.created", Actor.job("import", NOW), name=str(number))
    page = staff.get("/admin/audit/verify").text
    assert "5,000 of 5,001 events" in page
    on = re.search(r'content="0; url=(/admin/audit/verify[?]walked=[^"]+)"', page)  # without scripts
    assert on
    part = staff.get(on[1], headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="verify">')
    assert "The chain holds: 5,001 events" in words(part)


@pytest.mark.parametrize("walked", ["[2,0]", "WzIsMF0.x", "9" * 40, "²"])
def test_no_link_makes_a_chain_hold_that_was_not_walked(staff: FlaskClient, written: object, walked: str) -> None:
    with unit() as session:
        session.execute(update(AuditEvent).where(AuditEvent.sequence == 1).values(action="plan.removed"))
    page = staff.get("/admin/audit/verify", query_string={"walked": walked, "events": "2"}).text
    assert "Event 1 (evt_" in page
