"""The purge: nothing of the workspace is left, its neighbour is what it was, and it never comes too early."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, insert, select, text

from portal.base.db import as_of_now, db
from portal.models import (
    AuditEvent,
    BilledMonth,
    Change,
    Contact,
    Invoice,
    Membership,
    PlatformSum,
    Purge,
    User,
    WatchedSpan,
    Workspace,
    scope,
)
from portal.operations import closing, domains, team
from portal.operations.purging import again, people, tables
from portal.operations.purging.erase import erase
from portal.operations.purging.purge import BATCH, purge
from portal.operations.purging.watch import watch
from portal.operations.repair import INDEXES, repair
from portal.operations.unit import unit
from portal.queries import audit, doctor, purges
from portal.queries.doctor import Finding
from portal.queries.platform_days import true_sums
from portal.rules.access import WorkspaceRole, held
from portal.rules.actors import Actor
from portal.rules.errors import Conflict
from portal.rules.lifecycle import PURGE_AFTER
from tests import factories
from tests.support import canaries, plans
from tests.support.clocks import NOW
from tests.support.creation import BY, check_platform, count, one
from tests.support.family import add, family, named

DUE = NOW + PURGE_AFTER
COMPARED = (doctor.totals, doctor.sums, doctor.billing, doctor.people, doctor.owners, doctor.primaries)
TEXT, NAME, OTHERS = "kanarienvogel", "Goldammer", "nachtigall"


def watched(until: timedelta = PURGE_AFTER) -> None:
    """Somebody looked at the clock all the while."""
    add(WatchedSpan(began_at=NOW, ended_at=NOW + until))


def sums() -> set[tuple[object, ...]]:
    """What the platform's days are known to have come to."""
    with scope.platform():
        return {
            (row.measure.value, row.day, row.currency, row.amount) for row in db.session.scalars(select(PlatformSum))
        }


def at(after: timedelta) -> Actor:
    return Actor.job("purge", NOW + after)


@pytest.fixture
def cage(app: Flask) -> Workspace:
    """The child of another, in their organization."""
    family(NAME, name="Wren")
    return named(NAME)


def closed(row: Workspace) -> str:
    closing.close(row.public_id, row.name, BY, told=canaries.numbers())
    return row.public_id


def test_every_table_that_reaches_a_workspace_is_purged_or_says_what_stays(app: Flask) -> None:
    covered = {part.table.name for part in tables.all_parts()}
    assert covered >= {table.name for table in canaries.reaching(Workspace.metadata)}


def test_a_new_table_that_only_refers_to_a_workspace_has_to_say_so() -> None:
    metadata = MetaData()
    Table("workspace", metadata, Column("id", Integer, primary_key=True))
    key = ForeignKey("workspace.id", ondelete="SET NULL")
    Table("souvenir", metadata, Column("id", Integer, primary_key=True), Column("workspace_id", key, nullable=True))
    with pytest.raises(LookupError, match=r"souvenir\.workspace_id"):
        tables.parts(metadata)


def test_rows_go_before_those_that_they_refer_to(app: Flask) -> None:
    order = [part.table.name for part in tables.all_parts() if part.values is None]
    for part in tables.all_parts():
        if part.values is None:
            for key in part.table.foreign_keys:
                if (to := key.column.table.name) in order:
                    assert order.index(part.table.name) < order.index(to)


def test_no_row_and_no_byte_is_left_and_the_neighbour_is_what_it_was(
    cage: Workspace, mailbox: object, database_url: str
) -> None:
    wren = named("Wren")
    canaries.fill(cage, TEXT)
    canaries.fill(wren, OTHERS)
    repair(NOW)
    key = closed(cage)
    before = canaries.of_others(cage)
    assert canaries.holding(TEXT) >= {("contact", "name"), ("audit_event", "payload"), ("workspace", "admin_note")}
    watched()
    rows = []
    assert purge(key, at(PURGE_AFTER), run="run_1", tell=rows.append)
    assert canaries.holding(TEXT) == set()
    assert canaries.holding(NAME, NAME.casefold()) == canaries.NAMES
    assert before - canaries.of_others() == set()
    receipt = purges.receipts(1).rows[0]
    assert (receipt.workspace, receipt.name, receipt.run) == (key, NAME, "run_1")
    assert receipt.rows == sum(receipt.counts.values()) == sum(rows) + 1
    assert receipt.counts["contact"] == receipt.counts["contact_tag"] == canaries.ROWS
    with scope.platform():
        verdict = audit.verify()
    assert not verdict.fault and verdict.erased
    check_platform()
    assert sums() == {tuple(row) for row in db.session.execute(true_sums())}
    assert erase(DUE) == 1
    if database_url.startswith("sqlite"):
        files = b"".join(each.read_bytes() for each in Path(database_url[10:]).parent.glob("portal.sqlite3*"))
        assert OTHERS.encode() in files and TEXT.encode() not in files
        for index in INDEXES:  # its pieces that are older than the last have parts of words that went
            assert db.session.scalar(text(f"SELECT count(DISTINCT segid) FROM {index}_idx")) == 1, index


