"""Plans are made and changed, with all that follows from that for the workspaces on them."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import AuditEvent, Change, Membership, Organization, Plan, PlanFee, Task, TaskState, Workspace, scope
from portal.operations import plans, platform, settlements, task_workers, tasks
from portal.operations.plans import Saved, StalePlan
from portal.operations.tally import recount
from portal.operations.unit import unit
from portal.operations.workspace_changes import change
from portal.queries import plans as reads
from portal.queries.plans import PlanView
from portal.rules.access import StaffRole, WorkspaceRole, permissions_of
from portal.rules.errors import Conflict, Invalid, NotFound
from portal.rules.health import Level
from portal.rules.limits import Limit
from portal.rules.pricing import Cycle
from tests import factories
from tests.support import tenants
from tests.support.creation import BY, NOW, actions, check_platform, count, one
from tests.support.lists import Given, fill

GROWTH = {"name": "Growth", "colour": "teal", "price_monthly_INR": "100", "price_annual_INR": "1000"}


@pytest.fixture(autouse=True)
def free(app: Flask) -> str:
    """The free plan, with its modest limits."""
    platform.initialise(BY)
    return one(Plan, is_free=True).public_id


def made(**texts: Any) -> str:
    return plans.create(GROWTH | texts, BY)


def save(plan: str, **wanted: Any) -> Saved:
    return plans.change(plan, wanted, BY)


def refusals(plan: str, **wanted: Any) -> dict[str, str]:
    """The messages by field of a change that is refused, after which all is as it was."""
    before = reads.plan(plan)
    with pytest.raises(Invalid) as caught:
        save(plan, **wanted)
    db.session.rollback()
    assert reads.plan(plan) == before
    return caught.value.errors


def active(plan: str, name: str = "Acme Logistics", **fields: Any) -> Workspace:
    return factories.workspace(name, plan=plan, status="active", **fields)


def child_of(first: Workspace, plan: str) -> str:
    with unit() as session:
        row = tenants.workspace(
            session,
            session.get_one(Organization, first.organization_id),
            "Beta",
            session.scalars(select(Plan).where(Plan.public_id == plan)).one(),
            is_primary=False,
            owner_id=first.owner_id,
        )
        owner = Membership(workspace_id=row.id, user_id=first.owner_id, role=WorkspaceRole.OWNER, created_at=NOW)
        row.user_count = 1
        session.add(owner)
        tenants.settled(session, row)
        recount(session)
    return row.public_id


def mrr(workspace: str) -> int:
    return int(one(Workspace, public_id=workspace).mrr_minor)


def told() -> dict[str, list[str]]:
    """The limits of which the data plane was told, by workspace."""
    db.session.rollback()
    query = select(Change.workspace, Change.data).where(Change.type == "workspace.limits_updated")
    return {workspace: data["limits"] for workspace, data in db.session.execute(query)}


# ---------------------------------------------------------------- making and changing


def test_a_plan_is_made_of_what_was_typed() -> None:
    plan = made(
        limit_numbers="5",
        limit_monthly_messages="−1",
        child_fee_USD="19.50",
        contact_price_USD=".005",
        tier_1_contacts="100000",
        tier_1_percent="25",
        included_contacts="500",
        multi_workspace=False,
    )
    found = reads.plan(plan)
    assert found.terms.prices == {(Cycle.MONTHLY, "INR"): 10_000, (Cycle.ANNUAL, "INR"): 100_000}
    assert found.terms.limits == {Limit.MONTHLY_MESSAGES: -1, Limit.NUMBERS: 5}
    assert (found.terms.child_fees, str(found.terms.contact_prices["USD"])) == ({"USD": 1950}, "0.005")
    assert (found.terms.tiers, found.terms.included_contacts) == (((100_000, 25),), 500)
    assert actions()[-1] == "plan.created"
    payload = db.session.scalars(select(AuditEvent.payload).order_by(AuditEvent.sequence.desc())).first()
    assert payload and payload["facts"]["limits"] == "monthly messages unlimited, numbers 5"


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", " ", "Enter a name"),
        ("name", "FREE", "already"),
        ("name", "x" * 201, "200 characters"),
        ("name", "a\x07b", "control character"),
        ("colour", "#ff0000", "choose one of"),
        ("price_monthly_INR", "-1", "0 or more"),
        ("price_monthly_JPY", "1.5", "no decimals"),
        ("price_monthly_INR", "1e309", "digits"),
        ("price_monthly_XQX", "5", "no currency"),
        ("child_fee_INR", "abc", "digits"),
        ("contact_price_INR", "0.0000001", "6 decimals"),
        ("contact_price_INR", "-1", "6 decimals"),
        ("limit_numbers", "-2", "−1 for unlimited"),
        ("limit_numbers", str(2**63), "whole number"),
        ("included_contacts", "-1", "whole number"),
        ("tier_1_percent", "101", "from 1 to 100"),
        ("tier_1_contacts", "5", ""),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(field: str, typed: str, words: str) -> None:
    plan = made(name="Scale")
    found = refusals(plan, **{field: typed})
    at = "tier_1_percent" if field == "tier_1_contacts" else field
    assert set(found) == {at} and words in found[at]


def test_what_is_not_named_stays() -> None:
    plan = made(limit_numbers="5", child_fee_INR="7")
    save(plan, name="Growth Plus", limit_users="3")
    found = reads.plan(plan).terms
    assert (found.name, found.limits) == ("Growth Plus", {Limit.NUMBERS: 5, Limit.USERS: 3})
    assert (found.child_fees, len(found.prices)) == ({"INR": 700}, 2)
    assert save(plan, name="Growth Plus").changed == () and actions().count("plan.changed") == 1


def test_the_second_of_two_people_is_told_and_nothing_is_lost() -> None:
    plan = made()
    seen = reads.plan(plan).version
    save(plan, limit_users="3")
    with pytest.raises(StalePlan) as caught:
        plans.change(plan, {"limit_users": "4"}, BY, version=seen)
    assert caught.value.theirs.terms.limits == {Limit.USERS: 3}
    plans.change(plan, {"limit_users": "4"}, BY, version=caught.value.theirs.version)
    assert reads.plan(plan).terms.limits == {Limit.USERS: 4}


def test_there_is_no_such_plan() -> None:
    for unknown in ("pln_nothing", "", "a\0b"):
        with pytest.raises(NotFound):
            reads.plan(unknown)


# ---------------------------------------------------------------- what follows


def test_mrr_and_names_follow_at_once() -> None:
    plan = made()
    yearly, monthly = active(plan, "Acme", billing_cycle="annual").public_id, active(plan, "Beta").public_id
    assert (mrr(yearly), mrr(monthly)) == (8_333, 10_000)
    saved = save(plan, price_monthly_INR="150.50", price_annual_INR="1200", name="Alpha")
    assert (saved.begun.workspaces, saved.begun.task) == (2, None)
    assert (mrr(yearly), mrr(monthly)) == (10_000, 15_050)
    assert one(Workspace, public_id=yearly).plan_key == "alpha"
    carried = reads.plan(plan).carried
    assert (carried.workspaces, carried.mrr, carried.by_status) == (2, 25_050, {"active": 2})
    check_platform()


def test_a_primarys_plan_sets_what_children_pay() -> None:
    family, own = made(name="Group", multi_workspace=True, child_fee_INR="15"), made(name="Small")
    child = child_of(active(family), own)
    assert mrr(child) == 1_500
    save(family, child_fee_INR="20")
    assert mrr(child) == 2_000
    save(own, price_monthly_INR="999")
    assert mrr(child) == 2_000
    save(family, child_fee_INR="")
    assert mrr(child) == 0 and count(PlanFee) == 0
    check_platform()


def test_an_organization_with_several_workspaces_keeps_a_plan_for_them() -> None:
    family = made(name="Group", multi_workspace=True)
    child_of(active(family), family)
    assert "1 organization has" in refusals(family, multi_workspace=False)["multi_workspace"]


def test_the_free_plan_is_not_one_for_several_workspaces(free: str) -> None:
    assert "The free plan" in refusals(free, multi_workspace=True)["multi_workspace"]


def test_a_plan_for_several_workspaces_includes_no_contacts() -> None:
    plan = made(multi_workspace=True, included_contacts="1000")
    assert reads.plan(plan).terms.included_contacts == 0


def test_the_data_plane_learns_of_limits_that_changed_but_not_where_they_are_overridden() -> None:
    plan = made(limit_numbers="5", limit_users="5")
    plain, own = active(plan, "Acme"), active(plan, "Beta", cap_numbers="9", cap_users="9")
    other, closed = active("", "Gamma"), active(plan, "Delta")
    with unit() as session:
        session.get_one(Workspace, closed.id).cancelled_at = NOW
    save(plan, limit_numbers="7", limit_campaigns="2")
    assert told() == {plain.public_id: ["numbers", "campaigns"], own.public_id: ["campaigns"]}
    assert other.public_id not in told()


def test_a_figure_that_comes_to_the_same_is_no_news(free: str) -> None:
    plan = made()
    active(plan)
    save(plan, limit_numbers="1")  # what the free plan gives anyway
    assert told() == {} and reads.plan(plan).terms.limits == {Limit.NUMBERS: 1}


def test_the_free_plans_figures_reach_whoever_falls_back_on_them(free: str) -> None:
    sets, leaves = made(name="Sets", limit_users="5"), made(name="Leaves")
    active(sets, "Acme")
    reached = {active(each, name).public_id for each, name in ((leaves, "Beta"), ("", "Gamma"), (free, "Delta"))}
    save(free, limit_users="4")
    assert set(told()) == reached


def test_health_follows_from_a_monthly_limit(now: datetime) -> None:
    plan = made(limit_monthly_messages="1000")
    acme = active(plan)
    with unit() as session, scope.platform():
        tenants.usage(session, acme, now.date(), sent=90, delivered=90)
    save(plan, limit_monthly_messages="100")
    assert one(Workspace, id=acme.id).health is Level.WATCH
    save(plan, limit_monthly_messages="50")
    assert one(Workspace, id=acme.id).health is Level.RISK
    check_platform()


# ---------------------------------------------------------------- many


def crowd() -> str:
    """A plan with more workspaces than are settled at once, all priced wrongly so far."""
    fill(Given(f"W{number:03}", plan="Crowd") for number in range(settlements.AT_ONCE + 30))
    with unit() as session:
        row = session.scalars(select(Plan).where(Plan.name == "Crowd")).one()
        session.execute(Workspace.__table__.update().values(is_primary=False))
        first = session.scalars(select(Workspace).order_by(Workspace.id)).first()
        assert first
        first.is_primary = True
    return row.public_id


def settled() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Workspace.mrr_minor == 500)) or 0


def test_many_are_settled_in_steps_and_a_worker_that_died_is_followed_by_another(now: datetime) -> None:
    plan = crowd()
    saved = save(plan, child_fee_INR="5", limit_numbers="3")
    assert saved.begun.workspaces == 230 and saved.begun.task
    assert settled() == 0
    claim = tasks.claim(saved.begun.task, now)
    assert claim
    what = settlements.Settlement.of(claim.options[settlements.SETTLES])
    assert settlements._advance(claim, what, now)  # and then it dies
    assert settled() == 199  # the primary pays the plan's price, which is none
    later = now.replace(hour=now.hour + 1)
    assert task_workers.take_over(lambda: later) == 1
    assert settled() == 229
    task = one(Task, public_id=saved.begun.task)
    assert (task.state, task.done, task.total) == (TaskState.DONE, 230, 230)
    assert len(told()) == count_of_news() == 230, "each exactly once"
    assert "bulk.started" not in actions() and actions()[-1] == "plan.changed"


def count_of_news() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Change.type == "workspace.limits_updated")) or 0


def test_what_settles_figures_is_not_stopped() -> None:
    saved = save(crowd(), child_fee_INR="5")
    with pytest.raises(Conflict, match="cannot be stopped"):
        tasks.stop(str(saved.begun.task), BY)


# ---------------------------------------------------------------- the archive


def test_an_archived_plan_is_chosen_by_nobody_new_and_kept_by_who_is_on_it() -> None:
    plan = made()
    acme = active(plan)
    plans.archive(plan, BY)
    with pytest.raises(Invalid, match="archived"):
        active(plan, "Beta")
    assert mrr(acme.public_id) == 10_000
    assert [each.name for each in reads.plans()] == ["Free", "Growth"]
    with pytest.raises(Conflict, match="already"):
        plans.archive(plan, BY)
    plans.restore(plan, BY)
    assert active(plan, "Beta").plan_id == acme.plan_id
    with pytest.raises(Conflict, match="not in the archive"):
        plans.restore(plan, BY)
    assert [each for each in actions() if each.startswith("plan.")][-2:] == ["plan.archived", "plan.restored"]


def test_the_free_plan_is_never_archived(free: str) -> None:
    with pytest.raises(Conflict, match="free plan"):
        plans.archive(free, BY)


def view(plan: str) -> PlanView:
    return reads.plan(plan)


def test_workspaces_without_a_plan_are_counted_beside_the_free_one(free: str) -> None:
    active("", "Acme")
    active(free, "Beta")
    assert (view(free).carried.workspaces, view(free).without) == (1, 1)


def test_who_chooses_the_plan_while_its_price_changes_pays_the_new_one(app: Flask) -> None:
    plan, acme = made(), active("", "Acme").public_id

    def elsewhere() -> Saved:
        with app.app_context():
            return save(plan, price_monthly_INR="150")

    with ThreadPoolExecutor(1) as pool:
        with unit():
            change(acme, {"plan": plan}, BY, may=permissions_of(StaffRole.OWNER))
            db.session.flush()
            waiting = pool.submit(elsewhere)
            time.sleep(0.4)
            assert not waiting.done()
        assert waiting.result(30).begun.workspaces == 1
    assert mrr(acme) == 15_000
    check_platform()
