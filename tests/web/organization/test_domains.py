"""The domains on an organization's branding page: added, looked up, removed by its admins alone."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Domain, DomainState, Organization, User, Workspace
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole
from tests import factories
from tests.support import insiders
from tests.support.clocks import NOW
from tests.support.domains import point
from tests.support.family import family
from tests.support.insiders import browser
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.people import submit


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """The primary workspace of an organization whose branding is live."""
    made = family("Acme Labs")
    with unit() as session:
        session.get_one(Organization, made.organization_id).branding_granted = True
    return made


@pytest.fixture
def olive(app: Flask, acme: Workspace) -> FlaskClient:
    return browser(app, db.session.get_one(User, acme.owner_id))


def page(acme: Workspace, rest: str = "") -> str:
    return f"/o/{db.session.get_one(Organization, acme.organization_id).slug}/branding{rest}"


def only() -> Domain:
    db.session.rollback()
    return db.session.scalars(select(Domain)).one()


def test_from_nothing_to_verified(olive: FlaskClient, acme: Workspace) -> None:
    answer = submit(olive, page(acme, "/domains/new"), {"host": "Talk.Acme.example", "workspace": ""})
    here = page(acme, f"/domains/{only().public_id}")
    assert (answer.status_code, answer.location) == (303, here)
    text = words(olive.get(here).text)
    assert "talk.acme.example Not verified Not checked yet. It serves all workspaces of Acme Logistics" in text
    assert (
        "CNAME Name talk.acme.example Value localhost TXT Name _portal-verification.talk.acme.example "
        f"Value portal-verification={only().token}" in text
    )
    looked = submit(olive, here + "/check").location
    assert looked == here + "?cname=elsewhere&txt=missing"
    text = words(olive.get(looked).text)
    assert "has no TXT record with the token yet" in text
    assert "CNAME Does not lead here Name" in text and "TXT Not found Name" in text
    assert "CNAME Name" in words(olive.get(here + "?cname=nonsense").text), "of that look alone"
    point(only())
    key = only().id
    with unit() as session:
        session.get_one(Domain, key).last_checked_at = NOW - timedelta(minutes=1)
    text = words(olive.get(submit(olive, here + "/check").location).text)
    assert "is verified: it is served from now on" in text
    assert "CNAME Found Name" in text and "TXT Found Name" in text
    assert only().state is DomainState.VERIFIED
    assert "talk.acme.example All workspaces · checked" in words(olive.get(page(acme)).text)


def test_a_second_look_at_once_says_so(olive: FlaskClient, acme: Workspace) -> None:
    submit(olive, page(acme, "/domains/new"), {"host": "talk.acme.example"})
    here = page(acme, f"/domains/{only().public_id}")
    for _ in range(2):
        assert submit(olive, here + "/check").status_code == 303
    assert "It was checked a moment ago" in words(olive.get(here).text)


def test_what_cannot_be_added_says_why(olive: FlaskClient, acme: Workspace) -> None:
    answer = submit(olive, page(acme, "/domains/new"), {"host": "https://x", "workspace": "ws_1"})
    assert answer.status_code == 422
    assert 'value="https://x"' in answer.text and 'id="f-host-error"' in answer.text
    factories.domain(factories.organization("Beta"), "talk.beta.example")
    assert "is in use already" in words(submit(olive, page(acme, "/domains/new"), {"host": "talk.beta.example"}).text)


def test_a_workspace_s_own_and_its_removal(olive: FlaskClient, acme: Workspace) -> None:
    submit(olive, page(acme, "/domains/new"), {"host": "talk.acme.example", "workspace": acme.public_id})
    here = page(acme, f"/domains/{only().public_id}")
    assert "It serves Acme Logistics alone" in words(olive.get(here).text)
    assert f'<option value="{acme.public_id}"' not in olive.get(page(acme, "/domains/new")).text, "it has one"
    assert "It was never served" in words(olive.get(here + "/remove").text)
    assert submit(olive, here + "/remove").location == page(acme)
    assert olive.get(here).status_code == 404


def test_no_other_role_and_no_stranger_touches_them(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    row = factories.domain(db.session.get_one(Organization, acme.organization_id))
    rest = (f"/domains/{row.public_id}/check", f"/domains/{row.public_id}/remove", "/domains/new")
    for role in (OrganizationRole.BILLING_ADMIN, OrganizationRole.USER_ADMIN, OrganizationRole.MEMBER):
        person = factories.user(f"{role.value}@acme.example")
        factories.member(db.session.get_one(Organization, acme.organization_id), person, role)
        assert {submit(browser(app, person), page(acme, each)).status_code for each in rest} == {403}, role
    beta = factories.workspace("Beta Freight", factories.user("bea@example.test"))
    bea = browser(app, db.session.get_one(User, beta.owner_id))
    assert {submit(bea, page(acme, each)).status_code for each in rest} == {404}
    assert submit(bea, page(beta, f"/domains/{row.public_id}/remove")).status_code == 404
    assert only().last_checked_at is None


def test_inside_an_access_session_no_domain_is_changed(
    app: Flask, olive: FlaskClient, acme: Workspace, mailbox: Mailbox
) -> None:
    row = factories.domain(db.session.get_one(Organization, acme.organization_id))
    staff = insiders.staff_browser(app)
    insiders.enter(staff, acme)
    for rest in ("", "/domains/new", f"/domains/{row.public_id}", f"/domains/{row.public_id}/remove"):
        assert staff.get(page(acme, rest)).status_code == 404, rest
    for rest in ("", "/domains/new", f"/domains/{row.public_id}/check", f"/domains/{row.public_id}/remove"):
        assert submit(staff, page(acme, rest), {"host": "x.acme.example"}).status_code == 404, rest
    assert only().host == "talk.acme.example"
