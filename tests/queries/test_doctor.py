"""The doctor finds nothing where all is well, and each thing that is not; the repair makes it true again."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal import create_app
from portal.base.db import db
from portal.models import AuditEvent, Workspace, WorkspaceTally
from portal.operations import demo, jobs, repair
from portal.operations.unit import unit
from portal.queries import audit, doctor
from portal.queries.doctor import Finding
from portal.settings import KEY_FILE, Settings
from tests.conftest import KEY, ROOT, LoadExample
from tests.support.databases import Database

MIGRATIONS = ROOT / "migrations"
SETTINGS = Settings(secret_key=KEY)
GOOD = "(SELECT min(id) FROM workspace WHERE health = 'good')"


@pytest.fixture
def example(load_example: LoadExample) -> None:
    """A small example platform."""
    load_example(demo.Wanted(24, days=40))


def examined(settings: Settings = SETTINGS) -> dict[str, Finding]:
    """Every finding, by its name."""
    found = {finding.name: finding for finding in doctor.examine(settings, MIGRATIONS)}
    db.session.remove()
    return found


def unwell(settings: Settings = SETTINGS) -> set[str]:
    return {name for name, finding in examined(settings).items() if not finding.is_well}


def plant(statement: str) -> None:
    """A difference, behind the back of the operations."""
    with unit() as session:
        session.execute(text(statement))


def test_all_is_well_on_a_fresh_database(app: Flask) -> None:
    assert unwell() == set()


def test_all_is_well_on_the_whole_example_platform(load_example: LoadExample) -> None:
    load_example(demo.Wanted())
    found = examined()
    assert {name for name, finding in found.items() if not finding.is_well} == set()
    others = {"Totals", "Accounts", "Search index", "One owner", "One primary", "Audit log", "Billing"}
    assert {*doctor.SUBJECTS, *others} <= set(found)


# What is planted, and which checks find it. A status that is wrong makes what follows from it wrong too.
PLANTED = {
    "status": (f"UPDATE workspace SET status = 'suspended' WHERE id = {GOOD}", {"Status", "Health", "Totals"}),
    "mrr": ("UPDATE workspace SET mrr_minor = mrr_minor + 1 WHERE id = 1", {"Currency and MRR", "Totals"}),
    "unrated": ("UPDATE workspace SET mrr_reporting = NULL WHERE id = 1", {"Currency and MRR", "Totals"}),
    "currency": ("UPDATE workspace SET currency = 'XAF' WHERE id = 1", {"Currency and MRR", "Totals"}),
    "name key": ("UPDATE workspace SET name_key = 'other' WHERE id = 1", {"Sort keys and search text"}),
    "renamed plan": ("UPDATE plan SET name = 'Mega' WHERE name = 'Group'", {"Sort keys and search text"}),
    "search text": ("UPDATE workspace SET search_text = 'other' WHERE id = 1", {"Sort keys and search text"}),
    "users": ("UPDATE workspace SET user_count = user_count + 1 WHERE id = 1", {"Counts"}),
    "numbers": ("DELETE FROM number WHERE workspace_id IS NOT NULL", {"Counts"}),
    "extensions": ("UPDATE extension SET state = 'unregistered'", {"Counts"}),
    "contacts": ("UPDATE workspace SET contact_count = -1 WHERE id = 1", {"Counts"}),
    "campaigns": ("UPDATE workspace SET campaign_count = -1 WHERE id = 1", {"Counts"}),
    "broadcasts": ("UPDATE workspace SET broadcast_count = -1 WHERE id = 1", {"Counts"}),
    "a person's key": ("UPDATE \"user\" SET name_key = 'other' WHERE id = 1", {"Accounts"}),
    "a person's text": ("UPDATE \"user\" SET search_text = 'other' WHERE id = 1", {"Accounts"}),
    "owner": ("UPDATE workspace SET owner_id = 1 WHERE id = 1", {"Owners", "Sort keys and search text"}),
    "health": (f"UPDATE workspace SET health = 'risk', health_rank = 0 WHERE id = {GOOD}", {"Health", "Totals"}),
    "reasons": (f"UPDATE workspace SET health_reasons = '[]' WHERE id = {GOOD}", {"Health"}),
    "usage": (f"UPDATE daily_usage SET sent = sent * 3 WHERE workspace_id = {GOOD}", {"Health", "Sums of days"}),
    "income": ("UPDATE customer_order SET amount_minor = amount_minor + 1 WHERE state = 'paid'", {"Sums of days"}),
    "a day's sum": ("DELETE FROM platform_sum WHERE currency = ''", {"Sums of days"}),
    "total": ("UPDATE workspace_tally SET workspaces = workspaces + 1 WHERE status = 'active'", {"Totals"}),
    "a day's total": ("UPDATE workspace_births SET workspaces = workspaces + 1", {"Totals"}),
    "emptied totals": ("DELETE FROM workspace_tally", {"Totals"}),
}


def test_each_difference_is_found_and_repaired(example: None, now: datetime, subtests: pytest.Subtests) -> None:
    for what, (statement, names) in PLANTED.items():
        with subtests.test(what):
            plant(statement)
            assert unwell() == names
            repair.repair(now)
            assert unwell() == set()


def test_what_differs_is_named_with_what_it_should_be(example: None) -> None:
    plant("UPDATE workspace SET user_count = 999 WHERE id <= 7")
    finding = examined()["Counts"]
    assert (finding.differing, len(finding.examples)) == (7, 5)
    public_id = db.session.scalar(select(Workspace.public_id).where(Workspace.id == 1))
    assert any(example.startswith(f"{public_id}: user_count is 999, not ") for example in finding.examples)


@pytest.mark.parametrize("index", ["workspace_search", "user_search"])
def test_a_search_index_that_lost_its_words_is_found_and_made_anew(
    example: None, database: Database, now: datetime, index: str
) -> None:
    if database.kind != "sqlite":
        return  # the index of PostgreSQL is of the column itself
    plant(f"INSERT INTO {index}({index}) VALUES ('delete-all')")
    assert unwell() == {"Search index"}
    repair.repair(now)
    assert unwell() == set()


@pytest.mark.parametrize(
    ("statement", "name", "says"),
    [
        ("DELETE FROM membership WHERE workspace_id = 1 AND role = 'owner'", "One owner", "has no owners"),
        ("UPDATE workspace SET is_primary = false WHERE id = 1", "One primary", "has no primaries"),
        ("UPDATE audit_event SET action = 'plan.closed' WHERE sequence = 5", "Audit log", "event 5 "),
        ("DELETE FROM audit_event WHERE sequence = 7", "Audit log", "event 7 "),
        ("UPDATE organization SET credit_minor = credit_minor + 1 WHERE id = 1", "Billing", "Credit of org_"),
        ("UPDATE invoice SET total_minor = total_minor + 1 WHERE id = 1", "Billing", "Invoice INV-"),
        ("UPDATE contact_month SET contacts = contacts + 1", "Billing", "Contacts of ws_"),
    ],
)
def test_what_only_a_person_can_mend_is_found(
    example: None, now: datetime, statement: str, name: str, says: str
) -> None:
    plant(statement)
    repair.repair(now)
    found = examined()
    assert not found[name].is_well and says in found[name].examples[0]


def test_health_that_was_right_when_it_was_assessed_is_no_difference(example: None, now: datetime) -> None:
    later = now + timedelta(minutes=30)
    with unit() as session:
        row = session.get_one(Workspace, 1)
        row.last_seen_at = later
    assert unwell() == set()


def test_health_is_not_compared_while_it_is_worked_out_anew(example: None, now: datetime) -> None:
    plant(f"UPDATE daily_usage SET sent = sent * 3 WHERE workspace_id = {GOOD}")
    claim = jobs.claim("usage_rollup", now, now)
    assert claim and examined()["Health"].note.startswith("not compared")
    jobs.finish(claim, {}, "", now)
    assert "Health" in unwell()


def test_a_workspace_never_assessed_is_no_difference(example: None, now: datetime) -> None:
    nothing = "health = NULL, health_rank = NULL, health_reasons = '[]', health_at = NULL"
    plant(f"UPDATE workspace SET {nothing} WHERE id = {GOOD}")
    assert unwell() == {"Totals"}


def test_the_repair_is_audited_and_rewrites_only_what_is_wrong(example: None, now: datetime) -> None:
    later = now + timedelta(hours=5)
    plant(f"UPDATE workspace SET mrr_minor = 7 WHERE id = {GOOD}")
    assert repair.repair(later).workspaces == 1
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert event and (event.action, event.at) == ("platform.derived_repaired", later)
    assert event.payload and event.payload["facts"] == {"workspaces": 1}
    assert audit.verify().fault is None
    assert len(list(db.session.scalars(select(Workspace.id).where(Workspace.health_at == later)))) == 1


def test_a_repair_of_what_is_well_changes_nothing(example: None, now: datetime) -> None:
    def stored() -> list[Any]:
        rows = [db.session.execute(select(table.__table__)).all() for table in (Workspace, WorkspaceTally)]
        return [sorted(map(repr, each)) for each in rows]

    before = stored()
    assert repair.repair(now + timedelta(hours=5)).workspaces == 0
    assert stored() == before


# ---------------------------------------------------------------- settings and the database itself


def test_a_key_that_others_can_read_is_found(app: Flask, tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path)
    assert unwell(settings) == {"Settings"}, "there is none"
    settings.prepare()
    assert unwell(settings) == set()
    (tmp_path / KEY_FILE).chmod(0o640)
    assert unwell(settings) == {"Settings"}
    assert "0640" in examined(settings)["Settings"].examples[0]


def test_a_schema_of_another_version_is_found_and_its_tables_are_not_read(app: Flask) -> None:
    plant("UPDATE alembic_version SET version_num = '0001'")
    try:
        found = examined()
        assert not found["Migrations"].is_well and "portal init" in found["Migrations"].examples[0]
        assert "Status" not in found
    finally:
        plant("UPDATE alembic_version SET version_num = '0002'")


def test_a_database_that_cannot_be_reached_is_found(tmp_path: Path) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/none/portal.sqlite3", secret_key=KEY, testing=True))
    with app.app_context():
        found = list(doctor.examine(SETTINGS, MIGRATIONS))
        db.engine.dispose()
    assert [(finding.name, finding.is_well) for finding in found] == [("Settings", True), ("Database", False)]


def test_a_pragma_that_does_not_hold_is_found(app: Flask, database: Database) -> None:
    if database.kind != "sqlite":
        return
    with db.engine.connect() as connection:
        assert doctor.setup(connection).is_well
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA cache_size=-1000")
        assert doctor.setup(connection).examples == ("PRAGMA cache_size is -1000, not -65536",)
        connection.invalidate()


def test_progress_is_told(example: None) -> None:
    told: list[tuple[str, int, int]] = []
    list(doctor.examine(SETTINGS, MIGRATIONS, lambda *step: told.append(step)))
    assert told == [("Looking at every workspace", 24, 24)]


def test_findings_fit_into_a_line(example: None) -> None:
    reasons = json.dumps([{"rule": "usage", "level": "good", "code": "usage_steady", "figures": {}}] * 20)
    with unit() as session:
        session.execute(text("UPDATE workspace SET health_reasons = :reasons"), {"reasons": reasons})
    assert all(len(example) < 260 for example in examined()["Health"].examples)
