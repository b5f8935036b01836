"""Plans on screen: the list, the form, what a change would do before it is saved, two people at once, the archive."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import Task, User, Workspace
from portal.operations import plans, platform
from portal.operations.settlements import AT_ONCE
from portal.queries import plans as reads
from portal.rules.access import StaffRole
from portal.rules.limits import Limit
from portal.rules.pricing import Cycle
from tests import factories
from tests.conftest import MakeApp
from tests.support.clocks import Clock
from tests.support.creation import BY, count, one
from tests.support.lists import Given, fill
from tests.support.pages import figures, words
from tests.support.people import log_in, submit

HOME = "/admin/plans/"


@pytest.fixture
def alice(client: FlaskClient) -> FlaskClient:
    platform.initialise(BY)
    log_in(client, factories.staff())
    return client


@pytest.fixture
def plan(alice: FlaskClient) -> str:
    texts = {"name": "Growth", "colour": "teal", "price_monthly_INR": "7999", "limit_users": "15"}
    return plans.create(texts, BY)


def fields_of(page: str) -> dict[str, str]:
    """What the form on the page sends as it stands."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        given = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        kind = given.get("type", "text")
        if "name" in given and (kind not in ("radio", "checkbox") or " checked" in tag):
            found.setdefault(given["name"], given.get("value", ""))
    return found


def opened(browser: FlaskClient, plan: str, **typed: str) -> dict[str, str]:
    return fields_of(browser.get(f"{HOME}{plan}/edit").text) | typed


def test_the_list_says_what_each_plan_carries(alice: FlaskClient, plan: str) -> None:
    factories.workspace("Acme", plan=plan, status="active")
    factories.workspace("Beta", plan=plan)
    page = alice.get(HOME).text
    row = page[page.index(f'data-plan="{plan}"') :]
    shown = figures(row[: row.index("</tr>")])
    assert (shown["workspaces"].value, shown["mrr"].value, shown["mrr"].text) == ("2", "799900", "₹7,999")
    assert "plan-teal" in row and "?plan=" + plan in row
    assert "Unlimited" not in words(row) and "New plan" in page


def test_money_without_a_rate_stands_beside(alice: FlaskClient) -> None:
    plan = plans.create({"name": "Growth", "price_monthly_KWD": "30"}, BY)
    factories.workspace("Acme", plan=plan, status="active", currency="KWD")
    assert "+ KWD 30" in words(alice.get(HOME).text)


def test_a_plan_is_made_on_screen(alice: FlaskClient) -> None:
    page = alice.get(HOME + "new").text
    sent = fields_of(page) | {"name": "Group", "multi_workspace": "1", "child_fee_INR": "15", "limit_numbers": "-1"}
    answer = submit(alice, HOME + "new", sent)
    assert answer.status_code == 303
    found = reads.plan(answer.location.rpartition("/")[2]).terms
    assert (found.name, found.multi_workspace, found.included_contacts) == ("Group", True, 0)
    assert (found.child_fees, found.limits, found.tiers) == ({"INR": 1500}, {Limit.NUMBERS: -1}, ((100_000, 25),))
    said = words(alice.get(answer.location).text)
    assert "Unlimited" in said and "The free plan’s" in said and "Several in an organization" in said


def test_what_is_wrong_stands_at_its_field_and_the_input_is_kept(alice: FlaskClient, plan: str) -> None:
    sent = opened(alice, plan, limit_users="-2", price_monthly_INR="1,5", name="")
    answer = submit(alice, f"{HOME}{plan}/edit", sent)
    assert answer.status_code == 422
    assert "Nothing was saved: 3 fields need another look." in answer.text
    assert 'href="#f-limit_users"' in answer.text and "Monthly in INR: An amount is written in digits" in answer.text
    assert fields_of(answer.text)["limit_users"] == "-2" and reads.plan(plan).name == "Growth"


