"""A number's way in a real browser, with scripts and without: from the inventory to a workspace by the picker or by its
people, and an extension with its secret, which stands in the dialog once."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.models import Workspace
from portal.rules.access import WorkspaceRole
from tests import factories
from tests.support import insiders, telephony
from tests.support.browsers import looks_right
from tests.support.people import log_in
from tests.support.servers import Server

SCRIPTS = pytest.mark.parametrize("browser_context_args", [True, False], indirect=True, ids=["", "no scripts"])


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    return browser_context_args | {"java_script_enabled": getattr(request, "param", True)}


@pytest.fixture
def acme(app: Flask) -> Workspace:
    telephony.number(telephony.PUNE)
    return factories.workspace()


@SCRIPTS
def test_staff_assign_a_number_and_port_it_out(server: Server, page: Page, acme: Workspace) -> None:
    log_in(page.context, factories.staff(), url=server.url)
    page.goto("/admin/numbers/?state=available")
    page.get_by_role("link", name="Assign…").click()
    field = page.get_by_role("combobox", name="Workspace")
    field.fill("acme")
    if page.get_by_role("button", name="Find").is_visible():
        page.get_by_role("button", name="Find").click()
        page.get_by_role("radio", name="Acme Logistics").check()
    else:
        page.get_by_role("option", name="Acme Logistics").click()
    page.get_by_role("button", name="Assign").click()
    expect(page.locator(".page-head .badge")).to_have_text("In use")
    page.get_by_role("link", name="Port out…").click()
    page.get_by_role("button", name="Port out").click()
    expect(page.locator(".page-head .badge")).to_have_text("Porting out")
    page.get_by_role("link", name="Port-out done…").click()
    page.get_by_role("button", name="It is ported").click()
    expect(page.get_by_role("heading", name="There is no number yet")).to_be_visible()


@SCRIPTS
def test_its_people_pick_a_number_and_see_a_secret_once(
    server: Server, page: Page, acme: Workspace, browser_context_args: dict[str, Any]
) -> None:
    manager = insiders.join(acme, "manager@example.test", WorkspaceRole.MANAGER)
    log_in(page.context, manager, url=server.url)
    page.goto(f"/w/{acme.web_address}/numbers")
    page.get_by_role("link", name="Pick a number").click()
    page.get_by_role("button", name="Pick").click()
    expect(page.get_by_text("1 in use")).to_be_visible()
    page.goto(f"/w/{acme.web_address}/extensions")
    page.get_by_role("link", name="New extension…").click()
    page.get_by_label("Number").fill("1")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("Give 2 to 8 digits")).to_be_visible()
    page.get_by_label("Number").fill("101")
    page.get_by_role("button", name="Create").click()
    secret = page.get_by_label("Secret").input_value()
    assert len(secret) == 24
    if browser_context_args["java_script_enabled"]:
        looks_right(page)
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("rowheader", name="101")).to_be_visible()
    assert secret not in page.content()
