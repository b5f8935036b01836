"""Holds: a status follows from all that are open, and nobody opens or lifts what the role does not."""

import pytest
from flask import Flask

from portal.models import Workspace
from portal.operations import closing, holds
from portal.operations.holds import Changed, NewHold
from portal.rules.access import STAFF, StaffRole
from portal.rules.errors import Conflict, Forbidden, NotFound, Refused
from portal.rules.lifecycle import HoldKind, Status
from tests import factories
from tests.support.creation import BY, actions, check_platform
from tests.support.family import family, fresh, hold_ids, named, open_holds, opened_by_a_job, statuses

OWNER, SUPPORT, FINANCE = (STAFF[role] for role in (StaffRole.OWNER, StaffRole.SUPPORT, StaffRole.FINANCE))
TRIAL, ACTIVE, SUSPENDED, CANCELLED = Status.TRIAL, Status.ACTIVE, Status.SUSPENDED, Status.CANCELLED


@pytest.fixture
def acme(app: Flask) -> Workspace:
    return family("Acme Pune", "Acme Goa")


def suspend(of: Workspace, kind: HoldKind = HoldKind.MANUAL, *, whole: bool = False, **texts: str) -> Changed:
    return holds.suspend(of.public_id, NewHold(kind, whole, **texts), BY, OWNER)


def test_a_hold_suspends_its_workspace_alone(acme: Workspace) -> None:
    assert suspend(acme, note="Seen by staff", public_reason="Spam was reported") == Changed(SUSPENDED, 1)
    assert statuses() == {"Acme Logistics": SUSPENDED, "Acme Pune": TRIAL, "Acme Goa": TRIAL}
    assert open_holds() == [(HoldKind.MANUAL, "Spam was reported")]
    check_platform()


def test_a_hold_of_the_organization_suspends_all_that_are_open_and_is_lifted_from_any_of_them(acme: Workspace) -> None:
    closing.close(named("Acme Goa").public_id, "Acme Goa", BY)
    assert suspend(acme, whole=True) == Changed(SUSPENDED, 2)
    assert statuses() == {"Acme Logistics": SUSPENDED, "Acme Pune": SUSPENDED, "Acme Goa": CANCELLED}
    assert actions()[-3:] == ["workspace.suspended", "workspace.suspended", "hold.opened"]
    assert holds.lift(named("Acme Pune").public_id, hold_ids(), BY, OWNER) == Changed(TRIAL, 2)
    assert statuses() == {"Acme Logistics": TRIAL, "Acme Pune": TRIAL, "Acme Goa": CANCELLED}
    check_platform()


def test_what_is_restored_into_a_suspended_organization_is_suspended(acme: Workspace) -> None:
    goa = named("Acme Goa")
    closing.close(goa.public_id, "Acme Goa", BY)
    suspend(acme, whole=True)
    closing.restore(goa.public_id, BY)
    assert statuses()["Acme Goa"] is SUSPENDED
    check_platform()


def test_it_stays_suspended_until_the_last_hold_is_lifted(acme: Workspace) -> None:
    suspend(acme)
    suspend(acme, HoldKind.ABUSE)
    assert holds.lift(acme.public_id, hold_ids(HoldKind.MANUAL), BY, OWNER) == Changed(SUSPENDED, 0)
    assert open_holds() == [(HoldKind.ABUSE, "")]
    assert holds.lift(acme.public_id, hold_ids(HoldKind.ABUSE), BY, OWNER) == Changed(TRIAL, 1)
    check_platform()


@pytest.mark.parametrize(
    ("kind", "whole", "permissions", "refusal"),
    [
        (HoldKind.ABUSE, False, SUPPORT, Forbidden),
        (HoldKind.MANUAL, False, FINANCE, Forbidden),
        (HoldKind.PAST_DUE, True, SUPPORT, Forbidden),
        (HoldKind.SPEND_CAP, False, OWNER, Forbidden),
        (HoldKind.TRIAL_ENDED, False, OWNER, Forbidden),
        (HoldKind.PAST_DUE, False, FINANCE, Refused),
    ],
)
def test_nobody_opens_what_the_role_or_the_kind_does_not(
    acme: Workspace, kind: HoldKind, whole: bool, permissions: frozenset, refusal: type
) -> None:
    with pytest.raises(refusal):
        holds.suspend(acme.public_id, NewHold(kind, whole), BY, permissions)
    assert set(statuses().values()) == {TRIAL}
    assert not open_holds()


