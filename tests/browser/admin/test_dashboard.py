"""The dashboard in the browser: the window by mouse, keyboard and without scripts; the queue and its doors."""

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.support.examples import Example

PLACE = "/admin/"


def picker(page: Page, label: str) -> Any:
    return page.get_by_role("navigation", name="Window").get_by_role("link", name=label, exact=True)


def income(page: Page) -> str | None:
    return page.locator("[data-figure=income]").get_attribute("value")


def test_a_window_is_chosen_by_keyboard_and_stands_in_the_address(page: Page, example: Example) -> None:
    page.goto(PLACE)
    before = income(page)
    picker(page, "90 d").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{example.server.url}{PLACE}?window=90d")
    expect(picker(page, "90 d")).to_have_attribute("aria-current", "true")
    expect(picker(page, "90 d")).to_be_focused()
    assert income(page) != before
    page.go_back()
    expect(picker(page, "30 d")).to_have_attribute("aria-current", "true")
    assert income(page) == before


def test_the_queue_opens_the_dialogs_of_its_workspaces(page: Page) -> None:
    page.goto(PLACE)
    page.get_by_role("navigation", name="Kinds").get_by_role("link", name="Overrides expiring").click()
    expect(page).to_have_url(re.compile(r"\?kind=override$"))
    line = page.locator("tr[data-kind=override]").first
    name = line.locator(".name").inner_text()
    line.get_by_role("link", name="Edit…").click()
    expect(page.get_by_role("dialog")).to_contain_text(name)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"\?kind=override$"))


def test_reasons_of_a_risk_stand_on_the_page_that_is_opened(page: Page) -> None:
    page.goto(PLACE + "?kind=risk")
    page.get_by_role("link", name="See reasons").first.click()
    expect(page).to_have_url(re.compile("/admin/workspaces/ws_.*#health$"))


def test_each_chart_has_its_table(page: Page) -> None:
    page.goto(PLACE)
    for name, first in (("MRR", "Day"), ("Churn", "Week"), ("Health", "Week")):
        section = page.get_by_role("region", name=name, exact=True).first
        section.locator("summary").click()
        expect(section.get_by_role("columnheader").first).to_have_text(first)


def test_it_works_without_scripts(browser: Browser, example: Example) -> None:
    context = browser.new_context(base_url=example.server.url, java_script_enabled=False)
    context.add_cookies([example.cookie("owner@portal.example")])  # type: ignore[list-item]
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")
    picker(page, "1 y").click()
    expect(picker(page, "1 y")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="At risk").click()
    expect(page.locator("tr[data-kind]").first).to_have_attribute("data-kind", "risk")
    context.close()
