"""Every page there is, light and dark, wide and narrow: axe finds nothing, nothing scrolls sideways or is cut without
a title, nothing weighs too much. A new route is in by itself, or asks for an example. One database will do."""

import gzip
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Response, expect

from portal.rules.access import AccessMode
from portal.web.sides import ORGANIZATION
from tests.conftest import DATABASES, PATIENCE, SLOW, WINDOW
from tests.support.addresses import of_organization
from tests.support.browsers import axe, fits, listen, looks_right, slow
from tests.support.examples import Example
from tests.support.exhibits import ADMIN, HALF_WAY, NOBODY, SHOWN
from tests.support.routes import FILES, PARTS, Route, routes
from tests.support.shown import TENANT, Shown

MOST_BYTES = 30 * 1024
VENDORED = ("/static/vendor/", "/static/img/icons.svg")  # the icons are Tabler's, put into one file


COVERED = ("target-size",)  # what lies half below an open menu is small and close to it, until the menu is closed
PAGES = dict(SHOWN)


def of_side(route: Route) -> Shown:
    """The page of Nilgiri Retail."""
    if route.endpoint.startswith(ORGANIZATION):
        return Shown(of_organization(route.rule), ADMIN)
    return Shown(route.path(slug="nilgiri-retail"), TENANT)


SHOWING = [route for route in routes() if route.method == "GET" and route.endpoint not in FILES | PARTS]
# A page that is not named above and needs no example is looked at as the platform's owner sees it; that of a workspace
# as its owner does, and that of an organization as its admin.
PAGES |= {
    route.endpoint: of_side(route) for route in SHOWING if route.names == ("slug",) and route.endpoint not in PAGES
}
PAGES |= {route.endpoint: Shown(route.rule) for route in SHOWING if not route.names and route.endpoint not in PAGES}


@pytest.fixture
def who() -> str:
    return NOBODY


def opened(page: Page, example: Example, shown: Shown) -> Response:
    """The page is open in this tab, of the person whom it is for."""
    who, path = shown.who if isinstance(shown.who, str) else shown.who(example), shown.path(example)
    if who:
        workspace = path.split("/")[2] if path.startswith("/w/") else ""  # a browser is in one of them
        cookie = example.half_way() if who == HALF_WAY else example.cookie(who, workspace)
        page.context.add_cookies([cookie])  # type: ignore[list-item]
    answer = page.goto(path)
    assert answer and answer.status == shown.status
    return answer


def test_every_route_that_shows_something_is_here() -> None:
    here = {name.partition(":")[0] for name in PAGES if not name.startswith("error")}
    assert {route.endpoint for route in SHOWING} == here
    assert {route.endpoint for route in routes()} >= FILES | PARTS


@pytest.fixture(scope="module")
def kept_tab(browser: Browser, open_example: Callable[[str], Example]) -> Iterator[tuple[Page, list[str]]]:
    """A tab that has axe at hand, and what the browser complains about."""
    context = browser.new_context(**WINDOW, base_url=open_example(DATABASES[0]).server.url)
    context.add_init_script(AXE_SCRIPT)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    if SLOW:
        slow(page, *SLOW)
    yield page, listen(page)
    context.close()


@pytest.fixture
def tab(kept_tab: tuple[Page, list[str]]) -> Iterator[Page]:
    """One tab for all pages, one after another: a new one for each would cost a tenth of looking at it. Nobody is
    logged in. It fails the test as `page` does."""
    page, complaints = kept_tab
    complaints.clear()
    page.context.clear_cookies()
    page.set_viewport_size(WINDOW["viewport"])
    page.emulate_media(color_scheme="light")
    yield page
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_page(tab: Page, example: Example, name: str) -> None:
    opened(tab, example, PAGES[name])
    assert tab.title()
    expect(tab.get_by_role("heading", level=1)).to_have_count(1)
    looks_right(tab)


@pytest.mark.parametrize("mode", AccessMode)
def test_inside_a_workspace(page: Page, example: Example, mode: AccessMode) -> None:
    cookie, path = example.inside(mode)
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    for each, status in ((path, 200), (path + "team", 200), ("/admin/", 404)):
        answer = page.goto(each)
        assert answer and answer.status == status
        expect(page.get_by_role("complementary", name="Access session")).to_be_visible()
        looks_right(page)


def unfold(page: Page, *selectors: str) -> None:
    """Opens by a click what these are the door to."""
    for selector in selectors:
        page.locator(selector).filter(visible=True).first.click()


@pytest.mark.parametrize(
    ("name", "width", "doors"),
    [
        ("admin_workspaces.listing", 1280, [".switcher > summary"]),
        ("workspace_home.page", 1280, [".switcher > summary"]),
        ("workspace_home.page", 390, [".topbar .switcher > summary"]),
        ("admin_workspaces.listing", 1280, ["#columns > summary"]),
        ("admin_workspaces.listing", 1280, [".choose > summary"]),
        ("admin_workspaces.listing", 1280, ["button.health"]),
        ("admin_workspaces.listing", 1280, ["td.c-pick input"]),
        ("admin_workspaces.listing", 834, ["td.c-pick input"]),
        ("admin_workspaces.listing", 390, ["#picking", "td.c-pick input"]),
        ("admin_workspaces.listing", 390, ["summary[aria-label=Menu]"]),
        ("admin_workspaces.detail", 1280, [".side [data-find]"]),
        ("admin_workspaces.detail", 390, ["summary[data-palette]"]),
        ("workspace_home.page", 390, ["summary[data-palette]"]),
        ("admin_workspaces.listing", 390, ["#more-filters > summary", ".choose > summary"]),
        ("admin_dashboard.page", 1280, [".chart-table > summary"]),
        ("admin_dashboard.page", 390, [".chart-table > summary"]),
        ("admin_workspaces.detail", 1280, [".chart-table > summary", "[popovertarget=why]"]),
        ("admin_workspaces.detail", 390, [".chart-table > summary", "[popovertarget=why]"]),
        ("admin_audit.listing", 390, [".log li:nth-child(1) summary", ".log li:nth-child(3) summary"]),
    ],
)
def test_what_opens(page: Page, example: Example, name: str, width: int, doors: list[str]) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, example, PAGES[name])
    unfold(page, *doors)
    page.wait_for_load_state("networkidle")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        axe(page, without=COVERED)
    fits(page, width)


def test_the_list_of_keys(page: Page, example: Example) -> None:
    opened(page, example, PAGES["admin_workspaces.listing"])
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    axe(page)


def test_a_form_that_has_expired(page: Page) -> None:
    page.goto("/login")
    page.evaluate("document.querySelector('[name=csrf_token]').value = 'long ago'")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("The form has expired")).to_be_visible()
    looks_right(page)


@pytest.mark.parametrize(
    "name", ["admin_workspaces.listing", "admin_workspaces.detail: dinars", "admin_workspaces.detail: at risk"]
)
def test_weight(page: Page, example: Example, name: str) -> None:
    """Everything that is fetched, compressed as a server in front of Portal does it, but for vendored files."""
    answers: list[Response] = []
    vendored = tuple(example.server.url + path for path in VENDORED)
    page.on("response", lambda answer: answers.append(answer))
    opened(page, example, PAGES[name])
    page.wait_for_load_state("networkidle")
    own = {answer.url.partition("?")[0]: answer for answer in answers if not answer.url.startswith(vendored)}
    sizes = {url: len(gzip.compress(answer.body())) for url, answer in own.items()}
    assert {url.rpartition("/")[2] for url in sizes} >= {"portal.css", "portal.js"}
    assert sum(sizes.values()) < MOST_BYTES, sizes
