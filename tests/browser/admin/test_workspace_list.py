"""The list of workspaces: searched, filtered, sorted and paged in the page, with the state in the address."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from portal.rules.text import sort_key
from tests.support.browsers import looks_right
from tests.support.ledgers import HOME, address, is_same, mark, names, rows, search
from tests.support.servers import Server


@pytest.fixture
def listed(page: Page) -> Page:
    """A tab with the list, marked, so that a reload is noticed."""
    page.goto(HOME)
    expect(rows(page)).to_have_count(12)
    mark(page)
    return page


def test_searching_while_typing(listed: Page) -> None:
    field = search(listed)
    field.press_sequentially("northwind", delay=20)
    expect(rows(listed)).to_have_count(2)
    expect(listed).to_have_url(address(q="northwind"))
    assert set(names(listed)) == {"Northwind Trading", "Northwind Freight"}
    expect(field).to_be_focused()
    expect(field).to_have_value("northwind")
    field.press_sequentially(" fre")
    expect(rows(listed)).to_have_count(1)
    field.fill("tecnica")
    expect(rows(listed).locator(".name")).to_have_text("Escuela Técnica del Sur")
    field.fill("الملك")
    expect(rows(listed).locator(".name")).to_have_text("جامعة الملك سعود")
    field.fill("МОСКОВСКИЙ")
    expect(rows(listed).locator(".name")).to_have_text("Московский университет")
    field.fill("")
    expect(rows(listed)).to_have_count(12)
    assert is_same(listed), "searching loaded the page afresh"


def test_the_last_answer_wins(listed: Page) -> None:
    held: list[Route] = []
    listed.route(re.compile(r"[?&]q=nor(&|$)"), lambda route: held.append(route))
    with listed.expect_request(re.compile(r"[?&]q=nor(&|$)")):
        search(listed).press_sequentially("nor")
    search(listed).press_sequentially("thwind tra")
    expect(rows(listed)).to_have_count(1)
    with suppress(Error):  # perhaps the browser no longer waits for it
        held[0].continue_()  # the slow answer to the first letters comes last
        held[0].request.response()
    listed.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert names(listed) == ["Northwind Trading"]
    expect(listed).to_have_url(address(q=r"northwind(\+|%20)tra"))
    expect(search(listed)).to_have_value("northwind tra")


def test_filtering(listed: Page) -> None:
    listed.get_by_role("combobox", name="Status").select_option("trial")
    expect(listed).to_have_url(address(status="trial"))
    expect(rows(listed).locator(".badge").filter(has_not_text="Trial")).to_have_count(0)
    expect(listed.locator(".strip .current dt")).to_have_text("Trial")
    search(listed).fill("northwind")
    expect(listed).to_have_url(address(status="trial", q="northwind"))
    expect(rows(listed)).to_have_count(2)
    assert is_same(listed), "filtering loaded the page afresh"
    listed.get_by_role("link", name="Clear filters").first.click()
    expect(rows(listed)).to_have_count(12)
    mark(listed)
    expect(listed).to_have_url(re.compile(rf"{HOME}\??$"))

    plan = listed.get_by_role("combobox", name="Plan")
    wanted = plan.locator("option").nth(1).inner_text()
    plan.select_option(label=wanted)
    expect(listed).to_have_url(address(plan="pln_.*"))
    expect(rows(listed).locator(".pill").first).to_have_text(wanted)
    expect(rows(listed).locator(".pill").filter(has_not_text=wanted)).to_have_count(0)
    listed.get_by_role("combobox", name="Plan").select_option("")
    listed.get_by_role("combobox", name="Health").select_option("watch")
    expect(listed).to_have_url(address(health="watch"))
    expect(rows(listed).locator("button.health:not(.watch)")).to_have_count(0)
    expect(rows(listed).locator("button.health.watch").first).to_be_visible()
    assert is_same(listed), "filtering loaded the page afresh"

    listed.get_by_role("link", name="Suspended").click()  # of the strip: in place of all other filters
    expect(listed).to_have_url(re.compile(rf"{re.escape(HOME)}\?status=suspended$"))
    expect(listed.locator(".strip .current dt")).to_have_text("Suspended")
    expect(rows(listed).locator(".badge").first).to_have_text("Suspended")
    expect(rows(listed).locator(".badge").filter(has_not_text="Suspended")).to_have_count(0)


def test_the_organization_is_found_by_typing(listed: Page) -> None:
    listed.locator(".choose > summary").click()
    field = listed.get_by_role("searchbox", name="Find an organization")
    expect(listed.locator("#found-organization a").first).to_be_visible()
    field.fill("nilgiri")
    expect(listed.locator("#found-organization a")).to_have_count(1)
    listed.locator("#found-organization a").click()
    expect(listed).to_have_url(address(organization="org_.*"))
    expect(listed.locator(".choose > summary")).to_contain_text("Nilgiri Retail")
    expect(rows(listed).locator(".c-org .cut").filter(has_not_text="Nilgiri Retail")).to_have_count(0)
    listed.locator(".choose > summary").click()
    listed.get_by_role("link", name="Any organization").click()
    expect(rows(listed)).to_have_count(12)
    assert is_same(listed)


def test_sorting_by_every_head(listed: Page) -> None:
    heads = listed.locator("table.ledger thead th:visible a").all_inner_texts()
    assert len(heads) >= 7
    for label in heads:
        listed.locator("table.ledger thead").get_by_role("link", name=label, exact=True).click()
        head = listed.locator("th[aria-sort]")
        expect(head).to_have_count(1)
        expect(head.locator("a:has(.icon)")).to_have_text(label)
    listed.locator("#sort-name").click()
    expect(listed.locator("th.c-name")).to_have_attribute("aria-sort", "ascending")
    expect(listed.locator("#sort-name")).to_be_focused()
    upward = names(listed)
    assert upward == sorted(upward, key=sort_key)
    listed.locator("#sort-name").click()
    expect(listed.locator("th.c-name")).to_have_attribute("aria-sort", "descending")
    expect(listed).to_have_url(address(sort="-name"))
    downward = names(listed)
    assert downward == sorted(downward, key=sort_key, reverse=True)
    assert downward != upward
    listed.get_by_role("combobox", name="Sort").select_option("created")
    expect(listed).to_have_url(address(sort="created"))
    assert is_same(listed)


def test_pages_back_forward_and_reload(listed: Page) -> None:
    first = names(listed)
    listed.get_by_role("link", name="Next").click()
    expect(listed).to_have_url(address(page="2"))
    expect(listed.locator(".pager [aria-current]")).to_have_text("2")
    second = names(listed)
    assert len(second) == 12 and not set(second) & set(first)
    listed.get_by_role("link", name="Page 3").click()
    expect(listed).to_have_url(address(page="3"))
    assert is_same(listed)
    listed.reload()
    expect(listed.locator(".pager [aria-current]")).to_have_text("3")
    listed.go_back()
    expect(listed.locator(".pager [aria-current]")).to_have_text("2")
    assert names(listed) == second
    listed.go_back()
    expect(listed.locator(".pager [aria-current]")).to_have_text("1")
    assert names(listed) == first
    listed.go_forward()
    expect(listed.locator(".pager [aria-current]")).to_have_text("2")
    search(listed).fill("northwind")
    expect(rows(listed)).to_have_count(2)
    listed.reload()
    expect(search(listed)).to_have_value("northwind")
    expect(rows(listed)).to_have_count(2)
    listed.go_back()
    expect(search(listed)).to_have_value("")
    expect(listed.locator(".pager [aria-current]")).to_have_text("2")


def test_columns_are_chosen_and_remembered(listed: Page) -> None:
    expect(listed.locator("th.c-plan")).to_be_visible()
    listed.locator("#columns > summary").click()
    listed.get_by_label("Plan", exact=True).and_(listed.locator("[type=checkbox]")).uncheck()
    expect(listed.locator("th.c-plan")).to_be_hidden()
    expect(listed.locator("#columns .menu")).to_be_visible()
    expect(rows(listed).locator(".c-plan").first).to_be_hidden()
    assert is_same(listed)
    listed.goto(HOME)
    expect(listed.locator("th.c-plan")).to_be_hidden()
    expect(listed.locator("th.c-status")).to_be_visible()


def test_the_tenants_view(listed: Page) -> None:
    shown = ("users", "numbers", "extensions", "sip", "created")
    expect(listed.locator("th.c-users")).to_be_hidden()  # beside revenue there is no room
    listed.locator("#columns > summary").press("Enter")
    listed.get_by_role("link", name="Tenants").focus()
    listed.keyboard.press("Enter")
    expect(listed.locator("#columns > summary")).to_have_attribute("aria-label", "View and columns: Tenants")
    for key in shown:
        expect(listed.locator(f"th.c-{key}")).to_be_visible()
        expect(rows(listed).first.locator(f"td.c-{key}")).to_be_visible()
    expect(listed.locator("th.c-mrr")).to_be_hidden()
    assert listed.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('.ledger-box'))") == 0
    listed.locator("#sort-sip").click()
    expect(listed.locator("th[aria-sort]")).to_have_text("SIP prefix")
    row = rows(listed).first
    for act in ("Edit", "Manage", "Delete"):
        expect(row.get_by_label(re.compile(f"^{act} "))).to_be_visible()
    assert is_same(listed)
    listed.set_viewport_size({"width": 390, "height": 844})
    expect(row.locator("td.c-users")).to_be_visible()
    expect(row.locator("td.c-created")).to_be_visible()
    looks_right(listed)


def test_why_a_workspace_is_rated_as_it_is(listed: Page) -> None:
    listed.get_by_role("combobox", name="Health").select_option("watch")
    expect(rows(listed).locator("button.health.good")).to_have_count(0)
    badge = rows(listed).locator("button.health.watch").first
    badge.click()
    why = rows(listed).first.locator("[popover]")
    expect(why).to_be_visible()
    expect(why.locator(".reasons > div").first).to_have_class(re.compile("watch"))
    expect(why.locator(".reasons > div")).to_have_count(5)
    listed.keyboard.press("Escape")
    expect(why).to_be_hidden()
    assert is_same(listed)


def test_nothing_matches(listed: Page) -> None:
    listed.get_by_role("combobox", name="Status").select_option("active")
    search(listed).fill("brihgt")
    expect(listed.get_by_role("heading", name="No workspace matches “brihgt”")).to_be_visible()
    expect(listed.locator(".empty")).to_contain_text("Status Active")
    expect(search(listed)).to_be_focused()
    listed.locator(".empty").get_by_role("link", name="Clear filters").click()
    expect(rows(listed)).to_have_count(12)
    expect(search(listed)).to_have_value("")


def test_the_server_is_lost_and_found(context: BrowserContext, server: Server) -> None:
    listed = context.new_page()  # not `page`: that a request failed is said in the console
    listed.goto(HOME)
    listed.route("**/admin/workspaces/?*", lambda route: route.abort())
    listed.locator("#sort-name").click()
    toast = listed.locator("#toasts .toast.risk")
    expect(toast).to_contain_text("Not loaded: the server did not answer")
    expect(rows(listed)).to_have_count(12)
    listed.unroute("**/admin/workspaces/?*")
    toast.get_by_role("button", name="Try again").click()
    expect(toast).to_have_count(0)
    expect(rows(listed)).to_have_count(12)