def test_a_currency_is_added_without_losing_what_was_typed(alice: FlaskClient, plan: str) -> None:
    sent = opened(alice, plan, name="Growth Plus", act="currency", more_currency="CHF")
    page = submit(alice, f"{HOME}{plan}/edit", sent).text
    again = fields_of(page)
    assert again["name"] == "Growth Plus" and again["price_monthly_CHF"] == ""
    answer = submit(alice, f"{HOME}{plan}/edit", again | {"price_monthly_CHF": "99.50"})
    assert answer.status_code == 303
    assert reads.plan(plan).terms.prices[Cycle.MONTHLY, "CHF"] == 9950
    for wrong in ("", "XQX"):
        answer = submit(alice, HOME + "new", {"act": "currency", "more_currency": wrong})
        assert answer.status_code == 200 and "Choose a currency." in answer.text


def test_nothing_is_saved_before_what_it_would_do_was_seen(alice: FlaskClient, plan: str) -> None:
    acme = factories.workspace("Acme", plan=plan, status="active")
    factories.workspace("Beta", plan=plan, status="active", cap_users="9")
    sent = opened(alice, plan, limit_users="1", price_monthly_INR="8999", colour="rose")
    answer = submit(alice, f"{HOME}{plan}/edit", sent)
    assert answer.status_code == 200 and reads.plan(plan).terms.limits == {Limit.USERS: 15}
    shown = figures(answer.text)
    assert [shown[f"users.{name}"].value for name in ("workspaces", "own", "full", "full_after", "over_after")] == [
        *("2", "1", "0", "1", "0")
    ]
    said = words(answer.text)
    assert "Change Growth for 2 workspaces?" in said and "₹15,998" in said and "₹17,998" in said
    assert "Up to 1 workspace could take no more" in said and "Also changed: colour" in said
    review = fields_of(answer.text)
    back = submit(alice, f"{HOME}{plan}/edit", review | {"act": "back"})
    assert fields_of(back.text)["limit_users"] == "1" and reads.plan(plan).terms.colour == "teal"
    answer = submit(alice, f"{HOME}{plan}/edit", review | {"confirm": "1"})
    assert answer.status_code == 303 and one(Workspace, id=acme.id).mrr_minor == 899_900
    assert (reads.plan(plan).terms.limits, reads.plan(plan).terms.colour) == ({Limit.USERS: 1}, "rose")


def test_what_no_workspace_feels_is_saved_at_once(alice: FlaskClient, plan: str) -> None:
    factories.workspace("Acme", plan=plan, status="active")
    answer = submit(alice, f"{HOME}{plan}/edit", opened(alice, plan, name="Growth Plus", contact_price_INR="0.4"))
    assert answer.status_code == 303 and reads.plan(plan).name == "Growth Plus"
    answer = submit(alice, f"{HOME}{plan}/edit", opened(alice, plan))
    assert answer.status_code == 303 and "Nothing was changed." in alice.get(answer.location).text


def test_a_price_that_goes_away_is_warned_of(alice: FlaskClient, plan: str) -> None:
    factories.workspace("Acme", plan=plan)
    answer = submit(alice, f"{HOME}{plan}/edit", opened(alice, plan, price_monthly_INR=""))
    assert "1 workspace pays by a price that would be gone. It stays on the plan" in words(answer.text)


def test_the_second_of_two_people_sees_both_versions(alice: FlaskClient, plan: str) -> None:
    sent = opened(alice, plan, limit_users="20", name="Growth Plus")
    plans.change(plan, {"limit_users": "10", "price_monthly_INR": "1"}, BY)
    answer = submit(alice, f"{HOME}{plan}/edit", sent)
    assert answer.status_code == 409 and "Two versions of" in answer.text
    assert f"{BY.label}</bdi> saved this plan" in answer.text
    assert 'name="limit_users" value="10"' in answer.text and 'name="limit_users" value="20" checked' in answer.text
    assert "price_monthly_INR" not in answer.text, "what was not touched stays as it is now"
    answer = submit(alice, f"{HOME}{plan}/edit", fields_of(answer.text))
    assert answer.status_code == 303
    found = reads.plan(plan).terms
    assert (found.name, found.limits, found.prices) == (
        *("Growth Plus", {Limit.USERS: 20}),
        {(Cycle.MONTHLY, "INR"): 100},
    )


