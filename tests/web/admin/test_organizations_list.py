"""The list of organizations: its figures, what narrows it, and every order that it can be asked for."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from portal.base.db import db
from portal.models import Organization, Plan
from portal.operations import closing, holds
from portal.operations.holds import NewHold
from portal.queries.organizations import Filters, Sort, listing
from portal.rules.access import STAFF, StaffRole
from portal.rules.lifecycle import HoldKind
from portal.rules.organizations import Breadth, Standing, standing_of
from tests import factories
from tests.support.creation import BY
from tests.support.family import add, family, named
from tests.support.people import log_in

HOME = "/admin/organizations/"
OWNER = STAFF[StaffRole.OWNER]


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    """Acme (multi, two workspaces, one active), Beta (single, suspended), Zeta (no workspace)."""
    log_in(client, factories.staff())
    family("Acme Goa")
    holds.activate(named("Acme Logistics").public_id, BY)
    beta = factories.workspace("Beta", factories.user("ben@example.test", "Ben"))
    holds.suspend(beta.public_id, NewHold(HoldKind.PAST_DUE, True), BY, OWNER)
    factories.organization("Zeta Group", billing_email="bills@zeta.example")
    return client


def rows(page: str) -> list[str]:
    """Names in the table, in their order."""
    return re.findall(r'<a class="name"[^>]*><bdi>(.*?)</bdi>', page)


def figure(page: str, name: str) -> str:
    found = re.search(rf'data-figure="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def test_each_stands_there_with_its_figures(alice: FlaskClient) -> None:
    page = alice.get(HOME).text
    assert rows(page) == ["Acme Logistics", "Beta", "Zeta Group"]
    acme = page[page.index("data-organization=") : page.index("Beta</bdi>")]
    assert 'data-figure="workspaces" value="2"' in acme and 'data-figure="mrr" value="1000000"' in acme
    assert "Olive" in acme and "Multi" in acme and ">Group<" in acme
    assert "Past due" in page and "No workspace" in page and "bills@zeta.example" in page


def test_the_strip_counts_all_whatever_the_filter(alice: FlaskClient) -> None:
    for address in (HOME, HOME + "?q=zeta&type=single"):
        page = alice.get(address).text
        found = [figure(page, name) for name in ("total", "multi", "single", "suspended")]
        assert found == ["3", "1", "2", "1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=acme", ["Acme Logistics"]),
        ("q=bills@zeta", ["Zeta Group"]),
        ("q=%25", []),
        ("status=suspended", ["Beta"]),
        ("status=active", ["Acme Logistics"]),
        ("status=empty", ["Zeta Group"]),
        ("type=multi", ["Acme Logistics"]),
        ("type=single&status=active", []),
        ("type=single", ["Beta", "Zeta Group"]),
        ("status=nonsense", ["Acme Logistics", "Beta", "Zeta Group"]),
    ],
)
def test_what_narrows_it(alice: FlaskClient, query: str, found: list[str]) -> None:
    assert rows(alice.get(f"{HOME}?{query}").text) == found


def test_it_is_narrowed_by_the_plan_of_the_primary(alice: FlaskClient) -> None:
    plan = db.session.scalars(select(Plan.public_id).where(Plan.name == "Group")).one()
    assert rows(alice.get(f"{HOME}?plan={plan}").text) == ["Acme Logistics"]
    page = alice.get(HOME + "?plan=pln_gone").text
    assert "was left out: plan" in page and len(rows(page)) == 3


@pytest.mark.parametrize("sort", list(Sort))
def test_every_head_sorts_both_ways_and_blanks_are_last(alice: FlaskClient, sort: Sort) -> None:
    page = alice.get(f"{HOME}?sort={sort.key}").text
    turned = alice.get(f"{HOME}?sort=-{sort.key}").text
    assert sorted(rows(page)) == sorted(rows(turned)) == ["Acme Logistics", "Beta", "Zeta Group"]
    assert page.count("aria-sort=") == turned.count("aria-sort=") == 1
    first = {
        Sort.NAME: "Acme Logistics",
        Sort.TYPE: "Acme Logistics",
        Sort.WORKSPACES: "Acme Logistics",
        Sort.PEOPLE: "Acme Logistics",
        Sort.OWNER: "Beta",
        Sort.MRR: "Acme Logistics",
        Sort.STATUS: "Beta",
        Sort.PLAN: "Acme Logistics",
        Sort.BILLING_EMAIL: "Zeta Group",
    }
    assert rows(page)[0] == first[sort]
    if sort.blanks:
        assert rows(turned)[-1] == rows(page)[-1] or sort in (Sort.PLAN, Sort.BILLING_EMAIL)


def test_the_trash_counts_in_no_figure(alice: FlaskClient) -> None:
    closing.close(named("Acme Goa").public_id, "Acme Goa", BY)
    closing.close(named("Acme Logistics").public_id, "Acme Logistics", BY)
    page = alice.get(HOME + "?q=acme").text
    assert 'data-figure="workspaces" value="0"' in page and "No workspace" in page


def test_there_are_twelve_on_a_page_and_the_last_one_comes_for_one_behind_it(alice: FlaskClient) -> None:
    for number in range(11):
        factories.organization(f"Org {number:02}")
    assert len(rows(alice.get(HOME).text)) == 12
    assert rows(alice.get(HOME + "?page=9").text) == ["Org 10", "Zeta Group"][-2:]


def test_a_page_costs_the_same_however_many_there_are(alice: FlaskClient) -> None:
    def cost() -> int:
        seen: list[str] = []

        def count(*args: object) -> None:
            seen.append(str(args[2]))

        event.listen(db.engine, "before_cursor_execute", count)
        listing(Filters(sort=Sort.MRR))
        event.remove(db.engine, "before_cursor_execute", count)
        return len(seen)

    few = cost()
    add(
        *(
            Organization(name=f"O{n}", name_key=f"o{n}", slug=f"o{n}", currency="INR", created_at=BY.at)
            for n in range(99)
        )
    )
    assert cost() == few <= 7


def test_how_one_stands() -> None:
    assert standing_of(True, 0) is standing_of(True, 3) is Standing.SUSPENDED
    assert (standing_of(False, 1), standing_of(False, 0)) == (Standing.ACTIVE, Standing.EMPTY)
    assert set(Breadth) == {"single", "multi"}
