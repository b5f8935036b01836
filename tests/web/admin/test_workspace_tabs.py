"""The tabs of a workspace's page, who may open them, and what the page as a whole keeps to."""

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from portal.base import clock as base_clock
from portal.models import Hold, OrderState, Workspace
from portal.operations.audit import record
from portal.operations.unit import unit
from portal.rules.access import StaffRole
from portal.rules.actors import Actor, ActorKind
from portal.rules.lifecycle import HoldKind
from tests.conftest import MakeApp
from tests.support import tenants
from tests.support.clocks import Clock
from tests.support.pages import get, words

NOW = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
Make = Callable[..., Workspace]


def test_recent_paid_orders_and_the_way_to_all(staff: FlaskClient, make: Make) -> None:
    found = make(currency="KWD")
    with unit() as session:
        for n in range(12):
            tenants.order(session, found, 1_240_500 + n, NOW - timedelta(days=n), reference=f"REF-{n}")
        tenants.order(
            session, found, 7, NOW, state=OrderState.FAILED, reference="REF-failed", description="For 2026-11"
        )
    page = get(staff, found)
    assert re.findall(r"REF-\w+", page) == [f"REF-{n}" for n in range(10)]
    assert "KWD 1,240.500" in page
    assert "All 13 orders" in page
    every = get(staff, found, "/orders")
    assert len(re.findall(r"REF-\w+", every)) == 13
    assert 'class="badge failed">Failed' in every
    assert "For Nov 2026" in every


def test_orders_come_in_pages(staff: FlaskClient, make: Make) -> None:
    found = make()
    with unit() as session:
        for n in range(51):
            tenants.order(session, found, 100, NOW - timedelta(days=n), reference=f"REF-{n}")
    assert "1–50 of 51" in get(staff, found, "/orders")
    last = get(staff, found, "/orders?page=2")
    assert re.findall(r"REF-\d+", last) == ["REF-50"]
    assert "REF-50" in get(staff, found, "/orders?page=99")


def write_events(of: Workspace, count: int = 1) -> None:
    for n in range(count):
        with unit() as session:
            row = session.get(Workspace, of.id)
            by = Actor(ActorKind.USER, "Alice Owner", NOW + timedelta(minutes=n))
            record("workspace.reactivated", by, workspace=row, reason="first payment", status=("trial", "active"))


def test_an_event_is_a_sentence_with_its_details_behind(staff: FlaskClient, make: Make) -> None:
    found = make()
    write_events(found)
    with unit() as session:
        record("workspace.created", Actor.job("import", NOW), workspace=session.get(Workspace, found.id), name="<b>")
    text = words(get(staff, found, "/audit"))
    assert "Alice Owner reactivated the workspace: status Trial → Active “ first payment ”" in text
    assert 'status "trial" → "active"' in text
    assert "Portal created the workspace <b>" in text
    overview = words(get(staff, found))
    assert "Alice Owner reactivated the workspace: status Trial → Active" in overview and "All 2" in overview


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3),
        ("actor=alice", 2),
        ("actor=import", 1),
        ("action=workspace", 3),
        ("action=workspace.created", 1),
        ("since=2026-11-22", 1),
        ("until=2026-11-21", 2),
        ("since=2026-11-21&until=2026-11-21", 2),
        ("actor=nobody", 0),
        ("since=yesterday", 3),
        ("actor=%25", 0),
    ],
)
def test_the_log_of_a_workspace_is_filtered(staff: FlaskClient, make: Make, query: str, found: int) -> None:
    of = make()
    with unit() as session:
        other = tenants.workspace(session, tenants.organization(session, "Other"), "Other")
        mine = session.get(Workspace, of.id)
        alice = [Actor(ActorKind.USER, "Alice Owner", at) for at in (NOW, NOW + timedelta(days=1))]
        record("workspace.reactivated", alice[0], workspace=mine, status=("trial", "active"))
        record("workspace.reactivated", alice[1], workspace=mine, status=("trial", "active"))
        record("workspace.created", Actor.job("import", NOW), workspace=mine, name="Acme")
        record("workspace.created", alice[0], workspace=other, name="Other")
    page = get(staff, of, f"/audit?{query}")
    assert len(re.findall(r'<li id="evt_', page)) == found
    assert ("No event matches these filters" in page) == (not found)


