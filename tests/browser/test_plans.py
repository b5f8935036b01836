"""Plans, defaults and settings, as the platform's owner works on them in the browser."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.base.db import db
from portal.operations import plans, platform
from portal.queries import plans as reads
from portal.queries import principals
from portal.rules.limits import Limit
from tests import factories
from tests.support.browsers import looks_right
from tests.support.creation import BY
from tests.support.people import log_in
from tests.support.servers import Server

HOME = "/admin/plans/"


@pytest.fixture
def alice(app: Flask, page: Page, server: Server) -> Page:
    """The browser of the platform's owner."""
    platform.initialise(BY)
    log_in(page.context, factories.staff(), url=server.url)
    return page


@pytest.fixture
def plan(alice: Page) -> str:
    found = plans.create({"name": "Growth", "price_monthly_INR": "100", "limit_users": "15"}, BY)
    factories.workspace("Acme", plan=found, status="active")
    factories.workspace("Beta", plan=found, status="active")
    return found


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_plan_is_made_with_a_price_in_a_further_currency(alice: Page) -> None:
    alice.goto(HOME)
    alice.get_by_role("link", name="New plan").click()
    alice.get_by_label("Name", exact=True).fill("Group")
    alice.get_by_role("radio", name="Violet").check()
    alice.get_by_label("Monthly in INR").fill("49999")
    alice.get_by_label("Another currency").select_option("CHF")
    press(alice, "Add")
    expect(alice.get_by_label("Monthly in INR")).to_have_value("49999")
    alice.get_by_label("Monthly in CHF").fill("549.50")
    alice.get_by_label("Numbers").fill("-2")
    press(alice, "Create plan")
    expect(alice.get_by_role("alert")).to_be_focused()
    looks_right(alice)
    alice.get_by_role("link", name="Numbers:").click()
    expect(alice.get_by_label("Numbers")).to_be_focused()
    alice.get_by_label("Numbers").fill("-1")
    alice.keyboard.press("Enter")
    expect(alice.get_by_role("heading", level=1, name="Group")).to_be_visible()
    expect(alice.get_by_role("status")).to_contain_text("created.")
    expect(alice.get_by_role("row", name="CHF")).to_contain_text("549.50")


def test_a_change_is_looked_at_before_it_is_saved(alice: Page, plan: str) -> None:
    alice.goto(f"{HOME}{plan}/edit")
    alice.get_by_label("Users").fill("1")
    alice.get_by_label("Monthly in INR").fill("150")
    alice.keyboard.press("Enter")
    expect(alice.get_by_role("heading", level=1)).to_have_text("Change Growth for 2 workspaces?")
    expect(alice.get_by_role("row", name="Users")).to_contain_text("2")
    expect(alice.get_by_role("row", name="INR")).to_contain_text("₹300")
    looks_right(alice)
    assert reads.plan(plan).terms.limits == {Limit.USERS: 15}
    press(alice, "Back to the form")
    alice.get_by_label("Users").fill("2")
    press(alice, "Save")
    press(alice, "Save for 2 workspaces")
    expect(alice.get_by_role("status")).to_contain_text("saved.")
    expect(alice.locator("[data-figure=mrr]")).to_have_text("₹300")
    looks_right(alice)


def test_two_people_at_once(alice: Page, plan: str) -> None:
    alice.goto(f"{HOME}{plan}/edit")
    plans.change(plan, {"limit_users": "9", "name": "Growth Plus"}, BY)
    alice.get_by_label("Users").fill("12")
    press(alice, "Save")
    expect(alice.get_by_role("heading", level=1)).to_have_text("Two versions of Growth Plus")
    looks_right(alice)
    alice.get_by_role("group", name="Users").get_by_role("radio", name="There now").check()
    press(alice, "Save what is chosen")
    expect(alice.get_by_role("status")).to_contain_text("Nothing was changed.")


def test_a_plan_is_archived_by_a_question_over_its_page(alice: Page, plan: str) -> None:
    alice.goto(HOME + plan)
    alice.get_by_role("link", name="Archive…").click()
    dialog = alice.get_by_role("dialog", name="Archive Growth?")
    expect(dialog).to_contain_text("2 workspaces on it keep its price and limits")
    dialog.get_by_role("button", name="Archive").click()
    expect(alice.get_by_text("nobody new can choose it")).to_be_visible()
    press(alice, "Restore")
    expect(alice.get_by_role("link", name="Archive…")).to_be_visible()


def test_new_workspaces_start_with_the_defaults(alice: Page, plan: str) -> None:
    alice.goto("/admin/defaults/")
    alice.get_by_label("Plan").select_option(plan)
    alice.get_by_label("Trial, in days").fill("21")
    alice.keyboard.press("Enter")
    expect(alice.get_by_role("status")).to_contain_text("Defaults saved.")
    alice.goto("/admin/workspaces/new")
    expect(alice.get_by_label("Plan", exact=True)).to_have_value(plan)
    expect(alice.get_by_text("Leave it empty for 21 days from now")).to_be_visible()


def test_thresholds_say_how_many_would_change(alice: Page, plan: str) -> None:
    alice.goto("/admin/settings/")
    alice.get_by_label("Name of the platform").fill("Acme Voice")
    alice.get_by_label("Trial, Watch from days left").fill("5")
    press(alice, "Save")
    expect(alice.locator("#would-change")).to_have_text("0 of 2 workspaces would be rated otherwise.")
    looks_right(alice)
    press(alice, "Save settings")
    expect(alice.get_by_role("status")).to_contain_text("Settings saved.")
    expect(alice).to_have_title("Settings · Acme Voice")
    db.session.rollback()
    assert principals.platform().thresholds.trial_ends_within_days == 5
