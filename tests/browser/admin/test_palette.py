"""The palette by keyboard, over a page and without losing what is on it."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.ledgers import HOME, is_same, mark, search


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search Portal")


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Search Portal")


def marked(page: Page) -> Locator:
    """The option that Enter takes."""
    return palette(page).get_by_role("option", selected=True)


def ready(page: Page) -> None:
    """The list is there, and its script, which alone tells readers what is marked."""
    expect(marked(page)).to_have_count(1)
    expect(field(page)).to_have_attribute("aria-activedescendant", re.compile("."))


@pytest.fixture
def detail(page: Page) -> Page:
    """The page of Northwind Trading."""
    page.goto(HOME + "?q=northwind+trading")
    page.locator(".name", has_text="Northwind Trading").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Northwind Trading")
    page.wait_for_load_state()  # its script listens
    return page


def test_open_walk_and_go(page: Page) -> None:
    page.goto("/admin/audit/")
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    ready(page)
    page.keyboard.type("northwind")
    expect(marked(page)).to_have_accessible_name(re.compile("Northwind Freight"))
    expect(field(page)).to_have_attribute("aria-activedescendant", marked(page).get_attribute("id") or "")
    page.keyboard.press("ArrowDown")
    expect(marked(page)).to_have_accessible_name(re.compile("Northwind Trading"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # from the first to the last
    expect(palette(page).get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Northwind Freight")


def test_enter_waits_for_what_was_typed(page: Page) -> None:
    page.goto("/admin/audit/")
    page.keyboard.press("Control+k")
    ready(page)
    page.keyboard.type("northwind tr")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Northwind Trading")


def test_one_question_at_a_time(page: Page) -> None:
    """Each letter asks anew, and an answer that comes late never stands below what was typed meanwhile."""
    page.goto("/admin/audit/")
    page.keyboard.press("Control+k")
    ready(page)
    held: list[Route] = []
    page.route(re.compile("q=north$"), lambda route: held.append(route))
    with page.expect_request(re.compile("q=north$")):
        page.keyboard.type("north")
    page.keyboard.type("wind f")
    expect(marked(page)).to_have_accessible_name(re.compile("Northwind Freight"))
    for route in held:
        route.abort()
    expect(palette(page).get_by_role("option")).to_have_count(2)  # the workspace and its organization
    expect(page.locator("#toasts .toast")).to_have_count(0)


def test_escape_closes_it_and_the_focus_returns(page: Page) -> None:
    page.goto(HOME)
    search(page).fill("north")
    search(page).focus()
    mark(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("beta")
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()
    expect(search(page)).to_be_focused()
    expect(search(page)).to_have_value("north")
    page.keyboard.press("Control+k")
    expect(field(page)).to_have_value("")
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_hidden()
    assert is_same(page)


def test_escape_closes_it_before_its_script_came(page: Page) -> None:
    held: list[Route] = []
    page.route(re.compile("palette.js"), lambda route: held.append(route))
    page.goto(HOME)
    page.keyboard.press("Control+k")
    page.keyboard.type("beta")
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(field(page)).to_have_value("")
    assert held


def test_slash_is_the_search_of_the_page_or_else_the_palette(page: Page) -> None:
    page.goto(HOME)
    page.keyboard.press("/")
    expect(search(page)).to_be_focused()
    page.goto("/admin/import/")
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")


def test_the_box_of_the_sidebar_is_a_door_and_takes_what_is_typed(page: Page) -> None:
    page.goto("/admin/import/")
    box = page.locator(".side [data-find]")
    box.click()
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    page.keyboard.type("northwind")
    expect(field(page)).to_have_value("northwind")
    expect(marked(page)).to_have_accessible_name(re.compile("Northwind Freight"))


def test_a_question_takes_its_place_and_gives_the_focus_back(detail: Page) -> None:
    detail.locator("main").focus()
    detail.keyboard.press("Control+k")
    detail.keyboard.type("suspend")
    expect(marked(detail)).to_have_accessible_name("Suspend…")
    detail.keyboard.press("Enter")
    expect(palette(detail)).to_be_hidden()
    question = detail.get_by_role("dialog", name="Suspend Northwind Trading?")
    expect(question).to_be_visible()
    detail.keyboard.press("Control+k")  # not over a question
    expect(palette(detail)).to_be_hidden()
    detail.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(detail.locator("main")).to_be_focused()


def test_it_is_not_opened_where_a_text_is_written(detail: Page) -> None:
    detail.get_by_role("link", name="Edit", exact=True).click()
    expect(detail.locator("#f-admin_note")).to_be_visible()
    detail.wait_for_load_state()  # its script listens
    detail.locator("#f-admin_note").press("Control+k")
    expect(palette(detail)).to_be_hidden()
    detail.locator("#f-name").press("Control+k")
    expect(field(detail)).to_be_focused()


def test_it_weighs_nothing_until_it_is_opened(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(HOME)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "palette" in url or "/search" in url]
    page.keyboard.press("Control+k")
    ready(page)
    assert len([url for url in asked if "/static/" in url and "palette" in url]) == 2
