"""The list and a workspace on a phone, 390 px wide, touched."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.ledgers import HOME, address, is_same, mark, rows, search


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def fits(page: Page) -> bool:
    """Nothing scrolls sideways."""
    page.wait_for_load_state()  # with its style sheets
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_the_list(page: Page) -> None:
    page.goto(HOME)
    mark(page)
    row = rows(page).first
    for part in ("name", "mrr", "sent", "status", "plan", "health"):
        expect(row.locator(f".c-{part}")).to_be_visible()
        box = row.locator(f".c-{part}").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    expect(page.get_by_role("combobox", name="Status")).to_be_hidden()
    page.get_by_label("Filters and sorting").tap()
    page.get_by_role("combobox", name="Status").select_option("trial")
    expect(page).to_have_url(address(status="trial"))
    expect(page.get_by_role("combobox", name="Status")).to_be_visible()
    search(page).fill("northwind")
    expect(rows(page)).to_have_count(2)
    assert is_same(page) and fits(page)
    rows(page).first.locator(".name").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Northwind")
    assert fits(page)


def test_the_export_of_the_filtered_list(page: Page) -> None:
    page.goto(f"{HOME}?status=trial")
    with page.expect_download() as found:
        page.get_by_role("button", name="Export CSV").tap()
    lines = found.value.path().read_text().splitlines()
    assert len(lines) == 1 + int(page.locator('[data-figure="trial"]').get_attribute("value") or -1)
    assert fits(page)


def test_the_menu(page: Page) -> None:
    page.goto(HOME)
    bar = page.locator(".topbar")
    links = bar.get_by_role("navigation", name="Menu")
    expect(links).to_be_hidden()
    bar.locator("summary[aria-label=Menu]").tap()
    expect(links.get_by_role("link", name="Workspaces")).to_have_attribute("aria-current", "page")
    assert fits(page)
    links.get_by_role("link", name="Audit").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Audit")
    bar.locator("summary[aria-label='Search Portal']").tap()
    page.get_by_role("combobox", name="Search Portal").fill("tecnica")
    page.get_by_role("option", name="Escuela Técnica del Sur").first.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Escuela Técnica del Sur")


def test_a_workspace(page: Page) -> None:
    page.goto(HOME)
    rows(page).first.locator(".name").tap()
    expect(page.locator("#chart .narrow svg")).to_be_visible()
    expect(page.locator("#chart .wide svg")).to_be_hidden()
    page.get_by_text("Show as table").tap()
    expect(page.locator("#chart").get_by_role("region").locator("tbody tr")).to_have_count(30)
    assert fits(page)
    head, doors = page.locator(".page-head .head"), page.locator(".page-head .actions")
    ends = head.locator(".facts-line").evaluate("line => line.getBoundingClientRect().bottom")
    begin = doors.evaluate("those => those.getBoundingClientRect().top")
    assert 0 <= begin - ends < 24, "what one may do stands below the name, without a gap"
    main, rail = page.locator(".with-rail .main").bounding_box(), page.locator(".rail").bounding_box()
    assert main and rail and rail["y"] >= main["y"] + main["height"]


def test_workspaces_are_ticked_once_that_is_asked_for(page: Page) -> None:
    page.goto(HOME)
    box = page.locator("td.c-pick input").first
    expect(box).to_be_hidden()
    page.get_by_label("Select workspaces").check()
    box.check()
    bar = page.get_by_role("form", name="With the ticked workspaces")
    expect(bar.get_by_text("1 selected")).to_be_visible()
    bar.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("dialog", name="Suspend 1 workspace?")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("Select workspaces").uncheck()
    expect(box).to_be_hidden()
