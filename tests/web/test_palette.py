"""The palette: what each finds by typing, and that nobody finds what they may not open."""

import html
import re
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import Membership
from portal.operations.unit import unit
from portal.rules.access import StaffRole, WorkspaceRole
from tests import factories
from tests.conftest import MakeApp
from tests.support import insiders
from tests.support.clocks import NOW
from tests.support.insiders import Home, browser, staff_browser
from tests.support.lists import Given, fill
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.people import csrf

PART = {"HX-Request": "true"}
STAFF = "/admin/search"
OPTION = re.compile(r'<(a|button)([^>]*\brole="option"[^>]*)>(.*?)</\1>', re.S)
GROUP = re.compile(r'<p class="head[^>]*title="([^"]*)"')


class Found(NamedTuple):
    """An option of the palette. `url` is where it leads, or where it is sent as a form with this `value`."""

    label: str
    url: str
    is_form: bool
    value: str


def found(client: FlaskClient, path: str, q: str = "", at: str = "") -> dict[str, list[Found]]:
    """What the palette answers, by group; asked from the page `at`."""
    headers = PART | ({"Referer": "http://localhost" + at} if at else {})
    answer = client.get(path, query_string={"q": q}, headers=headers)
    assert answer.status_code == 200
    groups: dict[str, list[Found]] = {}
    for part in answer.text.split('<div role="group"')[1:]:
        title = GROUP.search(part)
        assert title
        groups[html.unescape(title[1])] = [_option(*each.groups()) for each in OPTION.finditer(part)]
    return groups


def _option(tag: str, attributes: str, content: str) -> Found:
    given = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
    label = re.search(r'(?:<b|<bdi) class="cut"[^>]*>(.*?)</b', content, re.S)
    assert label
    url = html.unescape(given.get("formaction") or given["href"])
    return Found(html.unescape(re.sub("<[^>]+>", "", label[1])), url, tag == "button", given.get("value", ""))


def labels(groups: dict[str, list[Found]], title: str) -> list[str]:
    return [each.label for each in groups.get(title, [])]


@pytest.fixture
def acme(app: Flask) -> Home:
    return insiders.home()


@pytest.fixture
def alice(app: Flask) -> FlaskClient:
    return staff_browser(app)


# ---------------------------------------------------------------- staff


def test_staff_find_workspaces_organizations_pages_and_actions(alice: FlaskClient, acme: Home) -> None:
    by_name = found(alice, STAFF, "acme")
    assert by_name["Workspaces"] == [
        Found("Acme Logistics", f"/admin/workspaces/{acme.workspace.public_id}", False, "")
    ]
    assert labels(by_name, "Organizations") == ["Acme Logistics"]
    assert labels(found(alice, STAFF, "aud"), "Pages") == ["Audit"]
    assert labels(found(alice, STAFF, "create tenant"), "Actions") == ["New workspace"]
    assert labels(found(alice, STAFF, "recovery"), "Pages") == ["Two-factor log-in"]
    assert "Nothing matches “ brihgt ”." in words(alice.get(STAFF + "?q=brihgt", headers=PART).text)


def test_without_a_query_what_is_at_hand(alice: FlaskClient) -> None:
    groups = found(alice, STAFF)
    assert "Workspaces" in labels(groups, "Pages") and "New workspace" in labels(groups, "Actions")
    assert "Workspaces" not in groups and "Organizations" not in groups


def test_on_a_workspace_s_page_what_can_be_done_to_it(alice: FlaskClient, acme: Home) -> None:
    page = f"/admin/workspaces/{acme.workspace.public_id}"
    here = found(alice, STAFF, at=page + "/audit")
    assert next(iter(here)) == "Acme Logistics"
    assert {"Edit", "Activate…", "Suspend…", "Manage"} <= set(labels(here, "Acme Logistics"))
    manage = next(each for each in here["Acme Logistics"] if each.label == "Manage")
    assert manage == Found("Manage", page + "/manage", True, "")
    assert labels(found(alice, STAFF, "susp", at=page), "Acme Logistics") == ["Suspend…"]
    for elsewhere in ("/admin/workspaces/", "/admin/workspaces/ws_0000000000000000", "/me"):
        assert "Acme Logistics" not in found(alice, STAFF, at=elsewhere)


