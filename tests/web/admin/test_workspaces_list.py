"""The list as a page, as an htmx part, and as a file."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.base.db import db
from portal.models import AuditEvent, Workspace, scope
from portal.operations.unit import unit
from portal.rules.access import StaffRole
from portal.rules.health import Level
from portal.rules.lifecycle import Status
from tests.conftest import MakeApp
from tests.factories import staff, user
from tests.support.clocks import Clock
from tests.support.lists import Given, fill
from tests.support.people import log_in

NOW = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
LIST = "/admin/workspaces/"
PART = {"HX-Request": "true"}
FIGURE = re.compile(r'<data class="figure" data-figure="(\w+)" value="([^"]*)"[^>]*>([^<]*)</data>')


@pytest.fixture
def alice(client: FlaskClient) -> FlaskClient:
    """A platform owner's browser."""
    log_in(client, staff())
    return client


def rows(answer: TestResponse) -> list[str]:
    """The names in the rows."""
    assert answer.status_code == 200, answer.text[:500]
    return re.findall(r'<a class="name"[^>]*><bdi>([^<]*)</bdi>', answer.text)


def figures(html: str) -> dict[str, tuple[str, str]]:
    return {name: (value, text) for name, value, text in FIGURE.findall(html)}


def row_of(answer: TestResponse, each: Given) -> str:
    found = re.search(rf'<tr data-workspace="{each.public_id}".*?</tr>', answer.text, re.S)
    assert found
    return found[0]


# ---------------------------------------------------------------- what stands in it


def test_the_strip_and_a_row_bear_their_figures(alice: FlaskClient) -> None:
    days = {date(2026, 11, 21): 30, date(2026, 11, 15): 4, date(2026, 11, 14): 999}
    given = Given("Acme", plan="Scale", mrr=2_400_000, users=1204, numbers=2, extensions=3, sent=days)
    fill([given, Given("Kuwait", mrr=None, currency="KWD"), Given("New", status=Status.TRIAL, created_at=NOW)])
    answer = alice.get(LIST)
    strip = figures(answer.text[: answer.text.index("<table")])
    assert {name: value for name, (value, _) in strip.items()} == {
        "total": "3",
        "active": "2",
        "suspended": "0",
        "trial": "1",
        "new_this_month": "1",
        "mrr": "2400000",
        "retention": "66.7",
    }
    assert strip["mrr"][1] == "₹24,000"
    assert "+\u00a0KWD\u00a00.100, no\u00a0rate" in answer.text
    row = row_of(answer, given)
    assert figures(row) == {
        "mrr": ("2400000", "₹24,000"),
        "sent_7d": ("34", "34"),
        "users": ("1204", "1,204"),
        "numbers": ("2", "2"),
        "extensions": ("3", "3"),
    }
    assert 'data-currency="INR"' in row
    assert f'href="/admin/workspaces/{given.public_id}"' in row


def test_an_empty_platform_says_how_to_begin(alice: FlaskClient) -> None:
    answer = alice.get(LIST)
    assert "No workspace yet" in answer.text
    assert "portal demo" in answer.text
    assert figures(answer.text)["retention"] == ("", "—")


def test_no_match_names_the_filters_and_offers_to_clear_them(alice: FlaskClient) -> None:
    fill([Given("Acme", plan="Scale")])
    answer = alice.get(LIST + "?q=brihgt&status=trial&plan=pln_0000000000000001&sort=-name")
    assert "No workspace matches “brihgt”" in answer.text
    assert "Status Trial · Plan Scale" in answer.text
    assert f'href="{LIST}?sort=-name">Clear filters' in answer.text


def test_the_suspended_point_to_the_trash(alice: FlaskClient) -> None:
    closed = [Given(f"Closed {each}", status=Status.CANCELLED, cancelled_at=NOW) for each in range(2)]
    fill([Given("Held", status=Status.SUSPENDED, users=7), *closed])
    answer = alice.get(LIST + "?status=suspended")
    assert rows(answer) == ["Held"]
    assert f'<a class="link" href="{LIST}trash">2 closed ones can be restored</a> from the Trash.' in answer.text
    assert "can be restored</a>" not in alice.get(LIST).text


