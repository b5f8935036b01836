"""On a slow line: what is done before the scripts come counts, and no late answer undoes what was done since."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers import Held
from tests.support.ledgers import HOME, address, rows, search

NEW = "/admin/workspaces/new"


@pytest.fixture
def scripts(page: Page) -> Held:
    """The scripts of every page from now on, held back."""
    return Held(page, re.compile(r"/static/.*\.js"))


def go(page: Page, where: str) -> None:
    """The page is there to read; its scripts may still be on the way."""
    page.goto(where, wait_until="commit")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def choice(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def test_what_was_typed_into_the_search(page: Page, scripts: Held) -> None:
    go(page, HOME)
    search(page).press_sequentially("northwind")
    scripts.release()
    expect(rows(page)).to_have_count(2)
    expect(page).to_have_url(address(q="northwind"))
    expect(search(page)).to_be_focused()


def test_a_filter_that_was_chosen(page: Page, scripts: Held) -> None:
    go(page, HOME)
    choice(page, "Status").select_option("trial")
    scripts.release()
    expect(page).to_have_url(address(status="trial"))
    expect(rows(page).locator(".badge").filter(has_not_text="Trial")).to_have_count(0)


def test_a_column_that_was_hidden(page: Page, scripts: Held) -> None:
    go(page, HOME)
    page.locator("#columns > summary").click()
    page.locator("#column-plan").uncheck()
    scripts.release()
    expect(page.locator("th.c-plan")).to_be_hidden()


def test_nothing_is_asked_where_nothing_was_done(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for where in (HOME + "?status=trial&q=north&columns=plan", NEW, "/admin/users/?state=active"):
        page.goto(where)
        page.wait_for_load_state("networkidle")
    assert len([url for url in asked if "/static/" not in url]) == 3


def test_a_menu_and_a_reason_that_were_opened(page: Page, scripts: Held) -> None:
    go(page, HOME)
    page.locator(".choose > summary").click()
    scripts.release()
    expect(page.locator("#found-organization a").first).to_be_visible()
    scripts.again()
    go(page, HOME)
    rows(page).first.locator("button.health").click()
    scripts.release()
    expect(rows(page).first.locator("[popover] .reasons > div")).to_have_count(5)


def test_what_was_typed_into_the_box_of_the_sidebar(page: Page, scripts: Held) -> None:
    go(page, "/admin/import/")
    page.locator(".side [data-find]").press_sequentially("northwind")
    scripts.release()
    palette = page.get_by_role("dialog", name="Search Portal")
    expect(palette.get_by_role("combobox")).to_have_value("northwind")
    expect(palette.get_by_role("option", selected=True)).to_have_accessible_name(re.compile("Northwind Freight"))


def test_the_focus_stays_where_it_was_put(page: Page, scripts: Held) -> None:
    go(page, "/admin/search")
    box = page.locator(".side [data-find]")
    box.focus()
    scripts.release()
    expect(page.locator("html[data-js]")).to_be_attached()
    page.wait_for_load_state()
    expect(box).to_be_focused()
    page.reload()
    expect(page.locator("main [data-search]")).to_be_focused()


def test_going_back_twice_shows_what_the_address_says(page: Page) -> None:
    page.goto(HOME)
    for number in ("2", "3"):
        page.get_by_role("link", name="Next").click()
        expect(page.locator(".pager [aria-current]")).to_have_text(number)
    page.reload()
    scripts = Held(page, re.compile(r"/static/.*\.js"))
    page.go_back(wait_until="commit")
    expect(page.locator(".pager [aria-current]")).to_have_text("2")
    page.go_back(wait_until="commit")
    scripts.release()
    expect(page.locator(".pager [aria-current]")).to_have_text("1")
    expect(page).to_have_url(re.compile(rf"{HOME}$"))


def test_what_was_filled_in_of_a_new_workspace(page: Page, scripts: Held) -> None:
    go(page, NEW)
    page.get_by_label("Name", exact=True).fill("Northwind Slow")
    scripts.release()
    expect(page.locator("#address-line")).to_contain_text("/w/northwind-slow/")


def test_a_plan_that_is_chosen_while_an_answer_is_on_its_way(page: Page) -> None:
    page.goto(NEW)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))  # what the page waits for happens when the test says so
    plan = choice(page, "Plan")
    late = Held(page, re.compile("/new/summary"))
    with page.expect_request(re.compile("/new/summary")):
        page.get_by_label("Name", exact=True).fill("Northwind Slow")
        page.clock.run_for(300)
    wanted = plan.locator("option:enabled").last.get_attribute("value") or ""
    assert plan.input_value() != wanted
    plan.select_option(wanted)
    late.release()
    expect(page.locator("#address-line")).to_contain_text("/w/northwind-slow/")  # an answer has come
    page.clock.run_for(1000)
    expect(plan).to_have_value(wanted)


def test_enter_in_a_picker_waits_for_what_was_typed_and_escape_for_nothing(page: Page) -> None:
    page.goto(NEW)
    page.get_by_text("Existing user", exact=True).click()
    person = choice(page, "Person")
    person.press_sequentially("a")
    options = page.get_by_role("listbox", name="Person").get_by_role("option")
    expect(options.nth(1)).to_be_visible()
    late = Held(page, "**/choose/owner*")
    with page.expect_request(late.pattern):
        person.press_sequentially("na ruiz")
    person.press("Enter")
    late.release()
    expect(page.get_by_role("button", name="Choose somebody else")).to_be_focused()
    expect(page.get_by_role("complementary", name="What will be created")).to_contain_text("Ana Ruiz")
    page.keyboard.press("Enter")
    late.again()
    with page.expect_request(late.pattern):
        person.press_sequentially("vikram")
    person.press("Escape")
    late.release()
    expect(page.locator("#f-owner-options", has_text="Vikram")).to_be_attached()
    expect(options).to_have_count(0)  # none in sight
    expect(person).to_be_focused()


def test_who_is_invited_is_whom_the_field_says_not_the_answer_before(page: Page) -> None:
    page.goto(NEW)
    page.get_by_text("Existing user", exact=True).click()
    person = choice(page, "Person")
    person.press_sequentially("nina@new.e")
    offer = page.get_by_role("option", name=re.compile("Invite"))
    expect(offer).to_be_visible()
    Held(page, "**/choose/owner*")
    person.press_sequentially("xample")
    offer.click()
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("nina@new.example")


def test_a_plan_and_a_cycle_for_many_are_chosen_faster_than_answers_come(page: Page) -> None:
    page.goto(HOME)
    page.locator("td.c-pick input").first.check()
    page.get_by_role("button", name="Change plan").click()
    dialog = page.get_by_role("dialog", name="Change the plan of 1 workspace?")
    expect(dialog).to_be_visible()
    plan, cycle = dialog.get_by_label("Plan", exact=True), dialog.get_by_label("Billing cycle")
    wanted = plan.locator("option").nth(2).get_attribute("value") or ""
    late = Held(page, "**/admin/workspaces/bulk/plan*")
    with page.expect_request("**/admin/workspaces/bulk/plan*"):
        plan.select_option(wanted)
    with page.expect_request("**/admin/workspaces/bulk/plan*"):
        cycle.select_option("quarterly")
    late.release()
    expect(dialog.locator(".strip")).to_be_visible()
    expect(cycle).to_have_value("quarterly")
    expect(plan).to_have_value(wanted)
