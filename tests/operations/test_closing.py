"""Closing and restoring: what goes, what comes back, and what cannot be is refused with nothing half done."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import (
    Broadcast,
    BroadcastState,
    Extension,
    ExtensionState,
    Number,
    NumberState,
    ReleasedNumber,
    Workspace,
    scope,
)
from portal.operations import closing, holds
from portal.operations.unit import unit
from portal.operations.workspace_changes import change
from portal.rules.access import STAFF, StaffRole
from portal.rules.errors import Conflict, Refused
from portal.rules.lifecycle import PURGE_AFTER, Status
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import BY, check_platform, count
from tests.support.family import add, family, fresh, named, statuses

MUMBAI, DELHI, PORTED = "+912248182200", "+911148182200", "+918048182200"


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """A primary with a child, two numbers of its own and one that is being ported out."""
    made = family("Acme Pune")
    states = {MUMBAI: NumberState.ASSIGNED, DELHI: NumberState.ASSIGNED, PORTED: NumberState.PORTING_OUT}
    with unit() as session:
        for e164, state in states.items():
            session.add(Number(e164=e164, country="IN", state=state, workspace_id=made.id, created_at=NOW))
        session.merge(made).number_count = len(states)
    return fresh(made)


def close(row: Workspace, name: str | None = None) -> closing.Closed:
    return closing.close(row.public_id, row.name if name is None else name, BY, told=[PORTED])


def numbers() -> dict[str, tuple[NumberState, int | None]]:
    db.session.rollback()
    rows = db.session.execute(select(Number.e164, Number.state, Number.workspace_id))
    return {row.e164: (row.state, row.workspace_id) for row in rows}


def without_child() -> None:
    close(named("Acme Pune"))


@pytest.mark.parametrize("typed", ["", "Acme", "acme logistics", "Acme Logistics!", "Acme Pune"])
def test_the_name_is_checked(acme: Workspace, typed: str) -> None:
    without_child()
    with pytest.raises(Refused) as refused:
        close(acme, typed)
    assert refused.value.field == "confirm_name"
    assert fresh(acme).status is Status.TRIAL
    assert numbers()[MUMBAI] == (NumberState.ASSIGNED, acme.id)


def test_spaces_around_the_name_do_not_matter(acme: Workspace) -> None:
    without_child()
    close(acme, "  Acme   Logistics ")
    assert fresh(acme).status is Status.CANCELLED


def test_numbers_go_back_but_for_those_that_are_being_ported_out(acme: Workspace) -> None:
    without_child()
    assert close(acme).numbers == 2
    found = numbers()
    assert found[MUMBAI] == found[DELHI] == (NumberState.AVAILABLE, None)
    assert found[PORTED] == (NumberState.PORTING_OUT, acme.id)
    assert fresh(acme).number_count == 1
    check_platform()


def test_numbers_that_are_still_free_come_back_and_the_others_are_named(acme: Workspace) -> None:
    without_child()
    close(acme)
    other = factories.workspace("Beta")
    with unit() as session:
        taken = session.scalars(select(Number).where(Number.e164 == DELHI)).one()
        taken.state, taken.workspace_id = NumberState.ASSIGNED, other.id
        session.merge(other).number_count = 1
    back = closing.restore(acme.public_id, BY)
    assert (back.returned, back.reassigned, back.gone) == ((MUMBAI,), (DELHI,), ())
    assert numbers()[DELHI] == (NumberState.ASSIGNED, other.id)
    assert fresh(acme).number_count == 2
    assert not count(ReleasedNumber)
    check_platform()


def test_a_number_that_went_to_another_and_came_free_again_comes_back(acme: Workspace) -> None:
    without_child()
    close(acme)
    with unit() as session:
        session.scalars(select(Number).where(Number.e164 == DELHI)).one().last_workspace_id = None
    assert closing.restore(acme.public_id, BY).returned == (MUMBAI, DELHI)


def test_extensions_are_unregistered_and_open_broadcasts_stopped_for_good(acme: Workspace) -> None:
    pune = named("Acme Pune")
    common = {"workspace_id": pune.id, "created_at": NOW}
    states = (BroadcastState.DRAFT, BroadcastState.SENDING, BroadcastState.SENT)
    add(
        Extension(number="101", display_name="Desk", state=ExtensionState.PROVISIONED, **common),
        *(Broadcast(name=state.value, state=state, **common) for state in states),
    )
    with unit() as session:
        row = session.merge(pune)
        row.extension_count, row.broadcast_count = 1, len(states)
    done = close(named("Acme Pune"))
    closing.restore(pune.public_id, BY)
    db.session.rollback()
    with scope.workspace(pune.id):
        assert db.session.scalars(select(Extension.state)).one() is ExtensionState.UNREGISTERED
        found = dict(db.session.execute(select(Broadcast.name, Broadcast.state)).all())
    assert found["sent"] is BroadcastState.SENT
    assert found["sending"] is BroadcastState.STOPPED
    assert (done.extensions, done.broadcasts) == (1, sum(state is BroadcastState.STOPPED for state in found.values()))
    check_platform()


def test_a_primary_is_closed_after_its_children_or_once_another_is_primary(acme: Workspace) -> None:
    with pytest.raises(Conflict, match="which has another workspace"):
        close(acme)
    closing.make_primary(named("Acme Pune").public_id, BY)
    close(acme)
    assert statuses() == {"Acme Logistics": Status.CANCELLED, "Acme Pune": Status.TRIAL}
    check_platform()


def test_what_each_pays_follows_from_which_is_the_primary(acme: Workspace) -> None:
    for row in (acme, named("Acme Pune")):
        holds.activate(row.public_id, BY)
    assert (fresh(acme).mrr_minor, named("Acme Pune").mrr_minor) == (1_000_000, 200_000)
    closing.close(named("Acme Pune").public_id, "Acme Pune", BY)
    assert named("Acme Pune").mrr_minor == 0
    check_platform()


def test_a_child_is_restored_after_its_primary(acme: Workspace) -> None:
    pune = named("Acme Pune")
    close(pune)
    close(acme)
    with pytest.raises(Conflict, match="Restore that first"):
        closing.restore(pune.public_id, BY)
    closing.restore(acme.public_id, BY)
    closing.restore(pune.public_id, BY)
    assert set(statuses().values()) == {Status.TRIAL}
    check_platform()


def test_a_child_is_not_restored_beside_a_primary_whose_plan_is_for_one_workspace(acme: Workspace) -> None:
    """It would cost nothing: there is no child's fee."""
    pune = named("Acme Pune")
    close(pune)
    change(acme.public_id, {"plan": ""}, BY, may=STAFF[StaffRole.OWNER])
    with pytest.raises(Conflict, match="Move that onto a multi-workspace plan first"):
        closing.restore(pune.public_id, BY)
    change(acme.public_id, {"plan": "Group"}, BY, may=STAFF[StaffRole.OWNER])
    closing.restore(pune.public_id, BY)


def test_it_can_be_restored_until_the_last_instant_of_its_ninety_days(acme: Workspace) -> None:
    pune = named("Acme Pune")
    close(pune)
    with pytest.raises(Conflict, match="90 days are over"):
        closing.restore(pune.public_id, factories.command(NOW + PURGE_AFTER))
    closing.restore(pune.public_id, factories.command(NOW + PURGE_AFTER - timedelta(microseconds=1)))


def test_nothing_is_closed_or_restored_twice(acme: Workspace) -> None:
    pune = named("Acme Pune")
    with pytest.raises(Conflict):
        closing.restore(pune.public_id, BY)
    close(pune)
    with pytest.raises(Conflict):
        close(pune)


def test_the_primary_is_open_and_another_one_than_before(acme: Workspace) -> None:
    with pytest.raises(Conflict, match="already"):
        closing.make_primary(acme.public_id, BY)
    pune = named("Acme Pune")
    close(pune)
    with pytest.raises(Conflict, match="Restore it first"):
        closing.make_primary(pune.public_id, BY)
