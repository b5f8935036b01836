"""The list of workspaces as a browser shows it."""

import re

from playwright.sync_api import Locator, Page

HOME = "/admin/workspaces/"
ROWS = "table.ledger tbody tr[data-workspace]"


def rows(page: Page) -> Locator:
    """The rows of the list."""
    return page.locator(ROWS)


def names(page: Page) -> list[str]:
    """The names in the list, from the top."""
    return page.locator(f"{ROWS} .name").all_inner_texts()


def search(page: Page) -> Locator:
    """The list's search field."""
    return page.locator("main [data-search]")


def address(**parts: str) -> re.Pattern[str]:
    """An address of the list with these parts in it, in any order."""
    return re.compile(
        re.escape(HOME) + r"\?" + "".join(rf"(?=.*\b{name}={value}(&|$))" for name, value in parts.items())
    )


def mark(page: Page) -> None:
    """From now on `is_same` tells whether this page is still the one that was loaded."""
    page.evaluate("window.stillHere = true")


def is_same(page: Page) -> bool:
    """Whether the page was not loaded afresh since `mark`."""
    return bool(page.evaluate("window.stillHere === true"))