@pytest.mark.parametrize(
    ("status", "why"), [(Status.TRIAL, "Not yet assessed"), (Status.SUSPENDED, "Not rated while suspended")]
)
def test_a_row_without_health_says_why(alice: FlaskClient, status: Status, why: str) -> None:
    fill([Given("Acme", status=status, health=None)])
    assert f'<td class="c-health"><span class="none" title="{why}">—</span></td>' in alice.get(LIST).text


@pytest.mark.parametrize(
    ("status", "retention", "explained"),
    [(Status.TRIAL, ("0.0", "0.0\u202f%"), True), (Status.ACTIVE, ("100.0", "100.0\u202f%"), False)],
)
def test_a_platform_of_trials_alone_is_no_disaster(
    alice: FlaskClient, status: Status, retention: tuple[str, str], explained: bool
) -> None:
    fill([Given("Acme", status=status)])
    answer = alice.get(LIST)
    assert figures(answer.text)["retention"] == retention
    assert ('<span class="beside">none active yet</span>' in answer.text) is explained


def test_the_trash_shows_the_days_left(alice: FlaskClient) -> None:
    closed = Given("Gone", status=Status.CANCELLED, cancelled_at=NOW - timedelta(days=88, hours=1))
    fill([Given("Here"), closed])
    answer = alice.get(LIST + "trash")
    assert rows(answer) == ["Gone"]
    assert figures(answer.text)["days_left"] == ("2", "2 days")
    assert rows(alice.get(LIST + "trash?q=nothing", headers=PART)) == []


# ---------------------------------------------------------------- the address


def test_every_state_is_in_the_address(alice: FlaskClient) -> None:
    fill([Given(f"Shop {each:02}", plan="Scale", users=each) for each in range(30)])
    answer = alice.get(LIST + "?q=shop&status=active&plan=pln_0000000000000001&health=good&sort=-users&page=2")
    assert rows(answer) == [f"Shop {each:02}" for each in range(12, 24)]
    assert "13–24 of 30" in answer.text
    links = set(re.findall(r'href="(/admin/workspaces/\?[^"]*)"', answer.text))
    kept = "q=shop&amp;status=active&amp;plan=pln_0000000000000001&amp;health=good"
    assert f"{LIST}?{kept}&amp;sort=-users&amp;page=3" in links
    assert f"{LIST}?{kept}&amp;sort=users" in links, "a second click on a head turns it round, to the first page"
    assert f"{LIST}?{kept}&amp;sort=name" in links


@pytest.mark.parametrize(
    "query",
    ["status=foo", "health=bad", "sort=zzz", "plan=pln_nowhere", "plan=%07", "organization=x", "page=0", "page=1e309"],
)
def test_what_the_address_says_wrong_is_ignored_and_said(alice: FlaskClient, query: str) -> None:
    fill([Given("Acme")])
    answer = alice.get(f"{LIST}?{query}")
    assert rows(answer) == ["Acme"]
    said = "The address asks for what there is not" in answer.text
    assert said is (query != "plan=%07"), "a control character is nothing at all"


@pytest.mark.parametrize(
    "q", ["%07", "%FF%FE", "%27%22--", "%F0%9F%98%80", "a" * 3000, "%25_%5C", "(%22 OR *", "NEAR("]
)
def test_no_search_breaks_the_page(alice: FlaskClient, q: str) -> None:
    fill([Given("Acme")])
    for path in (LIST, LIST + "trash", LIST + "organizations"):
        assert alice.get(f"{path}?q={q}").status_code == 200


def test_a_page_beyond_the_last_is_the_last(alice: FlaskClient) -> None:
    fill([Given(f"Shop {each:02}") for each in range(13)])
    answer = alice.get(LIST + "?sort=name&page=999999999999999999999")
    assert rows(answer) == ["Shop 12"]


# ---------------------------------------------------------------- parts