@pytest.mark.parametrize(
    ("kind", "whole", "permissions"),
    [
        (HoldKind.ABUSE, False, SUPPORT),
        (HoldKind.PAST_DUE, True, SUPPORT),
        (HoldKind.MANUAL, False, FINANCE),
        (HoldKind.ABUSE, False, FINANCE),
    ],
)
def test_nobody_lifts_what_the_role_does_not(
    acme: Workspace, kind: HoldKind, whole: bool, permissions: frozenset
) -> None:
    suspend(acme, kind, whole=whole)
    with pytest.raises(Forbidden):
        holds.lift(acme.public_id, hold_ids(), BY, permissions)
    assert fresh(acme).status is SUSPENDED
    assert len(open_holds()) == 1


def test_of_several_chosen_none_is_lifted_where_one_may_not_be(acme: Workspace) -> None:
    suspend(acme)
    suspend(acme, HoldKind.ABUSE)
    with pytest.raises(Forbidden):
        holds.lift(acme.public_id, hold_ids(), BY, SUPPORT)
    assert len(open_holds()) == 2


def test_finance_marks_an_organization_past_due_and_lifts_that(acme: Workspace) -> None:
    holds.suspend(acme.public_id, NewHold(HoldKind.PAST_DUE, True), BY, FINANCE)
    assert set(statuses().values()) == {SUSPENDED}
    holds.lift(acme.public_id, hold_ids(), BY, FINANCE)
    assert set(statuses().values()) == {TRIAL}


def test_the_same_kind_is_not_opened_twice(acme: Workspace) -> None:
    suspend(acme)
    with pytest.raises(Conflict, match="has an open hold of this kind"):
        suspend(acme)
    suspend(acme, whole=True)
    assert len(open_holds()) == 2


def test_a_closed_workspace_is_not_suspended(acme: Workspace) -> None:
    goa = named("Acme Goa")
    closing.close(goa.public_id, "Acme Goa", BY)
    with pytest.raises(Conflict, match="Restore it first"):
        suspend(goa)


def test_somebody_elses_hold_is_not_found(acme: Workspace) -> None:
    other = factories.workspace("Beta")
    suspend(other)
    with pytest.raises(NotFound):
        holds.lift(acme.public_id, hold_ids(), BY, OWNER)
    assert fresh(other).status is SUSPENDED


def test_what_was_lifted_is_not_lifted_again(acme: Workspace) -> None:
    suspend(acme)
    suspend(acme, HoldKind.ABUSE)
    manual = hold_ids(HoldKind.MANUAL)
    holds.lift(acme.public_id, manual, BY, OWNER)
    with pytest.raises(Conflict, match="has been lifted already"):
        holds.lift(acme.public_id, manual, BY, OWNER)


def test_something_must_be_chosen(acme: Workspace) -> None:
    suspend(acme)
    with pytest.raises(Refused) as refused:
        holds.lift(acme.public_id, [], BY, OWNER)
    assert refused.value.field == "holds"


@pytest.mark.parametrize("field", ["note", "public_reason"])
def test_a_text_that_does_not_fit_is_refused_at_its_field(acme: Workspace, field: str) -> None:
    with pytest.raises(Refused) as refused:
        suspend(acme, **{field: "x" * 2_001})
    assert refused.value.field == field
    assert fresh(acme).status is TRIAL


def test_activating_begins_the_first_cycle_and_lifts_what_the_trials_end_opened(acme: Workspace) -> None:
    opened_by_a_job(acme, HoldKind.TRIAL_ENDED)
    assert fresh(acme).status is SUSPENDED
    assert holds.activate(acme.public_id, BY) == Changed(ACTIVE, 1)
    assert fresh(acme).activated_on is not None
    with pytest.raises(Conflict):
        holds.activate(acme.public_id, BY)
    check_platform()


def test_activating_lifts_nothing_else(acme: Workspace) -> None:
    suspend(acme)
    assert holds.activate(acme.public_id, BY) == Changed(SUSPENDED, 0)
    assert holds.lift(acme.public_id, hold_ids(), BY, OWNER) == Changed(ACTIVE, 1)


@pytest.mark.parametrize("kind", [HoldKind.SPEND_CAP, HoldKind.TRIAL_ENDED])
def test_what_a_job_has_opened_is_lifted_by_those_who_may(acme: Workspace, kind: HoldKind) -> None:
    hold = opened_by_a_job(acme, kind)
    with pytest.raises(Forbidden):
        holds.lift(acme.public_id, [hold], BY, FINANCE)
    holds.lift(acme.public_id, [hold], BY, OWNER)
    assert fresh(acme).status is TRIAL
