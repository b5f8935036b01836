"""Bulk actions: what they would come to is what they come to; each workspace once; whoever stops them stops them."""

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.base.db import db
from portal.models import (
    AuditEvent,
    Change,
    Hold,
    Organization,
    Plan,
    Task,
    TaskResult,
    TaskState,
    User,
    Workspace,
    scope,
)
from portal.models.tasks import NOT_YET
from portal.operations import bulk, bulk_acts, closing, task_workers, tasks
from portal.operations.holds import NewHold, suspend
from portal.operations.tasks import LEASE
from portal.operations.unit import unit
from portal.operations.workspaces import NewWorkspace, create
from portal.queries.bulk import Preview, Selection, preview
from portal.queries.listing import Filters
from portal.queries.principals import platform
from portal.rules.access import StaffRole, permissions_of
from portal.rules.bulk import NO_PLAN, Act, Order, Outcome
from portal.rules.errors import Conflict, Forbidden, Invalid, Refused
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.pricing import Cycle
from tests import factories
from tests.factories import acting
from tests.support.clocks import NOW, Clock
from tests.support.creation import actions, add_plan, check_platform, count, one
from tests.support.mails import Mailbox

SUSPEND = Order(Act.SUSPEND, public_reason="Confirm your sender registration.", note="TCK-4821")


@pytest.fixture
def alice(app: Flask) -> User:
    return factories.staff()


def made(number: int, **fields: Any) -> list[str]:
    """So many workspaces, W0 and on, each of an organization of its own, all of Olive."""
    return [factories.workspace(f"W{each}", **fields).public_id for each in range(number)]


def looked(order: Order, rows: Sequence[str] = (), role: StaffRole = StaffRole.OWNER, **filters: Any) -> Preview:
    db.session.rollback()
    selection = Selection(Filters(**filters), tuple(rows))
    return preview(order, selection, permissions_of(role), platform(), NOW)


def begun(order: Order, by: User, rows: Sequence[str] = (), role: StaffRole = StaffRole.OWNER) -> str:
    order = bulk.check(order)
    return bulk.start(order, looked(order, rows, role), "Title", acting(by), permissions_of(role))


def came_to(task: str) -> dict[str, tuple[str, str]]:
    """Outcome and sentence by name."""
    db.session.rollback()
    rows = db.session.scalars(select(TaskResult).join(Task).where(Task.public_id == task).order_by(TaskResult.line))
    return {row.label: (row.outcome, row.message) for row in rows}


def statuses() -> dict[str, Status]:
    db.session.rollback()
    with scope.platform():
        return {row.name: row.status for row in db.session.scalars(select(Workspace))}


def test_what_was_shown_is_what_becomes(alice: User, clock: Clock) -> None:
    made(5)
    by = acting(alice)
    held = permissions_of(StaffRole.OWNER)
    suspend(one(Workspace, name="W1").public_id, NewHold(), by, held)
    suspend(one(Workspace, name="W2").public_id, NewHold(kind=HoldKind.ABUSE), by, held)
    shown = looked(SUSPEND)
    assert shown.counts == {Outcome.DONE: 4, Outcome.SKIPPED: 1} and shown.total == 5
    task = begun(SUSPEND, alice)
    task_workers.work(task, clock)
    assert {name: Outcome(outcome) for name, (outcome, _) in came_to(task).items()} == {
        name: come_to.outcome for _, name, come_to in shown.rows
    }
    assert set(statuses().values()) == {Status.SUSPENDED}
    row = one(Task)
    assert (row.state, row.done, row.counts) == (TaskState.DONE, 5, {"done": 4, "skipped": 1})
    assert came_to(task)["W1"] == ("skipped", "It is suspended by staff already.")
    assert actions()[-5:].count("workspace.suspended") == 3 and actions()[-1] == "bulk.finished"
    assert {hold.note for hold in db.session.scalars(select(Hold).where(Hold.opened_by == alice.name))} >= {"TCK-4821"}
    check_platform()


def test_reactivating_lifts_own_holds_and_no_more(alice: User, clock: Clock) -> None:
    first, second, third, fourth = made(4)
    by, held = acting(alice), permissions_of(StaffRole.OWNER)
    suspend(first, NewHold(), by, held)
    suspend(second, NewHold(kind=HoldKind.ABUSE), by, held)
    suspend(third, NewHold(whole_organization=True), by, held)
    bob = factories.staff(StaffRole.SUPPORT)
    task = begun(Order(Act.REACTIVATE), bob, role=StaffRole.SUPPORT)
    task_workers.work(task, clock)
    assert came_to(task) == {
        "W0": ("done", "It is on trial again."),
        "W1": ("refused", "Your role does not lift its hold (abuse)."),
        "W2": ("refused", "Its whole organization is suspended. Lift that on the workspace’s page."),
        "W3": ("skipped", "It is not suspended."),
    }
    assert statuses() == {"W0": Status.TRIAL, "W1": Status.SUSPENDED, "W2": Status.SUSPENDED, "W3": Status.TRIAL}
    check_platform()


