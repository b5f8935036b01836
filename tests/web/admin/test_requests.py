"""The staff's side of requests: the list, one, granting and declining."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Organization, Plan, Request, User, Workspace
from portal.operations import requests
from portal.operations.unit import unit
from portal.rules.access import StaffRole
from portal.rules.pricing import Cycle
from portal.rules.requests import RequestKind, RequestState
from tests import factories
from tests.support import tenants
from tests.support.clocks import NOW
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit

HOME = "/admin/requests/"


@pytest.fixture
def alice(client: FlaskClient) -> FlaskClient:
    log_in(client, factories.staff())
    return client


def asked(name: str = "Acme Logistics", kind: RequestKind = RequestKind.BRANDING, words: str = "Our own logo") -> str:
    """Such a request of an organization with one workspace."""
    row = db.session.scalar(select(Workspace).where(Workspace.name == name)) or factories.workspace(name)
    olive = db.session.scalars(select(User).where(User.email_key == "olive@example.test")).one()
    return requests.ask(row.organization_id, kind, words, factories.acting(olive))


def state(request: str) -> RequestState:
    db.session.rollback()
    return db.session.scalars(select(Request.state).where(Request.public_id == request)).one()


def test_what_waits_stands_first_the_longest_waiting_before_the_others(alice: FlaskClient, mailbox: Mailbox) -> None:
    done = asked("Zeta")
    requests.decline(done, "No.", factories.command())
    first, second = asked("Beta"), asked("Acme Logistics", words="<b>bold</b>")
    page = alice.get(HOME).text
    assert page.index(first) < page.index(second) < page.index(done)
    assert "&lt;b&gt;bold" in page


def test_kind_and_state_narrow_the_list_and_stand_in_the_address(alice: FlaskClient, mailbox: Mailbox) -> None:
    branding, discount = asked(), asked(kind=RequestKind.VOLUME_DISCOUNT)
    requests.decline(discount, "No.", factories.command())
    assert branding not in alice.get(HOME + "?kind=volume_discount").text
    page = alice.get(HOME + "?state=open").text
    assert branding in page and discount not in page
    assert "No request is like this" in alice.get(HOME + "?state=granted").text
    assert branding in alice.get(HOME + "?state=nonsense&kind=nonsense").text


def test_those_of_one_organization_are_reached_from_its_page(alice: FlaskClient, mailbox: Mailbox) -> None:
    mine, other = asked(), asked("Zeta")
    of = db.session.scalars(select(Organization.public_id).where(Organization.name == "Acme Logistics")).one()
    assert f'href="{HOME}?organization={of}"' in alice.get(f"/admin/organizations/{of}").text
    page = alice.get(f"{HOME}?organization={of}&state=open").text
    assert mine in page and other not in page and "Those of <bdi>Acme Logistics</bdi>" in page
    assert f"organization={of}" in page.split('class="request-states"')[1], "the chips stay with it"


def test_there_are_twelve_on_a_page(alice: FlaskClient) -> None:
    for number in range(13):
        asked(f"W{number}")
    assert alice.get(HOME).text.count("data-request=") == 12
    assert alice.get(HOME + "?page=2").text.count("data-request=") == 1
    assert alice.get(HOME + "?page=3").status_code == 404


def test_one_is_granted_with_a_word_and_then_shows_it(alice: FlaskClient, mailbox: Mailbox) -> None:
    made = asked()
    assert "Grant branding to" in alice.get(f"{HOME}{made}/grant").text
    answer = submit(alice, f"{HOME}{made}/grant", {"word": "Welcome aboard."})
    assert (answer.status_code, answer.location) == (303, HOME + made)
    assert state(made) is RequestState.GRANTED
    page = alice.get(HOME + made).text
    assert "Welcome aboard." in page and "Granted" in page and "Grant…" not in page
    assert alice.get(f"{HOME}{made}/decline").status_code == 409


def test_declining_without_a_word_is_refused_at_its_field(alice: FlaskClient) -> None:
    made = asked()
    answer = submit(alice, f"{HOME}{made}/decline", {"word": " "})
    assert answer.status_code == 422 and "the asker reads it" in answer.text
    assert state(made) is RequestState.OPEN


def test_a_plan_without_a_price_cannot_be_chosen_and_what_was_typed_stays(alice: FlaskClient) -> None:
    factories.plan()
    with unit() as session:
        for name, currency in (("Network", "INR"), ("Abroad", "USD")):
            tenants.plan(session, name, prices={(Cycle.MONTHLY, currency): 5}, multi_workspace=True, created_at=NOW)
    made = asked(kind=RequestKind.MULTI_WORKSPACE)
    page = alice.get(f"{HOME}{made}/grant").text
    assert "Network · ₹0.05 a month" in page and "no monthly price in INR" in page
    abroad = db.session.scalars(select(Plan.public_id).where(Plan.name == "Abroad")).one()
    answer = submit(alice, f"{HOME}{made}/grant", {"plan": abroad, "word": "Welcome."})
    assert answer.status_code == 422 and "Welcome." in answer.text
    assert state(made) is RequestState.OPEN


@pytest.mark.parametrize("role", [StaffRole.SUPPORT, StaffRole.FINANCE, StaffRole.AUDITOR])
def test_others_read_and_do_not_decide(app: Flask, role: StaffRole) -> None:
    made, browser = asked(), app.test_client()
    log_in(browser, factories.staff(role))
    page = browser.get(HOME + made).text
    assert "Our own logo" in page and "Grant…" not in page
    assert browser.get(f"{HOME}{made}/grant").status_code == 403


def test_open_requests_stand_in_the_attention_queue(alice: FlaskClient, mailbox: Mailbox) -> None:
    made = asked()
    page = alice.get("/admin/?kind=request").text
    assert "Asks for branding" in page and f'href="{HOME}{made}"' in page
    requests.decline(made, "No.", factories.command())
    assert "Asks for branding" not in alice.get("/admin/").text


def test_one_of_an_organization_without_workspaces_stands_there_too(alice: FlaskClient) -> None:
    acme = factories.organization("Empty Group")
    factories.member(acme, factories.user())
    requests.ask(
        db.session.get_one(Organization, acme.id).id, RequestKind.CONSOLIDATION, "Acme Labs", factories.command()
    )
    assert "Empty Group" in alice.get("/admin/?kind=request").text
