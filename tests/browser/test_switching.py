"""Going from one workspace to another in a real browser: by keyboard, by a link, and with a tab left behind."""

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import factories
from tests.support import insiders
from tests.support.browsers import axe
from tests.support.insiders import Home
from tests.support.people import log_in
from tests.support.servers import Server


@pytest.fixture
def acme(server: Server, app: Flask) -> Home:
    """A workspace whose owner has others. The server starts first: with a fixed clock it refuses real data."""
    found = insiders.home()
    for name in ("Beta Freight", "Gamma Works", "Delta Foods"):
        factories.workspace(name, found.owner)
    return found


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    return browser_context_args | {"java_script_enabled": getattr(request, "param", True)}


SCRIPTS = pytest.mark.parametrize("browser_context_args", [True, False], indirect=True, ids=["", "no scripts"])


def test_by_keyboard_alone(acme: Home, page: Page, server: Server) -> None:
    log_in(page.context, acme.owner, url=server.url)
    page.goto(acme.path)
    page.locator(".side .switcher > summary").focus()
    page.keyboard.press("Enter")
    menu = page.locator(".side .switcher .menu")
    expect(menu.get_by_role("searchbox", name="Find a workspace")).to_be_focused()
    page.keyboard.type("gam")
    expect(menu.get_by_role("button", name="Beta Freight")).to_have_count(0)
    axe(page)
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("button", name="Gamma Works")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(server.url + "/w/gamma-works/")
    page.wait_for_load_state()  # its script puts the cursor into the field
    page.locator(".side .switcher > summary").click()
    expect(menu.get_by_role("searchbox", name="Find a workspace")).to_be_focused()
    page.keyboard.type("zzz")
    expect(menu.get_by_text("No workspace of yours matches “zzz”.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".side .switcher > summary")).to_be_focused()


@SCRIPTS
def test_a_link_into_another_workspace_asks_and_lands_on_it(acme: Home, page: Page, server: Server) -> None:
    log_in(page.context, acme.owner, url=server.url)
    page.goto(acme.path)
    page.goto("/w/beta-freight/team?q=olive")
    expect(page.get_by_role("heading", name="This belongs to Beta Freight")).to_be_visible()
    page.get_by_role("link", name="Stay").click()
    expect(page).to_have_url(server.url + acme.path)
    page.goto("/w/beta-freight/team?q=olive")
    page.get_by_role("button", name="Switch and open").click()
    expect(page).to_have_url(server.url + "/w/beta-freight/team?q=olive")
    expect(page.get_by_role("heading", name="Team", exact=True)).to_be_visible()


@SCRIPTS
def test_a_tab_that_was_left_behind_sends_nothing(acme: Home, page: Page, server: Server) -> None:
    log_in(page.context, acme.owner, url=server.url)
    page.goto(acme.path + "settings")
    other = page.context.new_page()
    other.goto(acme.path)
    other.locator(".side .switcher > summary").click()
    other.locator(".side").get_by_role("button", name="Beta Freight").click()
    expect(other).to_have_url(server.url + "/w/beta-freight/")
    page.get_by_label("Name", exact=True).fill("Beta by mistake")
    with page.expect_response(re.compile("/settings")) as sent:
        page.get_by_role("button", name="Save the settings").click()
    assert sent.value.status == 409
    expect(
        page.get_by_text("this page belongs to Acme Logistics, and you have switched to Beta Freight")
    ).to_be_visible()
    other.goto("/w/beta-freight/settings")
    expect(other.get_by_label("Name", exact=True)).to_have_value("Beta Freight")