def test_what_begins_so_comes_first(alice: FlaskClient) -> None:
    fill([Given("My audit firm")])
    assert list(found(alice, STAFF, "audit")) == ["Pages", "Workspaces"]
    assert next(iter(found(alice, STAFF, "my"))) == "Workspaces"


def test_all_that_match_are_one_step_away(alice: FlaskClient) -> None:
    fill([Given(f"Shop & Co {number:02}") for number in range(9)])
    last = found(alice, STAFF, "shop &")["Workspaces"][-1]
    assert last == Found("All workspaces that match “shop &”", "/admin/workspaces/?q=shop+%26", False, "")
    assert "Shop &amp; Co 08" in alice.get(last.url).text


@pytest.mark.parametrize("role", StaffRole)
def test_nobody_of_the_staff_finds_what_they_may_not_open(
    app: Flask, acme: Home, mailbox: Mailbox, role: StaffRole
) -> None:
    client = staff_browser(app, role)
    page = f"/admin/workspaces/{acme.workspace.public_id}"
    groups = [group for q in ("", "acme", "a", "e") for group in found(client, STAFF, q, page).values()]
    entries = [each for group in groups for each in group]
    assert ("New workspace" in {each.label for each in entries}) is (role is StaffRole.OWNER)
    assert ("Suspend…" in {each.label for each in entries}) is (role in (StaffRole.OWNER, StaffRole.SUPPORT))
    _each_opens(client, entries)


def test_customers_have_no_part_in_it(app: Flask, acme: Home) -> None:
    assert browser(app, acme.owner).get(STAFF).status_code == 404


# ---------------------------------------------------------------- customers


def test_customers_find_their_workspaces_team_pages_and_actions(app: Flask, acme: Home) -> None:
    other = factories.workspace("Acme Returns", acme.owner)
    client, path = browser(app, acme.owner), acme.path + "search"
    assert found(client, path, "acme r")["Workspaces"] == [Found("Acme Returns", "/switch", True, other.public_id)]
    assert found(client, path)["Recent"] == [Found("Acme Returns", "/switch", True, other.public_id)]
    assert labels(found(client, path, "manager"), "Team") == ["Manager"]
    assert labels(found(client, path, "tea"), "Pages") == ["Team"]
    assert labels(found(client, path, "invite"), "Actions") == ["Invite somebody…"]
    assert labels(found(client, "/search", "acme"), "Workspaces") == ["Acme Logistics", "Acme Returns"]


def test_customers_find_nothing_of_anybody_else(app: Flask, acme: Home) -> None:
    beta = insiders.home("Beta Freight")
    for client, path in ((browser(app, acme.owner), acme.path + "search"), (browser(app, acme.owner), "/search")):
        for q in ("beta", "freight", "olive of beta", "manager@beta.example", beta.workspace.sip_prefix):
            assert found(client, path, q) == {}, (path, q)
    assert browser(app, acme.owner).get(beta.path + "search", headers=PART).status_code == 404


@pytest.mark.parametrize("role", WorkspaceRole)
def test_no_member_finds_what_they_may_not_open(app: Flask, acme: Home, role: WorkspaceRole) -> None:
    client, path = browser(app, acme.people[role]), acme.path + "search"
    entries = [each for q in ("", "a", "manager") for group in found(client, path, q).values() for each in group]
    assert ("Team" in {each.label for each in entries}) is (role is not WorkspaceRole.AGENT)
    assert ("Manager" in {each.label for each in entries}) is (role is not WorkspaceRole.AGENT)
    _each_opens(client, entries)


@pytest.mark.parametrize("mode", ["act", "look"])
def test_inside_of_a_workspace_only_that_is_found(app: Flask, acme: Home, mailbox: Mailbox, mode: str) -> None:
    other = factories.workspace("Acme Returns", acme.owner)
    bob = factories.staff(StaffRole.SUPPORT)
    with unit() as session:
        session.add(Membership(workspace_id=other.id, user_id=bob.id, role=WorkspaceRole.AGENT, created_at=NOW))
    client, path = browser(app, bob), acme.path + "search"
    insiders.enter(client, acme.workspace, mode=mode)
    groups = found(client, path)
    assert set(groups) == {"Pages", "Actions"}
    assert "Acme Returns" not in words(client.get(path + "?q=acme", headers=PART).text)
    assert labels(groups, "Actions")[-1] == "Stop the access session"
    assert ("Invite somebody…" in labels(groups, "Actions")) is (mode == "act")
    assert not any(each.url.startswith("/me") for each in groups["Pages"])
    _each_opens(client, [each for group in groups.values() for each in group])
    assert client.get("/search").status_code == client.get(STAFF).status_code == 404


