"""Logging in and out, and what the browser still shows afterwards; light and dark."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.support.examples import Example
from tests.support.ledgers import HOME, rows

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(16, 18, 21)"


def log_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Types both and sends them."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("who", [""])
def test_after_logging_out_back_shows_nothing(page: Page, example: Example) -> None:
    email = example.staff()
    page.goto(f"{HOME}?q=northwind")
    expect(page).to_have_url(re.compile("/login"))
    log_in(page, email, "not this one, surely")
    expect(page.get_by_role("alert")).to_contain_text("E-mail or password is not right.")
    log_in(page, email)
    expect(page).to_have_url(re.compile(re.escape(f"{HOME}?q=northwind")))
    expect(rows(page)).to_have_count(2)
    page.locator(".side .switcher > summary").click()
    page.locator(".side").get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(page.get_by_text("Northwind")).to_have_count(0)
    page.goto(HOME)
    expect(page).to_have_url(re.compile("/login"))


def ground(page: Page) -> str:
    """The colour of the page."""
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def test_the_system_chooses_the_theme(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(HOME)
    assert ground(page) == DARK
    page.emulate_media(color_scheme="light")
    assert ground(page) == LIGHT


@pytest.mark.parametrize("who", [""])
@pytest.mark.parametrize(("system", "chosen", "colour"), [("light", "Dark", DARK), ("dark", "Light", LIGHT)])
def test_the_profile_overrules_the_system(page: Page, example: Example, system: str, chosen: str, colour: str) -> None:
    page.context.add_cookies([example.cookie(example.staff())])  # type: ignore[list-item]
    page.emulate_media(color_scheme=system)  # type: ignore[arg-type]
    page.goto("/me")
    page.get_by_text(chosen, exact=True).click()
    page.get_by_role("button", name="Save the profile").click()
    expect(page.get_by_text("Profile saved.")).to_be_visible()
    page.goto(HOME)
    assert ground(page) == colour
