"""One organization's page: its tabs, its form, its holds; and where links to organizations lead."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Organization, OrganizationMember, User
from portal.operations import closing, holds, requests, users
from portal.operations.holds import NewHold
from portal.operations.unit import unit
from portal.rules.access import STAFF, OrganizationRole, StaffRole, WorkspaceRole
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.requests import RequestKind
from tests import factories
from tests.support import tenants
from tests.support.clocks import NOW
from tests.support.creation import BY
from tests.support.family import family, named, open_holds, statuses
from tests.support.insiders import browser, join
from tests.support.people import log_in, submit

HOME = "/admin/organizations/"


@pytest.fixture
def acme(app: Flask) -> str:
    """The address of the page of Acme, with a child."""
    family("Acme Goa")
    return HOME + db.session.scalars(select(Organization.public_id)).one()


@pytest.fixture
def alice(client: FlaskClient) -> FlaskClient:
    log_in(client, factories.staff())
    return client


def as_(app: Flask, role: StaffRole) -> FlaskClient:
    browser = app.test_client()
    log_in(browser, factories.staff(role))
    return browser


def test_the_page_shows_workspaces_requests_and_orders(alice: FlaskClient, acme: str) -> None:
    goa = named("Acme Goa")
    with unit() as session:
        tenants.order(session, goa, 123_400, NOW)
    requests.ask(goa.organization_id, RequestKind.BRANDING, "", factories.command())
    page = alice.get(acme).text
    assert "Primary</span>" in page and f'/admin/workspaces/{goa.public_id}"' in page
    assert "₹1,234.00" in page and "Branding</a>" in page
    assert 'data-figure="workspaces" value="2"' in page and 'data-figure="people" value="1"' in page


def test_what_is_in_the_trash_is_counted_beside(alice: FlaskClient, acme: str) -> None:
    closing.close(named("Acme Goa").public_id, "Acme Goa", BY)
    page = alice.get(acme).text
    assert "1 more in the trash" in page and f'/admin/workspaces/{named("Acme Goa").public_id}"' not in page


def test_people_stand_with_the_roles_they_have_twelve_on_a_page(alice: FlaskClient, acme: str) -> None:
    place = db.session.scalars(select(Organization)).one()
    for number in range(12):
        factories.member(place, factories.user(f"p{number}@example.test"), OrganizationRole.BILLING_ADMIN)
    page = alice.get(acme + "/people").text
    assert "Billing admin" in page and "Acme Goa</bdi></a> owner" in page
    assert "1–12 of 13" in page and "P9" in alice.get(acme + "/people?page=2").text


def test_its_log_holds_what_was_done_to_it_and_to_its_workspaces(alice: FlaskClient, acme: str) -> None:
    factories.workspace("Somebody else", factories.user("ben@example.test"))
    page = alice.get(acme + "/audit").text
    assert "created the workspace" in page and "Somebody else" not in page
    none = alice.get(acme + "/audit?action=request").text
    assert "No event" in none and "created the workspace" not in none


def test_the_form_saves_and_keeps_what_was_typed_where_it_is_refused(alice: FlaskClient, acme: str) -> None:
    page = alice.get(acme + "/edit").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    answer = submit(alice, acme + "/edit", {"version": version[1], "name": "Beta", "billing_email": "nobody"})
    assert answer.status_code == 422 and 'value="Beta"' in answer.text and "Billing e-mail:" in answer.text
    answer = submit(alice, acme + "/edit", {"version": version[1], "name": "Beta", "billing_email": "a@b.example"})
    assert (answer.status_code, answer.location) == (303, acme)
    assert "<bdi>Beta</bdi></h1>" in alice.get(acme).text


def test_two_people_at_once_see_both_versions(alice: FlaskClient, acme: str) -> None:
    submit(alice, acme + "/edit", {"version": "1", "name": "Theirs"})
    answer = submit(alice, acme + "/edit", {"version": "1", "name": "Mine", "tax_id": "T-1"})
    assert answer.status_code == 409
    assert "Two versions of" in answer.text and "Theirs" in answer.text and 'value="Mine"' in answer.text
    assert 'name="version" value="2"' in answer.text


@pytest.mark.parametrize(
    ("role", "field"), [(StaffRole.SUPPORT, "f-name"), (StaffRole.FINANCE, "f-rate_card"), (StaffRole.AUDITOR, "")]
)
def test_each_role_finds_its_own_fields_and_reads_the_others(
    app: Flask, acme: str, role: StaffRole, field: str
) -> None:
    browser = as_(app, role)
    answer = browser.get(acme + "/edit")
    assert answer.status_code == (200 if field else 403)
    if field:
        assert f'id="{field}"' in answer.text and "Your role does not change" in answer.text
    assert browser.get(acme).status_code == browser.get(HOME).status_code == 200


def test_all_of_it_is_suspended_and_reactivated(alice: FlaskClient, acme: str) -> None:
    assert "2 workspaces are affected" in alice.get(acme + "/suspend").text
    answer = submit(alice, acme + "/suspend", {"kind": "abuse", "public_reason": "Spam", "note": "seen"})
    assert (answer.status_code, answer.location) == (303, acme)
    assert open_holds() == [(HoldKind.ABUSE, "Spam")] and set(statuses().values()) == {Status.SUSPENDED}
    page = alice.get(acme).text
    assert "Suspended by an open hold" in page and "Reactivate…" in page
    refused = submit(alice, acme + "/reactivate", {"choose": "1"})
    assert refused.status_code == 422 and "Choose what is to be lifted" in refused.text
    submit(alice, acme + "/reactivate")
    assert set(statuses().values()) == {Status.TRIAL} and not open_holds()
    assert alice.get(acme + "/reactivate").status_code == 409


def test_finance_marks_it_past_due_and_suspends_it_by_nothing_else(app: Flask, acme: str) -> None:
    browser = as_(app, StaffRole.FINANCE)
    assert browser.get(acme + "/suspend").status_code == 403
    submit(browser, acme + "/past-due", {"public_reason": "Unpaid"})
    assert open_holds() == [(HoldKind.PAST_DUE, "Unpaid")]


def test_support_lifts_only_what_the_role_does(app: Flask, acme: str) -> None:
    hold = NewHold(HoldKind.ABUSE, True)
    holds.suspend(named("Acme Goa").public_id, hold, BY, STAFF[StaffRole.OWNER])
    page = as_(app, StaffRole.SUPPORT).get(acme).text
    assert "Suspended by" in page and "Reactivate…" not in page and "Lift…" not in page


def test_one_without_an_open_workspace_has_nothing_to_suspend(alice: FlaskClient) -> None:
    empty = factories.organization("Empty Group")
    page = alice.get(HOME + empty.public_id).text
    assert "It has no open workspace" in page and "Suspend…" not in page
    assert alice.get(f"{HOME}{empty.public_id}/suspend").status_code == 409


def test_links_to_organizations_lead_to_their_page(alice: FlaskClient, acme: str) -> None:
    olive = db.session.scalars(select(User.public_id).where(User.email_key == "olive@example.test")).one()
    assert f'href="{acme}"' in alice.get(f"/admin/workspaces/{named('Acme Goa').public_id}").text
    assert f'href="{acme}"' in alice.get(f"/admin/users/{olive}").text
    assert f'href="{acme}"' in alice.get("/admin/search?q=acme", headers={"HX-Request": "true"}).text


def test_making_another_the_primary_says_what_it_comes_to_and_comes_back(alice: FlaskClient, acme: str) -> None:
    holds.activate(named("Acme Goa").public_id, BY)
    goa = f"/admin/workspaces/{named('Acme Goa').public_id}/primary"
    assert f'href="{goa}"' in alice.get(acme).text
    assert "₹2,000 → ₹10,000" in alice.get(goa).text
    answer = submit(alice, goa, headers={"Referer": "http://localhost" + acme})
    assert (answer.status_code, answer.location) == (303, acme)
    assert named("Acme Goa").is_primary


def test_a_plan_for_one_workspace_makes_no_primary_of_several(alice: FlaskClient, acme: str) -> None:
    place = db.session.scalars(select(Organization.public_id)).one()
    factories.workspace("Acme Kochi", organization=place)
    kochi = f"/admin/workspaces/{named('Acme Kochi').public_id}/primary"
    page = alice.get(kochi).text
    assert "the others would pay nothing" in page and "Making primary" not in page
    assert submit(alice, kochi).status_code == 409


def test_nobody_of_the_customers_sees_any_of_it(app: Flask, acme: str) -> None:
    browser = app.test_client()
    log_in(
        browser, db.session.scalars(select(User).join(OrganizationMember, OrganizationMember.user_id == User.id)).one()
    )
    assert browser.get(HOME).status_code == browser.get(acme).status_code == 404


def test_whose_account_is_in_the_trash_is_none_of_its_people(app: Flask, alice: FlaskClient, acme: str) -> None:
    goa = named("Acme Goa")
    gone = join(goa, "gone@example.test", WorkspaceRole.AGENT)
    assert 'data-figure="people" value="2"' in alice.get(acme).text
    users.trash(gone.public_id, BY)
    assert 'data-figure="people" value="1"' in alice.get(acme).text
    assert 'data-figure="people" value="1"' in alice.get(f"{HOME}?sort=people").text
    people = alice.get(acme + "/people").text
    assert "gone@example.test" not in people and "Suspended" not in people
    olive = db.session.scalars(select(User).where(User.email_key == "olive@example.test")).one()
    team = browser(app, olive).get("/w/acme-goa/team").text
    assert "gone@example.test" in team and "Account closed" in team and "Suspended" not in team
