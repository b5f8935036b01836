"""From the list to a workspace and back."""

import re

from playwright.sync_api import Page, expect

from tests.support.examples import Example
from tests.support.ledgers import HOME, address, rows, search


def value(page: Page, figure: str) -> int:
    """The figure of this name, as scripts read it."""
    return int(page.locator(f'data[data-figure="{figure}"]').get_attribute("value") or -1)


def test_a_workspace_is_opened_read_and_left(page: Page) -> None:
    page.goto(f"{HOME}?status=active&sort=name&page=2")
    name = rows(page).nth(3).locator(".name").inner_text()
    rows(page).nth(3).locator(".name").click()
    expect(page).to_have_url(re.compile(rf"{HOME}ws_\w+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("navigation", name="Breadcrumb")).to_contain_text(name)
    page.go_back()
    expect(page).to_have_url(address(status="active", sort="name", page="2"))
    expect(rows(page).nth(3).locator(".name")).to_have_text(name)


def test_the_table_of_the_chart_adds_up(page: Page) -> None:
    page.goto(HOME)
    rows(page).first.locator(".name").click()
    table = page.locator("#chart").get_by_role("region")
    expect(page.locator("#chart .chart svg:visible")).to_have_count(1)
    expect(table).to_be_hidden()
    page.get_by_text("Show as table").click()
    expect(table.locator("tbody tr")).to_have_count(30)
    sent, delivered = (
        sum(int(text.replace(",", "")) for text in table.locator(f"tbody td:nth-child({column})").all_inner_texts())
        for column in (2, 3)
    )
    assert (sent, delivered) == (value(page, "sent_30d"), value(page, "delivered_30d"))
    assert sent > 0
    assert table.evaluate("box => box.scrollHeight > box.clientHeight"), "else there is nothing to scroll"
    table.focus()
    page.keyboard.press("End")
    expect(table.locator("tbody tr").last).to_be_in_viewport()
    expect(table.get_by_role("columnheader", name="Sent")).to_be_in_viewport()
    page.get_by_text("Hide the table").click()
    expect(table).to_be_hidden()


def test_the_tabs_and_the_way_back(page: Page) -> None:
    page.goto(HOME)
    search(page).fill("nilgiri")
    rows(page).get_by_role("link", name="Nilgiri Retail", exact=True).click()
    tabs = page.get_by_role("navigation", name="Views of this workspace")
    for label in ("Orders", "Audit", "Overview"):
        tabs.get_by_role("link", name=label).click()
        expect(tabs.locator("[aria-current]")).to_have_text(label)
        expect(page.get_by_role("heading", level=1)).to_have_text("Nilgiri Retail")
    tabs.get_by_role("link", name="Limits").click()
    expect(page.locator("#limits")).to_be_in_viewport()
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Workspaces").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Workspaces")


def test_the_health_of_a_workspace_is_explained(page: Page) -> None:
    page.goto(f"{HOME}?health=risk")
    rows(page).first.locator(".name").click()
    badge = page.get_by_role("button", name="Health: Risk. Show why")
    badge.click()
    why = page.locator("#why")
    expect(why).to_be_visible()
    expect(why.locator(".reasons > div").first).to_have_class("risk")
    assert why.locator("dd").all_inner_texts() == page.locator("#health dd").all_inner_texts()
    page.keyboard.press("Escape")
    expect(why).to_be_hidden()


def test_the_whole_log_says_what_the_import_did(page: Page, example: Example) -> None:
    page.goto("/admin/audit/")
    page.get_by_role("textbox", name="Workspace").fill("tecnica")
    page.get_by_role("combobox", name="Action").select_option("workspace.created")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator(".log > li")).to_have_count(1)
    expect(page.locator(".log > li")).to_contain_text("Escuela Técnica del Sur")
    page.locator(".log summary").click()
    page.locator(".log .raw").get_by_role("link", name="Escuela Técnica del Sur").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Escuela Técnica del Sur")
