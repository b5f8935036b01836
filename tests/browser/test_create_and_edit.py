"""Creating and editing a workspace in the browser: wide and narrow, by keyboard, without script, and two at once."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from portal.models import User, Workspace
from portal.rules.access import StaffRole
from tests import factories
from tests.support.browsers import axe, looks_right
from tests.support.creation import add_plan, add_user, one
from tests.support.mails import Mailbox
from tests.support.people import log_in
from tests.support.servers import Server

NEW = "/admin/workspaces/new"


@pytest.fixture
def alice(app: Flask, server: Server, page: Page) -> Page:
    """A tab in which the platform's owner is logged in."""
    log_in(page.context, factories.staff(StaffRole.OWNER), url=server.url)
    return page


def press(page: Page, name: str) -> None:
    """The button in the bar that stays in sight."""
    page.locator(".save-bar").get_by_role("button", name=name).click()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_workspace_is_created_with_an_invited_owner(alice: Page, mailbox: Mailbox, width: int) -> None:
    add_plan("Growth")
    alice.set_viewport_size({"width": width, "height": 900})
    alice.goto("/admin/workspaces/")
    alice.get_by_role("link", name="New workspace").first.click()
    alice.get_by_label("Name", exact=True).fill("Northwind Freight")
    summary = alice.get_by_role("complementary", name="What will be created")
    expect(alice.locator("#address-line")).to_contain_text("/w/northwind-freight/")
    alice.get_by_label("Full name").fill("Tomasz Wiśniewski")
    alice.get_by_label("E-mail", exact=True).fill("tomasz@northwind")
    alice.get_by_label("Plan", exact=True).select_option(label="Growth · ₹24,000 a month")
    expect(summary).to_contain_text("₹24,000 a month")
    press(alice, "Create workspace")

    faults = alice.get_by_role("alert")
    expect(faults).to_be_focused()
    expect(faults).to_contain_text("The workspace was not created: 1 field needs another look.")
    faults.get_by_role("link", name=re.compile("full e-mail")).click()
    expect(alice.get_by_label("E-mail", exact=True)).to_be_focused()
    looks_right(alice)
    alice.set_viewport_size({"width": width, "height": 900})
    alice.get_by_label("E-mail", exact=True).fill("tomasz@northwind.example")
    expect(summary).to_contain_text("invited, tomasz@northwind.example")
    press(alice, "Create workspace")

    expect(alice.get_by_role("heading", level=1, name="Northwind Freight")).to_be_visible()
    expect(alice.get_by_text("Mail is not set up on this server")).to_be_visible()
    looks_right(alice)
    alice.get_by_role("button", name="New link").click()
    expect(alice.locator("#link")).to_contain_text("/invitations/")
    looks_right(alice)
    assert mailbox.only("tomasz@northwind.example")


def test_the_plan_that_was_chosen_stays_whatever_is_filled_in_after_it(alice: Page) -> None:
    for name in ("Starter", "Growth", "Group"):
        add_plan(name)
    alice.goto(NEW)
    plan, summary = (
        alice.get_by_label("Plan", exact=True),
        alice.get_by_role("complementary", name="What will be created"),
    )
    plan.focus()
    with alice.expect_response("**/new/summary*"):
        plan.select_option(label="Growth · ₹24,000 a month")
    expect(summary).to_contain_text("Growth")
    expect(plan).to_be_focused()
    with alice.expect_response("**/new/summary*"):
        alice.get_by_label("Name", exact=True).fill("Northwind Freight")
    expect(summary).to_contain_text("northwind-freight")
    expect(plan.locator("option:checked")).to_have_text("Growth · ₹24,000 a month")


def test_a_price_follows_the_cycle_while_the_form_is_filled_in(alice: Page) -> None:
    add_plan("Growth")
    alice.goto(NEW)
    alice.get_by_label("Billing cycle").select_option("annual")
    expect(alice.locator("#f-plan option", has_text="no annual price")).to_be_disabled()
    alice.get_by_label("Billing cycle").select_option("custom")
    alice.get_by_label("Own amount").fill("300")
    alice.get_by_label("Billing cycle").select_option("monthly")
    expect(alice.get_by_label("Own amount")).to_be_visible()
    expect(alice.locator("#f-plan option", has_text="₹24,000 a month")).to_be_enabled()


