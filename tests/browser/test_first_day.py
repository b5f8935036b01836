"""A platform on which there is nothing yet."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import factories
from tests.conftest import database  # noqa: F401  (both)
from tests.support.ledgers import HOME
from tests.support.people import log_in
from tests.support.servers import Server


def test_before_anybody_has_an_account(app: Flask, page: Page, axe: Callable[[Page], None]) -> None:
    page.goto("/login")
    expect(page.locator("main code").first).to_contain_text("portal create-owner")
    expect(page.locator("form")).to_have_count(0)
    axe(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_before_there_is_a_workspace(
    app: Flask, page: Page, server: Server, axe: Callable[[Page], None], width: int
) -> None:
    log_in(page.context, factories.staff(), url=server.url)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(HOME)
    expect(page.get_by_role("heading", name="No workspace yet")).to_be_visible()
    expect(page.get_by_role("link", name="Clear filters")).to_have_count(0)
    expect(page.locator('[data-figure="total"]')).to_have_attribute("value", "0")
    expect(page.locator('[data-figure="retention"]')).to_have_text("—")
    axe(page)
    page.goto("/admin/tasks/")
    expect(page.get_by_role("heading", name="Nothing has run yet")).to_be_visible()
    axe(page)
    page.goto("/admin/workspaces/trash")
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    axe(page)
    page.goto(HOME)
    page.locator(".empty").get_by_role("link", name="Import workspaces").click()
    expect(page.get_by_label("CSV file")).to_be_visible()
