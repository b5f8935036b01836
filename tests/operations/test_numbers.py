"""Numbers: assigned within the limit, released, ported out; what is counted, announced and audited with each."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import HeldBefore, Number, NumberState, ReleasedNumber, Workspace, scope
from portal.operations import closing, holds, numbers
from portal.operations.holds import NewHold
from portal.queries import numbers as reads
from portal.rules.access import STAFF, StaffRole
from portal.rules.errors import Conflict, Invalid, NotFound, Refused
from portal.rules.limits import Limit
from tests import factories
from tests.support.creation import BY, actions, check_platform, count
from tests.support.family import fresh
from tests.support.telephony import DELHI, MUMBAI, PUNE, allow, announced, assigned, number, stored


@pytest.fixture
def acme(app: Flask) -> Workspace:
    return factories.workspace()


def test_a_number_is_added_once_as_its_plan_says(app: Flask) -> None:
    row = stored(number(" +91 22 4818 2200 "))
    assert (row.e164, row.country, row.kind, row.state) == (MUMBAI, "IN", "local", NumberState.AVAILABLE)
    with pytest.raises(Refused, match="already"):
        number(MUMBAI)
    assert actions().count("number.added") == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (("1", "", ""), "e164"),
        ((MUMBAI, "DE", ""), "country"),
        ((MUMBAI, "", "fax"), "kind"),
        ((MUMBAI, "zz", ""), "country"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(app: Flask, typed: tuple[str, str, str], field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        numbers.add(*typed, BY)
    assert set(invalid.value.errors) == {field}
    assert not count(Number)


def test_assigning_and_releasing_count_announce_and_remember(acme: Workspace) -> None:
    found = assigned(acme)
    assert (fresh(acme).number_count, stored(found).workspace_id) == (1, acme.id)
    numbers.release(found, BY)
    row = stored(found)
    assert (row.state, row.workspace_id, row.last_workspace_id) == (NumberState.AVAILABLE, None, acme.id)
    assert row.released_at == BY.at and fresh(acme).number_count == 0
    assert announced() == [("number.assigned", {"number": MUMBAI}), ("number.released", {"number": MUMBAI})]
    assert actions()[-2:] == ["number.assigned", "number.released"]
    with scope.platform():
        assert list(db.session.scalars(select(HeldBefore.numbers))) == [0], "what it held before the day"
    check_platform()


def test_the_limit_refuses_in_its_words(acme: Workspace) -> None:
    allow(acme, Limit.NUMBERS, 1)
    assigned(acme)
    with pytest.raises(Refused, match="1 used, 1 allowed") as refused:
        assigned(acme, DELHI)
    assert refused.value.field == "workspace"
    assert fresh(acme).number_count == 1
    check_platform()


def test_a_suspended_or_closed_workspace_gets_none(acme: Workspace) -> None:
    free = number()
    holds.suspend(acme.public_id, NewHold(), BY, STAFF[StaffRole.OWNER])
    with pytest.raises(Conflict, match="suspended"):
        numbers.assign(free, acme.public_id, BY)
    closing.close(acme.public_id, acme.name, BY)
    with pytest.raises(Conflict, match="closed"):
        numbers.assign(free, acme.public_id, BY)
    assert stored(free).state is NumberState.AVAILABLE


def test_the_people_of_a_workspace_release_their_own_alone(acme: Workspace) -> None:
    found, other = assigned(acme), factories.workspace("Beta")
    with pytest.raises(NotFound):
        numbers.release(found, BY, of=other.public_id)
    holds.suspend(acme.public_id, NewHold(), BY, STAFF[StaffRole.OWNER])
    with pytest.raises(Conflict, match="suspended"):
        numbers.release(found, BY, of=acme.public_id)
    numbers.release(found, BY)  # staff may


def test_a_number_that_is_ported_out_leaves_the_inventory(acme: Workspace) -> None:
    found = assigned(acme)
    numbers.port_out(found, BY)
    assert stored(found).porting_at == BY.at and fresh(acme).number_count == 1
    with pytest.raises(Conflict, match="ported out"):
        numbers.release(found, BY)
    numbers.ported(found, BY)
    assert not count(Number) and fresh(acme).number_count == 0
    assert announced()[-1] == ("number.released", {"number": MUMBAI, "ported": True})
    check_platform()


def test_a_free_number_is_removed_and_no_other(acme: Workspace) -> None:
    found = assigned(acme)
    with pytest.raises(Conflict, match="release it first"):
        numbers.remove(found, BY)
    numbers.port_out(found, BY)
    with pytest.raises(Conflict, match="being ported out"):
        numbers.remove(found, BY)
    numbers.keep(found, BY)
    closing.close(acme.public_id, acme.name, BY)
    numbers.remove(found, BY)
    assert not count(Number) and actions()[-1] == "number.removed"
    back = closing.restore(acme.public_id, BY)
    assert (back.returned, back.reassigned, back.gone) == ((), (), (MUMBAI,)), "said, not passed over in silence"
    number(MUMBAI)  # and it may come again
    told = [(event.action, event.workspace_name) for event in reads.history(MUMBAI, BY.at)]
    assert told[:2] == [("number.added", ""), ("number.removed", "")] and ("number.assigned", acme.name) in told


def test_a_port_out_that_is_cancelled_leaves_everything_as_it_was(acme: Workspace) -> None:
    found = assigned(acme)
    numbers.port_out(found, BY)
    numbers.keep(found, BY)
    row = stored(found)
    assert (row.state, row.porting_at, row.workspace_id) == (NumberState.ASSIGNED, None, acme.id)
    assert fresh(acme).number_count == 1
    check_platform()


def test_closing_is_told_of_what_is_being_ported_out(acme: Workspace) -> None:
    found, other = assigned(acme), assigned(acme, DELHI)
    numbers.port_out(found, BY)
    with pytest.raises(Refused, match="ported out"):
        closing.close(acme.public_id, acme.name, BY)
    assert fresh(acme).cancelled_at is None
    closing.close(acme.public_id, acme.name, BY, told=[MUMBAI])
    assert stored(found).state is NumberState.PORTING_OUT and stored(other).state is NumberState.AVAILABLE
    assert actions().count("number.released") == 1
    numbers.keep(found, BY)  # then it is closed, and keeps nothing
    assert stored(found).state is NumberState.AVAILABLE and fresh(acme).number_count == 0
    assert count(ReleasedNumber) == 2
    assert set(closing.restore(acme.public_id, BY).returned) == {MUMBAI, DELHI}
    check_platform()


def test_what_is_not_there_is_not_found(acme: Workspace) -> None:
    for act in (numbers.release, numbers.port_out, numbers.keep, numbers.ported, numbers.remove):
        with pytest.raises(NotFound):
            act("num_nothing", BY)
    with pytest.raises(NotFound):
        numbers.assign(number(PUNE), "ws_nothing", BY)
    with pytest.raises(NotFound):
        numbers.assign("num_nothing", acme.public_id, BY)
