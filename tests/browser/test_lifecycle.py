"""What staff do to a workspace, in a real browser: in dialogs over its page, and without scripts on pages of their own.
Dialogs at rest are looked at in admin/test_every_page.py."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.models import Workspace
from tests import factories
from tests.support.browsers import looks_right
from tests.support.ledgers import HOME
from tests.support.mails import Mailbox
from tests.support.people import log_in
from tests.support.servers import Server

SCRIPTS = pytest.mark.parametrize("browser_context_args", [True, False], indirect=True, ids=["", "no scripts"])


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    return browser_context_args | {"java_script_enabled": getattr(request, "param", True)}


@pytest.fixture
def acme(server: Server, app: Flask, mailbox: Mailbox, page: Page) -> Workspace:
    """A workspace on trial, open before an owner of the platform."""
    made = factories.workspace()
    log_in(page.context, factories.staff(), url=server.url)
    page.goto(HOME + made.public_id)
    return made


def more(page: Page) -> None:
    page.locator("summary[aria-label='More actions']").click()


def status(page: Page) -> Any:
    return expect(page.locator(".page-head .badge"))


@SCRIPTS
def test_a_workspace_is_suspended_and_brought_back(page: Page, acme: Workspace) -> None:
    more(page)
    page.get_by_role("link", name="Suspend…").click()
    page.locator("#f-public_reason").fill("Sending pattern")
    page.get_by_role("button", name="Suspend", exact=True).click()
    expect(page.locator("#holds")).to_contain_text("Sending pattern")
    status(page).to_have_text("Suspended")
    page.get_by_role("link", name="Reactivate…").click()
    page.get_by_role("button", name="Reactivate").click()
    status(page).to_have_text("Trial")


@SCRIPTS
def test_the_trash_asks_for_the_name_and_gives_back(page: Page, acme: Workspace) -> None:
    more(page)
    page.get_by_role("link", name="Move to trash…").click()
    page.locator("#f-confirm_name").fill("not its name")
    page.get_by_role("button", name="Move to trash").click()
    expect(page.locator("#f-confirm_name-error")).to_be_visible()
    page.locator("#f-confirm_name").fill("Acme Logistics")
    page.get_by_role("button", name="Move to trash").click()
    status(page).to_have_text("Cancelled")
    page.get_by_role("link", name="Restore…").click()
    page.get_by_role("button", name="Restore").click()
    status(page).to_have_text("Trial")


@SCRIPTS
def test_an_override_holds_at_once_and_a_wrong_one_is_refused_at_its_field(page: Page, acme: Workspace) -> None:
    page.get_by_role("link", name="Edit overrides").click()
    page.locator("[name=override_numbers]").fill("-2")
    page.get_by_role("button", name="Save limits").click()
    expect(page.locator("[name=override_numbers]")).to_have_value("-2")
    expect(page.locator("[name=override_numbers]")).to_have_attribute("aria-invalid", "true")
    page.locator("[name=override_numbers]").fill("77")
    page.get_by_role("button", name="Save limits").click()
    expect(page.locator("data[data-figure='limit.numbers.effective']").first).to_have_text("77")


def test_a_dialog_has_the_focus_and_gives_it_back(page: Page, acme: Workspace) -> None:
    more(page)
    page.get_by_role("link", name="Suspend…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(page.locator("#f-public_reason")).to_be_focused()
    looks_right(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("summary[aria-label='More actions']")).to_be_focused()
    status(page).to_have_text("Trial")