def test_the_log_comes_in_pages_of_fifty(staff: FlaskClient, make: Make) -> None:
    found = make()
    write_events(found, 53)
    first, last = get(staff, found, "/audit"), get(staff, found, "/audit?page=2")
    assert len(re.findall(r'<li id="evt_', first)) == 50 and "1–50 of 53" in first
    assert len(re.findall(r'<li id="evt_', last)) == 3 and "51–53 of 53" in last
    assert staff.get(f"/admin/workspaces/{found.public_id}/audit?page=3").status_code == 404


# ---------------------------------------------------------------- the page as a whole


@pytest.mark.parametrize("tab", ["", "/orders", "/audit"])
def test_an_unknown_workspace_is_a_404(staff: FlaskClient, tab: str) -> None:
    for public_id in ("ws_nothing", "1", "ws_%07"):
        assert staff.get(f"/admin/workspaces/{public_id}{tab}").status_code == 404


@pytest.mark.parametrize("tab", ["", "/orders", "/audit"])
def test_a_stranger_is_sent_to_the_log_in(client: FlaskClient, make: Make, tab: str) -> None:
    answer = client.get(f"/admin/workspaces/{make().public_id}{tab}")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login")


@pytest.mark.parametrize("role", list(StaffRole))
def test_all_of_the_staff_may_look(client: FlaskClient, make: Make, now: datetime, role: StaffRole) -> None:
    found = make()
    with unit() as session:
        tenants.sign_in(session, client, role, now)
    for tab in ("", "/orders", "/audit"):
        get(client, found, tab)


def test_no_link_of_the_page_leads_nowhere(staff: FlaskClient, make: Make) -> None:
    found = make()
    write_events(found)
    with unit() as session:
        tenants.order(session, session.merge(found), 1, NOW)
    page = get(staff, found)
    main = page[page.index("<main") : page.index("</main>")]
    links = {html.unescape(link) for link in re.findall(r'<a [^>]*href="([^"]+)"', main)}
    assert f"/admin/workspaces/{found.public_id}/orders" in links
    for link in links:
        assert staff.get(link).status_code == 200, link
    pressed = re.findall(r'<button\b(?![^>]*popovertarget)[^>]*formaction="([^"]+)"', main)
    assert pressed == [f"/admin/workspaces/{found.public_id}/manage"], "what is done by a click is entering"


def test_it_carries_no_inline_style_and_no_inline_script(staff: FlaskClient, make: Make) -> None:
    found = make()
    with unit() as session:
        tenants.usage(session, session.merge(found), TODAY, sent=10, delivered=9)
    page = get(staff, found)
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)", page)
    assert page.count('role="img"') > 2


def test_the_page_costs_at_most_six_queries(make_app: MakeApp, make: Make, clock: Clock, now: datetime) -> None:
    found = make()
    write_events(found, 5)
    with unit() as session:
        session.add(Hold(workspace_id=found.id, kind=HoldKind.MANUAL, opened_by="Bob", opened_at=NOW))
        for n in range(60):
            tenants.usage(session, found, TODAY - timedelta(days=n), sent=10)
            tenants.order(session, session.merge(found), 5, NOW - timedelta(days=n))
    counting = make_app(count_queries=True)
    counting.extensions[base_clock.EXTENSION] = clock
    client = counting.test_client()
    with unit() as session:
        tenants.sign_in(session, client, StaffRole.OWNER, now)
    costs = {
        tab: int(client.get(f"/admin/workspaces/{found.public_id}{tab}").headers["X-Bench-Queries"])
        for tab in ("", "/orders", "/audit")
    }
    assert costs[""] <= 6, costs
    assert costs["/orders"] <= 3, costs
    assert costs["/audit"] <= 4, costs