def test_htmx_gets_the_part_and_everybody_else_the_page(alice: FlaskClient) -> None:
    fill([Given("Acme"), Given("Zeta")])
    page, part = alice.get(LIST + "?q=acme"), alice.get(LIST + "?q=acme", headers=PART)
    restored = alice.get(LIST + "?q=acme", headers={**PART, "HX-History-Restore-Request": "true"})
    assert page.text.startswith("<!doctype html>")
    assert restored.text.startswith("<!doctype html>")
    assert part.text.lstrip().startswith('<div id="workspaces"')
    assert 'id="strip" hx-swap-oob="true"' in part.text
    assert "hx-swap-oob" not in page.text
    for answer in (page, part):
        assert rows(answer) == ["Acme"]
        assert "HX-Request" in answer.headers["Vary"]


def test_the_pushed_address_has_no_blank_fields(alice: FlaskClient) -> None:
    fill([Given("Acme")])
    answer = alice.get(LIST + "?q=acme&status=&plan=&health=&sort=mrr&page=7", headers=PART)
    assert answer.headers["HX-Push-Url"] == LIST + "?q=acme"


def test_columns_stand_in_the_address_and_are_remembered(alice: FlaskClient) -> None:
    fill([Given("Acme")])
    hidden = re.compile(r'<table class="ledger([^"]*)"')
    assert hidden.findall(alice.get(LIST).text) == [" no-sip no-created"]
    answer = alice.get(LIST + "?columns=&columns=sip&columns=mrr&columns=nonsense", headers=PART)
    assert answer.headers["HX-Push-Url"] == LIST + "?columns=mrr%2Csip"
    everything_else = {"org", "status", "plan", "sent", "health", "users", "numbers", "extensions", "seen", "created"}
    for later in (answer, alice.get(LIST)):
        assert set(hidden.findall(later.text)[0].split()) == {"chosen"} | {f"no-{key}" for key in everything_else}


def test_the_tenants_view_is_columns_of_which_every_head_sorts(alice: FlaskClient) -> None:
    fill([Given("Acme")])
    views = re.compile(r'id="view-\d" href="([^"]+)"[^>]*>(\w+)')
    overview, tenants = (url.replace("&amp;", "&") for url, _ in views.findall(alice.get(LIST + "?q=acme").text))
    page = alice.get(tenants).text
    assert 'class="ledger chosen no-mrr no-sent no-health no-seen"' in page
    assert tenants.startswith(LIST + "?q=acme&")
    assert 'aria-label="View and columns: Tenants"' in page
    heads = re.findall(r'<th scope="col" class="c-(\w+)[^>]*>(.*?)</th>', page)
    for key, head in heads:
        assert "hx-get" in head or key in {"sent", "pick", "actions"}, key
    by_owner = alice.get(tenants + "&sort=owner").text
    assert by_owner.count("aria-sort=") == 1
    assert re.search(r'c-org"[^>]* aria-sort="ascending">.*id="sort-owner"[^>]*>owner<svg', by_owner)
    assert 'class="ledger no-sip no-created"' in alice.get(overview).text


def test_organizations_are_found_and_lead_back_to_the_list_as_it_was(alice: FlaskClient) -> None:
    fill([Given("One", organization="Łódź Works"), Given("Two", organization="Zeta")])
    page = alice.get(LIST + "?status=active&sort=name").text
    [menu] = re.findall(r'<details class="drop choose" hx-get="([^"]+)"', page)
    assert alice.get(menu, headers=PART).text.count(f'href="{LIST}?status=active&amp;organization=') == 2
    answer = alice.get(menu + "&q=lodz", headers=PART)
    assert answer.text.count("<a ") == 1
    url = f"{LIST}?status=active&amp;organization=org_0000000000000002&amp;sort=name"
    assert f'href="{url}"' in answer.text
    assert "Łódź Works" in answer.text
    assert rows(alice.get(url.replace("&amp;", "&"))) == ["One"]
    whole = alice.get(LIST + "organizations?q=nobody")
    assert whole.text.startswith("<!doctype html>")
    assert "No organization matches “nobody”" in whole.text