def test_a_run_after_it_finds_nothing_to_do(cage: Workspace) -> None:
    key = closed(cage)
    watched()
    assert purge(key, at(PURGE_AFTER)) and not purge(key, at(PURGE_AFTER))
    assert purges.due(DUE) == [] and count(Purge) == 1


@pytest.mark.parametrize("early", [timedelta(minutes=1), timedelta(days=1)])
def test_nothing_goes_before_90_times_24_hours(cage: Workspace, early: timedelta) -> None:
    key = closed(cage)
    watched(PURGE_AFTER - early)
    assert not purge(key, at(PURGE_AFTER - early))
    assert not purge(key, at(PURGE_AFTER - early), at_its_word=True)
    assert count(Workspace) == 2 and count(Purge) == 0


def test_a_clock_that_was_set_forward_purges_nothing_until_the_time_has_passed(cage: Workspace) -> None:
    key, forward = closed(cage), timedelta(days=91)
    watch(NOW)
    watch(NOW + forward)
    assert purges.due(NOW + forward) == [key]
    assert not purge(key, at(forward))
    watch(NOW + timedelta(hours=1))  # it is put back, and nobody has watched what it said before
    assert [(span.began_at, span.ended_at) for span in spans()] == [(NOW, NOW + timedelta(hours=1))]


def test_what_was_closed_while_the_clock_was_back_keeps_its_90_days(cage: Workspace) -> None:
    """Of what the clock had said of later instants nothing was watched after that."""
    long, hour = timedelta(days=200), timedelta(hours=1)
    add(WatchedSpan(began_at=NOW - long, ended_at=NOW))
    closing.close(cage.public_id, cage.name, at(-long + hour))  # for a minute, until the machine asks what time it is
    watch(NOW + hour)
    assert purges.due(NOW + hour) == [cage.public_id]
    assert not purge(cage.public_id, at(hour))
    watched = [(span.began_at - NOW, span.ended_at - NOW) for span in spans()]
    assert watched == [(-long, -long + hour), (hour, hour)]


def spans() -> list[WatchedSpan]:
    db.session.rollback()
    return list(db.session.scalars(select(WatchedSpan).order_by(WatchedSpan.id)))


def test_looks_at_the_clock_make_spans_and_the_log_counts_before_the_first(app: Flask) -> None:
    factories.plan()
    factories.workspace()  # at NOW, which the log knows
    hour = timedelta(hours=1)
    for after in (0, 2, 3, 8, 9):
        watch(NOW + after * hour)
    assert [(span.began_at - NOW, span.ended_at - NOW) for span in spans()] == [
        (0 * hour, 3 * hour),
        (8 * hour, 9 * hour),
    ]


def test_a_person_is_taken_at_their_word(cage: Workspace) -> None:
    assert purge(closed(cage), at(PURGE_AFTER), at_its_word=True)


def test_what_was_used_and_not_billed_is_billed_first(app: Flask, mailbox: object) -> None:
    factories.plan()
    row = factories.workspace("Acme", status="active", billing_cycle="custom", custom_amount="500", custom_months="1")
    add(BilledMonth(organization_id=row.organization_id, month=date(2026, 10, 1), billed_at=NOW))
    closed(row)
    assert count(Invoice) == 0
    assert purge(row.public_id, at(PURGE_AFTER), at_its_word=True)
    db.session.rollback()
    assert db.session.scalars(select(Invoice.month)).all()[0] == date(2026, 11, 1)


def test_the_doctor_finds_nothing_wrong_between_any_two_steps(cage: Workspace, mailbox: object) -> None:
    canaries.fill(cage, TEXT)
    canaries.fill(named("Wren"), OTHERS)
    repair(NOW)
    key = closed(cage)
    found, notes = list[str](), set()

    def look(rows: int) -> None:
        as_of_now()
        with scope.platform():
            every = [*doctor.stored_columns(lambda *_: None), *COMPARED]
            checks = [each if isinstance(each, Finding) else each() for each in every]
        told = [(each.name, example) for each in checks for example in each.examples]
        found.extend(example for name, example in told if name != "Billing" or key in example)  # canaries owe nothing
        notes.update(each.note for each in checks if each.name == "Purges")
        db.session.remove()

    watched()
    assert purge(key, at(PURGE_AFTER), tell=look)
    assert not found and notes == {"1 under way: what those workspaces hold is not compared"}
    look(0)
    assert not found
    check_platform()