def test_a_plan_is_changed_where_it_fits(alice: User, clock: Clock) -> None:
    growth, scale = add_plan(), add_plan("Scale")
    made(1, plan=growth)
    factories.workspace("There", plan=scale)
    factories.workspace("Yearly", billing_cycle="annual")
    factories.workspace("Own", billing_cycle="custom", custom_amount="5", custom_months="1")
    order = Order(Act.PLAN, plan=scale)
    assert looked(order).counts == {Outcome.DONE: 2, Outcome.SKIPPED: 1, Outcome.REFUSED: 1}
    task = begun(order, alice)
    task_workers.work(task, clock)
    found = came_to(task)
    assert found["There"] == ("skipped", "It is on Scale already.")
    assert found["Yearly"][0] == "refused" and "no annual price in INR" in found["Yearly"][1]
    assert one(Workspace, name="W0").plan_id == one(Workspace, name="Own").plan_id == one(Plan, name="Scale").id
    assert one(Workspace, name="Own").custom_amount == 500
    assert actions().count("workspace.plan_changed") == 2
    free = begun(Order(Act.PLAN, plan=NO_PLAN, cycle=Cycle.ANNUAL), alice, [one(Workspace, name="W0").public_id])
    task_workers.work(free, clock)
    assert (one(Workspace, name="W0").plan_id, one(Workspace, name="W0").billing_cycle) == (None, Cycle.ANNUAL)
    check_platform()


def test_a_primary_with_others_beside_it_keeps_a_plan_for_several(alice: User, clock: Clock) -> None:
    multi, single = add_plan("Group", multi_workspace=True), add_plan("Single")
    first = factories.workspace("First", plan=multi)
    acme = db.session.get_one(Organization, first.organization_id)
    draft = NewWorkspace(name="Second", owner_mode="existing", owner="olive@example.test", organization=acme.public_id)
    create(draft, factories.command())
    task = begun(Order(Act.PLAN, plan=single), alice)
    task_workers.work(task, clock)
    found = came_to(task)
    assert found["First"][0] == "refused" and "beside this primary" in found["First"][1]
    assert found["Second"] == ("done", "")