def _each_opens(client: FlaskClient, entries: list[Found]) -> None:
    """Every link is let in; every form is, too: without its token it is told so, and nothing is done."""
    assert len(entries) > 5
    for each in {entry.url: entry for entry in entries}.values():
        if each.is_form:
            assert client.post(each.url).status_code == 400, each
        else:
            assert client.get(each.url, buffered=True).status_code in (200, 303), each


# ---------------------------------------------------------------- the page


def test_it_is_a_page_without_scripts(app: Flask, acme: Home) -> None:
    other = factories.workspace("Acme Returns", acme.owner)
    client = browser(app, acme.owner)
    answer = client.get(acme.path + "search?q=acme")
    assert answer.vary.as_set() >= {"hx-request"}
    text = words(answer.text)
    assert "Workspaces AR Acme Returns owner" in text
    assert f'value="{other.public_id}"' in answer.text
    sent = client.post("/switch", data={"csrf_token": csrf(client), "workspace": other.public_id})
    assert sent.location == "/w/acme-returns/"
    assert "Nothing matches “ brihgt ”. Clear the search" in words(client.get(sent.location + "search?q=brihgt").text)


def test_what_was_typed_is_text(alice: FlaskClient) -> None:
    for headers in (PART, {}):
        page = alice.get(STAFF, query_string={"q": "<b>&\x7f" + "x" * 300}, headers=headers)
        assert page.status_code in (200, 400)
        assert "<b>&" not in page.text
    assert alice.get(STAFF, query_string={"q": "<i>&" + "x" * 300}, headers=PART).text.count("x" * 201) == 0


def test_staff_are_led_to_theirs(alice: FlaskClient) -> None:
    assert alice.get("/search?q=acme").location == STAFF + "?q=acme"
    assert alice.get("/search?q=acme", headers=PART).headers["HX-Redirect"] == STAFF + "?q=acme"


def test_every_page_has_the_door(app: Flask, alice: FlaskClient, acme: Home) -> None:
    customer = browser(app, acme.owner)
    for client, path, url, said in (
        (alice, "/admin/workspaces/", STAFF, "Search Portal"),
        (alice, "/me", STAFF, "Search Portal"),
        (customer, acme.path, acme.path + "search", "Search Acme Logistics"),
        (customer, "/me", "/search", "Search Portal"),
    ):
        page = client.get(path).text
        assert f'hx-get="{url}"' in page and f'placeholder="{said}"' in page, path
    assert 'id="palette"' not in app.test_client().get("/login").text


@pytest.mark.parametrize("rows", [3, 300])
def test_it_costs_the_same_whatever_there_is(app: Flask, make_app: MakeApp, rows: int) -> None:
    acme = insiders.home()
    factories.workspace("Acme Returns", acme.owner)
    fill([Given(f"Firm {number:03}") for number in range(rows)], first=1_000)
    counting = make_app(count_queries=True)
    alice, olive = staff_browser(counting), browser(counting, acme.owner)
    page = f"/admin/workspaces/{acme.workspace.public_id}"
    cost = {
        "staff": _queries(alice, STAFF, "firm", page),
        "staff, at hand": _queries(alice, STAFF, "", page),
        "customer": _queries(olive, acme.path + "search", "a", ""),
        "customer, at hand": _queries(olive, acme.path + "search", "", ""),
    }
    most = {"staff": 6, "staff, at hand": 3, "customer": 4, "customer, at hand": 3}
    assert all(cost[who] <= most[who] for who in most), cost


def _queries(client: FlaskClient, path: str, q: str, at: str) -> int:
    headers = PART | {"Referer": "http://localhost" + at}
    for _ in range(2):  # the first request of a session also writes its heartbeat
        answer = client.get(path, query_string={"q": q}, headers=headers)
    return int(answer.headers["X-Bench-Queries"])
