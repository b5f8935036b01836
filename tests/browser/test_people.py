"""What staff do to people, in a real browser: in dialogs over the list and the page, and without scripts on pages of
their own. Dialogs at rest are looked at in admin/test_every_page.py."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.models import User
from portal.rules.access import StaffRole
from tests import factories
from tests.support.browsers import looks_right
from tests.support.creation import one
from tests.support.mails import Mailbox
from tests.support.people import log_in
from tests.support.servers import Server

SCRIPTS = pytest.mark.parametrize("browser_context_args", [True, False], indirect=True, ids=["", "no scripts"])
HOME = "/admin/users/"


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    return browser_context_args | {"java_script_enabled": getattr(request, "param", True)}


@pytest.fixture
def alice(app: Flask, server: Server, page: Page) -> Page:
    """A tab in which the platform's owner is logged in."""
    log_in(page.context, factories.staff(), url=server.url)
    return page


def badge(page: Page) -> Any:
    return expect(page.locator(".page-head .badge"))


def test_somebody_is_suspended_from_the_list_and_the_list_stays(alice: Page) -> None:
    factories.user()
    alice.goto(HOME + "?q=char")
    alice.get_by_role("link", name="Suspend Charlie").click()
    dialog = alice.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Suspend Charlie?")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    dialog.get_by_role("button", name="Suspend").click()
    expect(alice.locator("tbody .badge")).to_have_text("Suspended")
    expect(alice.get_by_text("suspended.")).to_be_visible()
    expect(alice).to_have_url(HOME + "?q=char")
    expect(alice.locator("[data-figure=suspended]")).to_have_text("1")


@SCRIPTS
def test_a_person_goes_to_the_trash_and_comes_back(alice: Page) -> None:
    alice.goto(HOME + factories.user().public_id)
    alice.locator("summary[aria-label='More actions']").click()
    alice.get_by_role("link", name="Move to trash…").click()
    alice.get_by_role("button", name="Move to trash").click()
    badge(alice).to_have_text("In the trash")
    alice.get_by_role("link", name="Trash", exact=True).click()
    expect(alice.get_by_role("link", name="Charlie", exact=True)).to_be_visible()
    alice.get_by_role("link", name="Restore Charlie").click()
    alice.get_by_role("button", name="Restore").click()
    if alice.url.endswith("/trash"):
        expect(alice.get_by_role("heading", name="The trash is empty")).to_be_visible()
    else:
        badge(alice).to_have_text("Active")


@SCRIPTS
def test_what_is_refused_is_said_in_the_question(alice: Page) -> None:
    acme = factories.workspace()
    alice.goto(HOME + one(User, id=acme.owner_id).public_id)
    alice.locator("summary[aria-label='More actions']").click()
    alice.get_by_role("link", name="Move to trash…").click()
    alice.get_by_role("button", name="Move to trash").click()
    expect(alice.get_by_text("Olive owns Acme Logistics. Make somebody else the owner first.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_somebody_is_invited_with_places_that_are_searched_for(alice: Page, mailbox: Mailbox, width: int) -> None:
    factories.workspace()
    factories.workspace("Beta", factories.user("max@example.test"))
    alice.set_viewport_size({"width": width, "height": 900})
    alice.goto(HOME)
    alice.get_by_role("link", name="Invite", exact=True).click()
    alice.get_by_role("button", name="Send the invitation").click()
    faults = alice.get_by_role("alert")
    expect(faults).to_be_focused()
    expect(faults).to_contain_text("Say where to")
    alice.get_by_label("E-mail").fill("dana@example.test")
    alice.get_by_label("Name").fill("Dana")
    organization, workspace = (
        alice.get_by_role("combobox", name=name, exact=True) for name in ("Organization", "Workspace")
    )
    organization.fill("acm")
    alice.get_by_role("option", name="Acme Logistics").click()
    alice.locator("#f-workspace").press_sequentially("a")
    expect(alice.locator("#f-workspace-options [role=option]")).to_have_count(1)
    alice.keyboard.press("ArrowDown")
    alice.keyboard.press("Enter")
    alice.get_by_label("Role in the workspace").select_option("manager")
    looks_right(alice)
    alice.get_by_role("button", name="Send the invitation").click()
    expect(alice.get_by_role("link", name="Dana", exact=True)).to_be_visible()
    alice.get_by_role("link", name="Dana", exact=True).click()
    expect(alice.locator("#invitations")).to_contain_text("Manager, by Alice")
    alice.get_by_role("button", name="Take back").click()
    expect(alice.get_by_text("was taken back")).to_be_visible()
    expect(alice.locator("#invitations")).to_have_count(0)


def test_two_who_edit_at_once_choose_between_both_versions(alice: Page) -> None:
    charlie = factories.user()
    other = alice.context.new_page()
    for tab in (alice, other):
        tab.goto(f"{HOME}{charlie.public_id}/edit")
    other.get_by_label("Name").fill("Karl")
    other.get_by_role("button", name="Save").click()
    badge(other).to_be_visible()
    alice.get_by_label("Name").fill("Charles")
    alice.get_by_label("Time zone").select_option("Europe/Berlin")
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_role("heading", name="Two versions of Karl")).to_be_visible()
    looks_right(alice)
    alice.locator("[name=name][value=Karl]").check()
    alice.get_by_role("button", name="Save what is chosen").click()
    expect(alice.get_by_role("heading", level=1, name="Karl")).to_be_visible()
    expect(alice.get_by_text("Europe/Berlin", exact=True)).to_be_visible()
    expect(alice.locator(".audit")).to_contain_text("changed the account of")


def test_the_list_is_narrowed_as_one_types_and_by_a_workspace(alice: Page) -> None:
    factories.workspace()
    factories.user()
    alice.goto(HOME)
    alice.get_by_label("Search by name or e-mail").press_sequentially("oli")
    expect(alice.locator("tbody tr")).to_have_count(1)
    expect(alice).to_have_url(HOME + "?q=oli")
    alice.locator("details.choose summary").click()
    alice.get_by_label("Find a workspace to filter by").fill("acme")
    alice.get_by_role("link", name="Acme Logistics", exact=True).click()
    expect(alice.locator("tbody tr")).to_have_count(1)
    expect(alice.locator("details.choose summary")).to_contain_text("Acme Logistics")
    alice.get_by_role("link", name="Clear filters").click()
    expect(alice.locator("tbody tr")).to_have_count(3)


@SCRIPTS
def test_a_role_of_the_staff_is_changed_with_a_reason(alice: Page) -> None:
    bob = factories.staff(StaffRole.SUPPORT)
    alice.goto("/admin/staff/")
    alice.get_by_role("link", name="Change the role of Bob").click()
    alice.get_by_role("button", name="Change the role").click()
    expect(alice.get_by_text("Say why")).to_be_visible()
    alice.get_by_label("Auditor").check()
    alice.get_by_label("Reason").fill("Looks after the books")
    alice.get_by_role("button", name="Change the role").click()
    expect(alice.locator(f"tr[data-user={bob.public_id}]")).to_contain_text("Auditor")