def test_many_workspaces_follow_by_a_task(alice: FlaskClient, app: Flask) -> None:
    fill(Given(f"W{number:03}", plan="Crowd") for number in range(AT_ONCE + 1))
    crowd = next(each.public_id for each in reads.plans() if each.name == "Crowd")
    answer = submit(alice, f"{HOME}{crowd}/edit", opened(alice, crowd, limit_users="0", confirm="1"))
    assert answer.status_code == 303
    said = words(alice.get(answer.location).text)
    assert "Figures of 201 workspaces follow: Tasks shows how far it is" in said
    task = one(Task)
    page = words(alice.get(f"/admin/tasks/{task.public_id}").text)
    assert (task.done, task.state.value) == (201, "done") and "Figures: Crowd, prices and limits" in page
    assert "Results" not in page and "201 of 201" in page
    assert submit(alice, f"/admin/tasks/{task.public_id}/stop").status_code == 409
    assert "Figures" in words(alice.get("/admin/tasks/").text)


def test_a_plan_is_archived_after_a_question_and_restored(alice: FlaskClient, plan: str) -> None:
    factories.workspace("Acme", plan=plan)
    asked = words(alice.get(f"{HOME}{plan}/archive").text)
    assert "Archive Growth ?" in asked.replace("Growth?", "Growth ?") and "1 workspace on it keeps its price" in asked
    answer = submit(alice, f"{HOME}{plan}/archive")
    page = alice.get(answer.location).text
    assert "nobody new can choose it" in page and "Restore" in page
    assert alice.get(f"{HOME}{plan}/archive").status_code == 409
    submit(alice, f"{HOME}{plan}/restore")
    assert not reads.plan(plan).archived


@pytest.mark.parametrize("role", [StaffRole.SUPPORT, StaffRole.AUDITOR])
def test_who_may_only_look_sees_no_doors(app: Flask, alice: FlaskClient, plan: str, role: StaffRole) -> None:
    bob = app.test_client()
    log_in(bob, factories.staff(role))
    for path in (HOME, HOME + plan):
        page = bob.get(path).text
        assert "/edit" not in page and "New plan" not in page and "Archive" not in page
    assert bob.get(f"{HOME}{plan}/edit").status_code == 403


def test_the_workspaces_page_leads_to_its_plan(alice: FlaskClient, plan: str) -> None:
    acme = factories.workspace("Acme", plan=plan, cap_users="3")
    factories.workspace("Beta", plan=plan, cap_users="3")
    assert f'href="{HOME}{plan}/edit">edit the plan?' in alice.get(f"/admin/workspaces/{acme.public_id}").text


def test_pages_cost_the_same_whatever_there_is(make_app: MakeApp, clock: Clock, alice: FlaskClient, plan: str) -> None:
    counting = make_app(count_queries=True).test_client()
    log_in(counting, one(User, email="alice@example.test"))

    def cost() -> list[int]:
        sent = opened(counting, plan, limit_users="1", price_monthly_INR="5")
        answers = [counting.get(HOME), counting.get(HOME + plan), counting.get(f"{HOME}{plan}/edit")]
        answers.append(submit(counting, f"{HOME}{plan}/edit", sent))
        assert [answer.status_code for answer in answers] == [200] * 4
        return [int(answer.headers["X-Bench-Queries"]) for answer in answers]

    factories.workspace("Acme", plan=plan, status="active")
    few = cost()
    for number in range(12):
        factories.workspace(f"W{number}", plan=plan, status="active", timezone=("UTC", "Asia/Tokyo")[number % 2])
        plans.create({"name": f"Plan {number}", "price_monthly_INR": "1"}, BY)
    assert cost() == few and few[0] <= 6, few


def test_no_task_is_made_for_a_few(alice: FlaskClient, plan: str) -> None:
    factories.workspace("Acme", plan=plan, status="active")
    submit(alice, f"{HOME}{plan}/edit", opened(alice, plan, limit_users="3", confirm="1"))
    assert count(Task) == 0