def test_each_owner_is_written_to_once(alice: User, clock: Clock, mailbox: Mailbox) -> None:
    made(3)
    factories.workspace("Of Pat", factories.user("pat@example.test"))
    gone = factories.workspace("Of Quinn", factories.user("quinn@example.test"))
    with unit() as session:
        session.execute(update(User).where(User.id == gone.owner_id).values(suspended_at=NOW))
    order = Order(Act.NOTIFY, subject="Maintenance on Sunday", text="We move.\n\nNothing stops.")
    task = begun(order, alice)
    task_workers.work(task, clock)
    assert sorted(each.recipient for each in mailbox.messages) == ["olive@example.test", "pat@example.test"]
    letter = mailbox.to("pat@example.test")[0]
    assert letter.subject == "Maintenance on Sunday" and "We move.\n\nNothing stops." in (letter.body or "")
    assert letter.workspace_id == one(Workspace, name="Of Pat").id
    outcomes = [outcome for outcome, _ in came_to(task).values()]
    assert sorted(outcomes) == ["done", "done", "refused", "skipped", "skipped"]
    assert actions().count("workspace.notified") == 2


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (Order(Act.NOTIFY, text="x"), "subject"),
        (Order(Act.NOTIFY, subject="x", text=" \n "), "text"),
        (Order(Act.NOTIFY, subject="x" * 151, text="x"), "subject"),
        (Order(Act.NOTIFY, subject="x", text="x" * 10_001), "text"),
        (Order(Act.SUSPEND, note="x" * 2_001), "note"),
        (Order(Act.SUSPEND, public_reason="\x00" * 2_001 + "x" * 2001), "public_reason"),
        (Order(Act.PLAN), "plan"),
        (Order(Act.PLAN, plan="pln_nothing"), "plan"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(app: Flask, order: Order, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        bulk.check(order)
    assert set(invalid.value.errors) == {field}


def test_nothing_to_do_begins_nothing(alice: User) -> None:
    made(2)
    with pytest.raises(Refused, match="nothing to do"):
        begun(Order(Act.REACTIVATE), alice)
    with pytest.raises(Forbidden):
        begun(SUSPEND, alice, role=StaffRole.FINANCE)
    assert count(Task) == 0


def test_the_rows_are_those_of_the_start(alice: User, clock: Clock) -> None:
    made(2)
    task = begun(SUSPEND, alice)
    factories.workspace("Later")
    task_workers.work(task, clock)
    assert statuses()["Later"] is Status.TRIAL and len(came_to(task)) == 2


def test_another_set_has_another_mark_in_whatever_order(app: Flask) -> None:
    first, second, _ = made(3)
    assert looked(SUSPEND, [first, second]).mark == looked(SUSPEND, [second, first]).mark
    assert looked(SUSPEND, [first, second]).mark != looked(SUSPEND).mark != looked(SUSPEND, [first]).mark


def test_stopped_between_two_steps_it_begins_no_further_row(
    alice: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(5)
    task = begun(SUSPEND, alice)
    monkeypatch.setattr(bulk, "MOST", 2)
    monkeypatch.setattr(bulk, "STEP", 60)

    def stopping() -> Any:
        if one(Task).done == 2:
            tasks.stop(task, acting(alice))
        return clock()

    task_workers.work(task, stopping)
    row = one(Task)
    assert row.state is TaskState.STOPPED and row.done == 2
    assert [outcome for outcome, _ in came_to(task).values()] == ["done"] * 2 + [NOT_YET] * 3
    assert list(statuses().values()).count(Status.SUSPENDED) == 2
    left = Selection(task=task)
    rest = preview(SUSPEND, left, permissions_of(StaffRole.OWNER), platform(), NOW)
    assert rest.total == 3, "the rest can be done by another task"


def test_only_whoever_began_it_stops_it_unless_they_may_stop_all(alice: User) -> None:
    made(1)
    bob = factories.staff(StaffRole.SUPPORT)
    task = begun(SUSPEND, alice)
    with pytest.raises(Forbidden):
        tasks.stop(task, acting(bob), anybodys=False)
    tasks.stop(task, acting(alice), anybodys=False)
    with pytest.raises(Conflict):
        tasks.stop(task, acting(alice))


def test_a_dead_worker_s_task_goes_on_once_its_lease_is_out(
    alice: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(5)
    task = begun(SUSPEND, alice)
    monkeypatch.setattr(bulk, "MOST", 2)
    monkeypatch.setattr(bulk, "STEP", 60)
    claim = tasks.claim(task, clock())
    assert claim and bulk._step(claim, SUSPEND, acting(alice)) == 2
    assert task_workers.take_over(clock) == 0, "somebody works on it"
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert tasks.claim(task, clock())
    with pytest.raises(tasks.Ended):
        bulk._step(claim, SUSPEND, acting(alice))
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert task_workers.take_over(clock) == 1
    assert one(Task).counts == {"done": 5} and count(Hold) == 5
    check_platform()


LOST = ({"staff_role": StaffRole.AUDITOR}, {"suspended_at": NOW}, {"trashed_at": NOW})


@pytest.mark.parametrize("lost", LOST, ids=str)
def test_whoever_lost_the_role_or_is_kept_out_changes_nothing_more(
    alice: User, clock: Clock, lost: dict[str, Any]
) -> None:
    made(3)
    task = begun(SUSPEND, alice)
    with unit() as session:
        session.execute(update(User).where(User.id == alice.id).values(**lost))
    task_workers.work(task, clock)
    row = one(Task)
    assert (row.state, row.error, row.done) == (TaskState.FAILED, tasks.NO_LONGER, 0)
    assert set(statuses().values()) == {Status.TRIAL}


def test_one_that_breaks_stops_no_other(alice: User, clock: Clock) -> None:
    made(3)
    task = begun(Order(Act.SUSPEND), alice)

    def breaking(session: Any, workspace: str, *rest: Any) -> str:
        answer = honest(session, workspace, *rest)
        if workspace == one_of_them:
            raise ZeroDivisionError
        return answer

    one_of_them, honest = one(Workspace, name="W1").public_id, bulk_acts.ACTS[Act.SUSPEND]
    bulk.ACTS[Act.SUSPEND] = breaking  # type: ignore[index]
    try:
        task_workers.work(task, clock)
    finally:
        bulk.ACTS[Act.SUSPEND] = honest  # type: ignore[index]
    assert came_to(task)["W1"] == ("refused", bulk.BROKE)
    assert statuses() == {"W0": Status.SUSPENDED, "W1": Status.TRIAL, "W2": Status.SUSPENDED}
    assert count(Hold) == 2 and actions().count("workspace.suspended") == 2 and count(Change) >= 2
    check_platform()


def test_those_in_the_trash_are_refused(alice: User, clock: Clock) -> None:
    first, _ = made(2)
    task = begun(SUSPEND, alice)
    closing.close(first, "W0", acting(alice))
    task_workers.work(task, clock)
    assert came_to(task) == {"W0": ("refused", "It is in the trash. Restore it first."), "W1": ("done", "")}


def test_events_say_which_request_began_it(alice: User, clock: Clock) -> None:
    made(1)
    task = begun(SUSPEND, alice)
    task_workers.work(task, clock)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "bulk.started")).one()
    assert event.payload and event.payload["facts"] == {"task": task, "what": "Title", "rows": 1}
