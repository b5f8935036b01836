"""The main job in a browser that runs no scripts."""

import csv
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.support.examples import Example
from tests.support.ledgers import HOME, address, names, rows, search


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"java_script_enabled": False}


@pytest.mark.parametrize("who", [""])
def test_logging_in_and_out(page: Page, example: Example) -> None:
    page.goto(HOME)
    page.fill("[name=email]", example.staff())
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(example.server.url + HOME)
    page.locator(".side .switcher > summary").click()
    page.locator(".side").get_by_role("button", name="Log out").click()
    expect(page).to_have_url(example.server.url + "/login")


def test_search_filters_order_and_pages_are_forms_and_links(page: Page) -> None:
    page.goto(HOME)
    search(page).fill("northwind")
    search(page).press("Enter")
    expect(page).to_have_url(address(q="northwind"))
    expect(rows(page)).to_have_count(2)
    assert set(names(page)) == {"Northwind Trading", "Northwind Freight"}
    page.get_by_role("combobox", name="Status").select_option("suspended")
    page.get_by_role("button", name="Search").last.click()
    expect(page).to_have_url(address(q="northwind", status="suspended"))
    expect(page.get_by_role("heading", name="No workspace matches “northwind”")).to_be_visible()
    page.locator(".empty").get_by_role("link", name="Clear filters").click()
    page.locator("#sort-name").click()
    expect(page.locator("th.c-name")).to_have_attribute("aria-sort", "ascending")
    first = names(page)
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(address(sort="name", page="2"))
    expect(page.locator(".pager [aria-current]")).to_have_text("2")
    assert not set(names(page)) & set(first)
    page.get_by_role("link", name="Suspended").click()
    expect(page).to_have_url(address(status="suspended"))
    expect(rows(page).locator(".badge").first).to_have_text("Suspended")
    expect(rows(page).locator(".badge").filter(has_not_text="Suspended")).to_have_count(0)


def test_an_organization_is_chosen_on_a_page_of_its_own(page: Page) -> None:
    page.goto(f"{HOME}?sort=name")
    page.locator(".choose > summary").click()
    page.get_by_role("searchbox", name="Find an organization").fill("nilgiri")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="Choose an organization")).to_be_visible()
    page.locator(".matches").get_by_role("link", name="Nilgiri Retail").click()
    expect(page).to_have_url(address(sort="name", organization="org_.*"))
    expect(rows(page).locator(".c-org .cut").first).to_have_text("Nilgiri Retail")
    expect(rows(page).locator(".c-org .cut").filter(has_not_text="Nilgiri Retail")).to_have_count(0)


def test_columns_are_chosen(page: Page) -> None:
    page.goto(HOME)
    page.locator("#columns > summary").click()
    page.locator("#column-plan").uncheck()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("th.c-plan")).to_be_hidden()
    expect(page.locator("th.c-status")).to_be_visible()


def test_a_workspace_its_health_and_its_table(page: Page) -> None:
    page.goto(f"{HOME}?health=watch")
    badge = rows(page).first.locator("button.health")
    badge.click()
    rows(page).first.get_by_role("link", name="Open the page to see why").click()
    expect(page.locator("#health .watch dt").first).to_be_visible()
    table = page.locator("#chart").get_by_role("region")
    expect(table).to_be_hidden()
    page.get_by_text("Show as table").click()
    expect(table.locator("tbody tr")).to_have_count(30)


def test_the_filtered_list_is_exported(page: Page) -> None:
    page.goto(f"{HOME}?q=northwind&sort=name")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["name"] for line in lines] == ["Northwind Freight", "Northwind Trading"]


def test_what_a_bulk_action_would_come_to_is_a_page(page: Page) -> None:
    page.goto(f"{HOME}?status=active&sort=name")
    bar = page.get_by_role("form", name="With the ticked workspaces")
    expect(bar).to_be_hidden()
    rows(page).first.get_by_role("checkbox").check()
    bar.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("heading", name="Suspend 1 workspace?")).to_be_visible()
    page.go_back()
    rows(page).first.get_by_role("checkbox").check()
    bar.get_by_text("Select all").click()
    bar.get_by_role("button", name="Change plan").click()
    page.get_by_label("Plan").select_option(index=1)
    page.get_by_role("button", name="Show what it comes to").click()
    expect(page.get_by_text("Will be changed")).to_be_visible()
    expect(page.get_by_role("button", name="Change ")).to_be_visible()
