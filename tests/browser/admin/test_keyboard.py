"""The keyboard alone does the main job."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.support.examples import Example
from tests.support.ledgers import HOME, address, rows, search


def test_the_first_stop_skips_to_the_content(page: Page) -> None:
    page.goto(HOME)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_from_the_search_to_a_workspace(page: Page) -> None:
    page.goto(HOME)
    page.keyboard.press("/")
    expect(search(page)).to_be_focused()
    page.keyboard.type("north/j")  # letters in a field are letters
    expect(search(page)).to_have_value("north/j")
    search(page).fill("")
    page.keyboard.type("northwind")
    expect(rows(page)).to_have_count(2)
    second = rows(page).nth(1).locator(".name")
    name = second.inner_text()
    for key in ("ArrowDown", "j", "j", "k", "j"):
        page.keyboard.press(key)
    expect(second).to_be_focused()
    expect(page.locator("tr[data-row-focus]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_heads_pages_and_menus(page: Page) -> None:
    page.goto(HOME)
    page.locator("#sort-name").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th.c-name")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#sort-name")).to_be_focused()
    page.locator("#page-next").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(address(sort="name", page="2"))
    expect(page.locator("#page-next")).to_be_focused()
    account = page.locator(".side .switcher")
    account.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(account.locator(".menu a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(account.locator(".menu")).to_be_hidden()
    expect(account.locator("summary")).to_be_focused()


def test_the_list_of_keys(page: Page) -> None:
    page.goto(HOME)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    expect(keys.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


@pytest.mark.parametrize("who", [""])
def test_keys_can_be_switched_off(page: Page, example: Example) -> None:
    page.goto("/me")
    page.keyboard.type(example.staff())
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past "Forgot it?"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    box = page.get_by_role("checkbox", name=re.compile("^Keyboard shortcuts"))
    box.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save the profile").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Profile saved.")).to_be_visible()
    page.goto(HOME)
    for key in ("/", "j", "?"):
        page.keyboard.press(key)
    expect(search(page)).not_to_be_focused()
    expect(page.locator("tr[data-row-focus]")).to_have_count(0)
    expect(page.get_by_role("dialog", name="Keys")).to_have_count(0)