def test_a_table_that_is_long_goes_in_steps(cage: Workspace) -> None:
    more, steps = {"workspace_id": cage.id, "name": "", "email": "", "is_sample": False, "created_at": NOW}, list[int]()
    with unit() as session:
        rows = [more | {"public_id": f"con_{n}", "phone": f"+{n}"} for n in range(2 * BATCH + 1)]
        session.execute(insert(Contact.__table__), rows)
    repair(NOW)
    assert purge(closed(cage), at(PURGE_AFTER), at_its_word=True, tell=steps.append)
    [receipt] = purges.receipts(1).rows
    assert (receipt.counts["contact"], max(steps), sum(steps)) == (2 * BATCH + 1, BATCH, receipt.rows - 1)
    assert steps.count(BATCH) == 2


def test_once_it_has_begun_it_cannot_be_restored(cage: Workspace) -> None:
    key = closed(cage)

    def killed(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        purge(key, at(PURGE_AFTER), at_its_word=True, tell=killed)
    with pytest.raises(Conflict, match="being purged"):
        closing.restore(key, BY)
    assert purges.receipts(1).rows[0].finished_at is None and erase(DUE) == 0
    assert purges.due(NOW) == [key]
    assert purge(key, at(PURGE_AFTER))


def test_what_was_restored_in_time_is_not_purged(cage: Workspace) -> None:
    key = closed(cage)
    closing.restore(key, BY)
    assert not purge(key, at(PURGE_AFTER), at_its_word=True)
    assert count(Workspace) == 2


def test_who_never_came_goes_with_it_and_others_stay(app: Flask, mailbox: object) -> None:
    """Nora was asked into this workspace alone; Elsa also into another one; Otto owns it and has been here."""
    factories.plan()
    row, other = factories.workspace("Acme", owner=factories.user("otto@example.test")), factories.workspace("Beta")
    for email, places in {"nora@example.test": [row], "elsa@example.test": [row, other]}.items():
        for place in places:
            team.invite(place.public_id, email, "", WorkspaceRole.AGENT, BY, held(workspace=WorkspaceRole.OWNER))
    key = closed(row)
    assert purge(key, at(PURGE_AFTER), at_its_word=True)
    db.session.rollback()
    assert {each.email for each in db.session.scalars(select(User))} == {
        "otto@example.test",
        "elsa@example.test",
        "olive@example.test",
    }
    assert canaries.holding("nora@example.test") == set()
    assert one(Membership, user_id=other.owner_id).workspace_id == other.id


def test_of_all_accounts_only_those_of_the_workspace_are_looked_at(cage: Workspace) -> None:
    with scope.platform(), unit() as session, plans.looked_up("user", "id"):
        people.strangers(session, session.get_one(Workspace, cage.id))


def test_whoever_claims_a_host_empties_nothing_of_those_who_had_it_before(app: Flask, mailbox: object) -> None:
    factories.plan()
    row, other = factories.workspace("Acme"), factories.workspace("Beta")
    for place, workspace in ((other, ""), (row, row.public_id)):
        made = domains.add(place.organization_id, "talk.beta.example", workspace, BY)
        if place is other:
            domains.remove(place.organization_id, made, BY)
    assert purge(closed(row), at(PURGE_AFTER), at_its_word=True)
    db.session.rollback()
    about = select(AuditEvent).where(AuditEvent.action.startswith("organization.domain_"))
    left = {each.organization_id: each.payload for each in db.session.scalars(about.order_by(AuditEvent.sequence))}
    assert left[other.organization_id] and "talk.beta.example" in str(left[other.organization_id])
    assert left[row.organization_id] is None


def test_it_is_announced_by_ids_alone(cage: Workspace) -> None:
    key = closed(cage)
    assert purge(key, at(PURGE_AFTER), at_its_word=True)
    db.session.rollback()
    last = db.session.scalars(select(Change).order_by(Change.id.desc())).first()
    assert last and (last.type, last.workspace, last.data) == ("workspace.purged", key, {})
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert event and event.action == "workspace.purged" and event.workspace_id is None


def test_what_was_purged_after_a_backup_is_purged_again_once_that_is_put_back(cage: Workspace) -> None:
    """The workspace is as it was in the backup, open; another of the receipts is nowhere any more."""
    columns = {"public_id": "pur_1", "workspace": cage.public_id, "workspace_name": NAME, "organization_id": 99}
    receipt = columns | {"cancelled_at": NOW, "began_at": NOW, "run": "run_1"}
    gone = receipt | {"public_id": "pur_2", "workspace": "ws_gone"}
    assert again.start([receipt, gone]) == 1 and again.start([receipt, gone]) == 0
    assert purges.due(NOW) == [cage.public_id]
    assert purge(cage.public_id, BY)
    check_platform()
    assert [each["workspace"] for each in again.known() or []] == [cage.public_id]