def test_the_badge_opens_the_reasons(alice: FlaskClient, app: Flask) -> None:
    [given] = fill([Given("Acme", health=Level.RISK)])
    reason = {"rule": "last_seen", "level": "risk", "code": "not_seen", "figures": {"days": 31}}
    with unit() as session, scope.platform():
        session.scalars(select(Workspace)).one().health_reasons = [reason]
    url = f"{LIST}{given.public_id}/health"
    assert "Nobody for 31 days" in alice.get(url, headers=PART).text
    assert alice.get(url).headers["Location"] == f"{LIST}{given.public_id}#health"
    assert alice.get(LIST + "ws_nowhere/health", headers=PART).status_code == 404


# ---------------------------------------------------------------- who, and at what price


@pytest.mark.parametrize("role", StaffRole)
def test_all_staff_see_the_list(client: FlaskClient, role: StaffRole) -> None:
    log_in(client, staff(role))
    assert client.get(LIST).status_code == 200


def test_strangers_see_nothing(client: FlaskClient) -> None:
    assert client.get(LIST).status_code == 303
    log_in(client, user())
    for path in ("", "trash", "organizations", "export.csv"):
        assert client.get(LIST + path).status_code == 404


@pytest.mark.parametrize("count", [10, 1000])
@pytest.mark.parametrize("query", ["", "?q=shop", "?q=shop+7&status=active", "?plan=pln_0000000000000001&page=3"])
def test_a_page_costs_at_most_four_queries(make_app: MakeApp, clock: Clock, query: str, count: int) -> None:
    app = make_app(count_queries=True, now=NOW.isoformat())
    client = app.test_client()
    with app.app_context():
        log_in(client, staff())
        fill([Given(f"Shop {number}", plan="Scale") for number in range(count)])
    answers = [client.get(LIST + query), client.get(LIST + query, headers=PART)]
    expected = "4" if "q=" in query else "3"
    assert [answer.headers["X-Bench-Queries"] for answer in answers] == [expected] * 2


# ---------------------------------------------------------------- the file


def export(browser: FlaskClient, query: str = "") -> TestResponse:
    return browser.get(LIST + "export.csv" + query, buffered=True)


def exported(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.data.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_file_holds_all_pages_of_the_filtered_list_in_its_order(alice: FlaskClient) -> None:
    closed = Given("Shop closed", status=Status.CANCELLED, cancelled_at=NOW)
    fill([Given(f"Shop {each:03}", users=each) for each in range(250)] + [Given("Else"), closed])
    answer = export(alice, "?q=shop&sort=-users&page=3")
    found = exported(answer)
    assert [row["name"] for row in found] == [f"Shop {each:03}" for each in range(250)]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="workspaces-2026-11-21.csv"'


def test_the_file_guards_formulas_in_free_text_alone(alice: FlaskClient) -> None:
    fill(
        [
            Given(
                "=HYPERLINK(1)",
                organization="@SUM(A1)",
                owner="+91 80 4718 2200",
                owner_email="-cmd@example.test",
                plan="+1+1",
                mrr=-500,
                sent={date(2026, 11, 21): 12},
            )
        ]
    )
    [row] = exported(export(alice))
    assert row["name"] == "'=HYPERLINK(1)"
    assert row["organization"] == "'@SUM(A1)"
    assert row["owner"] == "+91 80 4718 2200"
    assert row["owner_email"] == "'-cmd@example.test"
    assert row["plan"] == "'+1+1"
    assert (row["mrr"], row["sent_7d"], row["currency"]) == ("-5.00", "12", "INR")


def test_an_export_is_audited(alice: FlaskClient, app: Flask) -> None:
    fill([Given("Acme"), Given("Zeta", status=Status.TRIAL)])
    exported(export(alice, "?status=trial"))
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "list.exported")).one()
    assert event.payload["facts"] == {"filters": {"status": "trial"}, "rows": 1}
