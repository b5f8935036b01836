"""What a bulk action comes to for one workspace, in a table of cases."""

from dataclasses import replace
from typing import Any

import pytest

from portal.rules.access import STAFF, StaffRole
from portal.rules.bulk import (
    BESIDE,
    IN_THE_TRASH,
    NEEDS,
    NO_PLAN,
    ONE_MORE,
    Act,
    Facts,
    Order,
    Outcome,
    Target,
    summary,
    verdict,
)
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.pricing import Cycle

DONE, SKIPPED, REFUSED = Outcome
OWNER, SUPPORT, FINANCE = (STAFF[role] for role in (StaffRole.OWNER, StaffRole.SUPPORT, StaffRole.FINANCE))
ACME = Facts(
    public_id="ws_1",
    name="Acme",
    status=Status.ACTIVE,
    holds=(),
    organization_holds=(),
    plan_id=1,
    plan="Growth",
    cycle=Cycle.MONTHLY,
    currency="INR",
    is_primary=True,
    others=0,
    owner_id=7,
    owner_email="olive@example.test",
    owner_suspended=False,
    people=3,
    mrr_reporting=100,
)
SCALE = Target(2, "Scale", False, False, {(Cycle.MONTHLY, "INR"): 1})
HELD = {"status": Status.SUSPENDED}


def of(act: Act, may: Any = OWNER, target: Target | None = None, wanted: str = "", **facts: Any) -> tuple[Outcome, str]:
    return verdict(Order(act, cycle=wanted), ACME._replace(**facts), may, target)


@pytest.mark.parametrize("act", Act)
def test_what_is_in_the_trash_is_refused_whatever_it_is(act: Act) -> None:
    assert of(act, status=Status.CANCELLED, target=SCALE) == (REFUSED, IN_THE_TRASH)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, (DONE, "")),
        ({"status": Status.TRIAL}, (DONE, "")),
        (HELD | {"holds": (HoldKind.ABUSE,)}, (DONE, ONE_MORE)),
        (HELD | {"organization_holds": (HoldKind.MANUAL,)}, (DONE, ONE_MORE)),
        (HELD | {"holds": (HoldKind.ABUSE, HoldKind.MANUAL)}, (SKIPPED, "It is suspended by staff already.")),
    ],
)
def test_suspending(facts: dict[str, Any], expected: tuple[Outcome, str]) -> None:
    assert of(Act.SUSPEND, **facts) == expected


@pytest.mark.parametrize(
    ("may", "own", "whole", "outcome"),
    [
        (SUPPORT, (HoldKind.MANUAL,), (), DONE),
        (SUPPORT, (HoldKind.MANUAL, HoldKind.ABUSE), (), REFUSED),
        (SUPPORT, (HoldKind.TRIAL_ENDED,), (), REFUSED),
        (OWNER, (HoldKind.MANUAL, HoldKind.ABUSE, HoldKind.SPEND_CAP), (), DONE),
        (OWNER, (HoldKind.MANUAL,), (HoldKind.PAST_DUE,), REFUSED),
        (FINANCE, (), (HoldKind.PAST_DUE,), REFUSED),
    ],
)
def test_reactivating(may: Any, own: tuple[HoldKind, ...], whole: tuple[HoldKind, ...], outcome: Outcome) -> None:
    assert of(Act.REACTIVATE, may, status=Status.SUSPENDED, holds=own, organization_holds=whole)[0] is outcome


def test_what_is_not_suspended_is_not_reactivated() -> None:
    assert of(Act.REACTIVATE) == (SKIPPED, "It is not suspended.")


def test_writing_to_the_owner() -> None:
    assert of(Act.NOTIFY)[0] is DONE
    assert of(Act.NOTIFY, owner_id=None)[0] is REFUSED
    assert of(Act.NOTIFY, owner_suspended=True)[0] is REFUSED


@pytest.mark.parametrize(
    ("target", "cycle", "facts", "outcome"),
    [
        (SCALE, "", {}, DONE),
        (SCALE, "", {"plan_id": 2}, SKIPPED),
        (SCALE, "monthly", {"plan_id": 2, "cycle": Cycle.ANNUAL}, DONE),
        (SCALE, "", {"cycle": Cycle.ANNUAL}, REFUSED),
        (SCALE, "annual", {}, REFUSED),
        (SCALE, "", {"currency": "USD"}, REFUSED),
        (SCALE, "", {"cycle": Cycle.CUSTOM, "currency": "USD"}, DONE),
        (replace(SCALE, is_free=True), "", {"currency": "USD"}, DONE),
        (SCALE, "", {"others": 2}, REFUSED),
        (SCALE, "", {"others": 2, "is_primary": False}, DONE),
        (replace(SCALE, is_multi=True), "", {"others": 2}, DONE),
        (Target(None, "", True, False, {}), "", {}, DONE),
        (Target(None, "", True, False, {}), "", {"plan_id": None}, SKIPPED),
        (None, "", {}, REFUSED),
    ],
)
def test_changing_the_plan(target: Target | None, cycle: str, facts: dict[str, Any], outcome: Outcome) -> None:
    assert of(Act.PLAN, target=target, wanted=cycle, **facts)[0] is outcome


def test_a_primary_is_told_why() -> None:
    assert of(Act.PLAN, target=SCALE, others=1) == (REFUSED, BESIDE)


def test_an_order_is_kept_whole() -> None:
    order = Order(Act.NOTIFY, subject="Sunday", text="We move.\n")
    assert Order.of(order.kept()) == order
    assert Order.of(Order(Act.PLAN, plan=NO_PLAN, cycle="annual").kept()).plan == NO_PLAN


def test_each_act_needs_a_permission_that_changes_something() -> None:
    assert set(NEEDS) == set(Act) and not any(permission.reads for permission in NEEDS.values())


def test_a_summary_names_what_there_is() -> None:
    assert summary({"skipped": 2, "done": 1_036}) == "1,036 done, 2 skipped"
    assert summary({}) == "none"