def test_the_picker_is_worked_by_keyboard_alone(alice: Page, mailbox: Mailbox) -> None:
    factories.user("oka@example.test", "Daniel Okafor")
    add_user("gone@example.test", name="Chidi Okafor", suspended=True)
    alice.goto(NEW)
    alice.get_by_label("Name", exact=True).fill("Acme")
    alice.get_by_role("radio", name="Invite a new person").focus()
    alice.keyboard.press("ArrowLeft")
    alice.keyboard.press("Tab")
    person = alice.get_by_role("combobox", name="Person")
    expect(person).to_be_focused()
    alice.keyboard.type("okaf")
    options = alice.get_by_role("listbox", name="Person").get_by_role("option")
    expect(options).to_have_count(3)
    expect(person).to_have_attribute("aria-expanded", "true")
    axe(alice)
    alice.keyboard.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    expect(options.nth(0)).to_contain_text("suspended, cannot own")
    alice.keyboard.press("Enter")
    expect(person).to_be_visible()  # who cannot own is not taken
    alice.keyboard.press("ArrowDown")
    alice.keyboard.press("Enter")
    again = alice.get_by_role("button", name="Choose somebody else")
    expect(again).to_be_focused()
    expect(alice.get_by_role("complementary", name="What will be created")).to_contain_text("Daniel Okafor")
    alice.keyboard.press("Enter")
    expect(person).to_be_focused()
    alice.keyboard.type("okaf")
    expect(options).to_have_count(3)
    alice.keyboard.press("Escape")
    expect(person).to_have_attribute("aria-expanded", "false")
    alice.keyboard.press("ArrowUp")
    alice.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_be_visible()
    alice.keyboard.press("ArrowDown")
    alice.keyboard.press("ArrowDown")
    alice.keyboard.press("Enter")
    press(alice, "Create workspace")
    expect(alice.get_by_role("heading", level=1, name="Acme")).to_be_visible()
    assert one(Workspace).owner_id == one(User, email="oka@example.test").id


def test_nobody_found_is_invited_from_the_picker(alice: Page) -> None:
    alice.goto(NEW)
    alice.get_by_text("Existing user", exact=True).click()
    alice.get_by_role("combobox", name="Person").press_sequentially("nina@new.example")
    alice.get_by_role("option", name=re.compile("Invite")).click()
    expect(alice.get_by_label("E-mail", exact=True)).to_have_value("nina@new.example")
    expect(alice.get_by_label("Full name")).to_be_focused()


def test_it_is_created_without_script_on_a_phone(
    app: Flask, server: Server, browser: Browser, mailbox: Mailbox
) -> None:
    factories.user("oka@example.test", "Daniel Okafor")
    context = browser.new_context(
        base_url=server.url, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    log_in(context, factories.staff(StaffRole.OWNER), url=server.url)
    page = context.new_page()
    page.goto(NEW)
    page.get_by_label("Name", exact=True).fill("Acme")
    page.get_by_text("Existing user", exact=True).click()
    page.get_by_role("combobox", name="Person").fill("okaf")
    page.locator(".picker-field", has=page.get_by_label("Person")).get_by_role("button", name="Find").click()
    page.get_by_role("radio", name=re.compile("Daniel Okafor")).check()
    page.get_by_label("Alert threshold").fill("900")
    press(page, "Create workspace")
    expect(page.get_by_text("1 field needs another look")).to_be_visible()
    expect(page.get_by_role("complementary", name="What will be created")).to_contain_text("Daniel Okafor")
    page.get_by_label("Alert threshold").fill("90")
    press(page, "Create workspace")
    expect(page.get_by_role("heading", level=1, name="Acme")).to_be_visible()
    context.close()


def test_of_two_who_edit_at_once_the_second_sees_both_versions(alice: Page, server: Server, browser: Browser) -> None:
    where = f"/admin/workspaces/{factories.workspace('Acme').public_id}/edit"
    alice.goto(where)
    context = browser.new_context(base_url=server.url)
    log_in(context, factories.staff(StaffRole.SUPPORT), url=server.url)
    bob = context.new_page()
    bob.goto(where)
    bob.locator("#f-state").fill("Goa")
    bob.get_by_label("Admin note").fill("Call before noon")
    press(bob, "Save")
    expect(bob.get_by_role("heading", level=1, name="Acme", exact=True)).to_be_visible()

    alice.locator("#f-state").fill("Kerala")
    press(alice, "Save")
    expect(alice.get_by_role("alert")).to_contain_text("Bob saved this workspace just now")
    expect(alice.get_by_role("alert")).to_be_focused()
    expect(alice.locator(".version")).to_have_count(1)
    looks_right(alice)
    press(alice, "Save what is chosen")
    expect(alice.get_by_role("heading", level=1, name="Acme", exact=True)).to_be_visible()
    bob.goto(where)
    expect(bob.locator("#f-state")).to_have_value("Kerala")
    expect(bob.get_by_label("Admin note")).to_have_value("Call before noon")
    context.close()
