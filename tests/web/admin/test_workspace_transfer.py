"""Transferring a workspace by the screen: where to, what it does, who comes along, and the password once more."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Membership, Organization, OrganizationMember, User
from portal.operations.unit import unit
from portal.rules.access import StaffRole, WorkspaceRole
from tests import factories
from tests.support.clocks import NOW, Clock
from tests.support.family import add, family, named
from tests.support.people import log_in, submit


@pytest.fixture
def alice(client: FlaskClient) -> FlaskClient:
    """Acme has a child in Goa with Ann in its team; Beta takes further ones, Dollar is billed in USD."""
    log_in(client, factories.staff())
    family("Acme Goa")
    factories.workspace("Beta", factories.user("ben@example.test"), plan="Group")
    factories.organization("Dollar", "USD")
    ann, goa = factories.user("ann@example.test"), named("Acme Goa")
    add(Membership(workspace_id=goa.id, user_id=ann.id, role=WorkspaceRole.AGENT, created_at=NOW))
    add(OrganizationMember(organization_id=goa.organization_id, user_id=ann.id, role="member", created_at=NOW))
    with unit() as session:
        session.merge(goa).user_count = 2
    return client


def page_of(name: str) -> str:
    return f"/admin/workspaces/{named(name).public_id}/transfer"


def place(name: str) -> Organization:
    db.session.rollback()
    return db.session.scalars(select(Organization).where(Organization.name == name)).one()


def person(email: str) -> str:
    return db.session.scalars(select(User.public_id).where(User.email_key == email)).one()


def test_it_is_found_chosen_looked_at_and_done(alice: FlaskClient) -> None:
    there = page_of("Acme Goa")
    assert "before anything happens" in alice.get(there).text
    options = alice.get(there + "/organizations?organization=b", headers={"HX-Request": "true"}).text
    assert "Beta" in options
    review = alice.get(f"{there}?organization=beta").text
    assert "Transfer <bdi>Acme Goa</bdi> to <bdi>Beta</bdi>?" in review and "ann@example.test" in review
    fields = {"organization": place("Beta").public_id, "reason": "Sold"}
    answer = submit(alice, there, fields)
    assert (answer.status_code, answer.location) == (303, there.removesuffix("/transfer"))
    assert named("Acme Goa").organization_id == place("Beta").id


def test_whoever_is_not_ticked_stays_behind_and_the_owner_never_does(alice: FlaskClient) -> None:
    fields = {
        "organization": place("Beta").public_id,
        "reason": "Sold",
        "choose": "1",
        "keep": [person("ben@example.test")],
    }
    assert submit(alice, page_of("Acme Goa"), fields).status_code == 303
    goa = named("Acme Goa")
    assert goa.user_count == 1
    members = select(User.email).join(OrganizationMember, OrganizationMember.user_id == User.id)
    here = set(db.session.scalars(members.where(OrganizationMember.organization_id == goa.organization_id)))
    assert here == {"ben@example.test", "olive@example.test"}


def test_without_a_reason_it_asks_again_and_keeps_the_ticks(alice: FlaskClient) -> None:
    fields = {"organization": place("Beta").public_id, "reason": " ", "choose": "1"}
    answer = submit(alice, page_of("Acme Goa"), fields)
    assert answer.status_code == 422 and "Say why" in answer.text
    assert f'value="{person("ann@example.test")}">' in answer.text
    assert named("Acme Goa").organization_id == place("Acme Logistics").id


@pytest.mark.parametrize(
    ("to", "why"),
    [("Dollar", "billed in USD"), ("Acme Logistics", "belongs to Acme Logistics already"), ("nowhere", "no such")],
)
def test_where_it_cannot_go_is_said_at_the_field(alice: FlaskClient, to: str, why: str) -> None:
    known = to if to == "nowhere" else place(to).public_id
    answer = alice.get(f"{page_of('Acme Goa')}?organization={known}")
    assert answer.status_code == 422 and why in answer.text
    assert named("Acme Goa").organization_id == place("Acme Logistics").id


def test_the_search_names_the_impossible_ones_with_the_reason(alice: FlaskClient) -> None:
    found = alice.get(page_of("Acme Goa") + "?organization=dollar&find=organization").text
    assert "billed in USD" in found and "disabled" in found


def test_a_primary_of_others_has_no_page_for_it(alice: FlaskClient) -> None:
    assert alice.get(page_of("Acme Logistics")).status_code == 409


def test_the_password_is_asked_for_once_more_and_then_this_page_comes_back(alice: FlaskClient, clock: Clock) -> None:
    there = page_of("Acme Goa")
    clock.advance(minutes=16)
    answer = alice.get(there)
    assert answer.status_code == 303 and answer.location == f"/me/confirm?next={there}"
    assert clock() > NOW + timedelta(minutes=15)
    submit(alice, "/me/confirm", {"password": factories.PASSWORD, "next": there})
    assert alice.get(there).status_code == 200


@pytest.mark.parametrize("role", [StaffRole.SUPPORT, StaffRole.FINANCE, StaffRole.AUDITOR])
def test_nobody_but_an_owner_of_the_platform_transfers(app: Flask, alice: FlaskClient, role: StaffRole) -> None:
    browser, there = app.test_client(), page_of("Acme Goa")
    log_in(browser, factories.staff(role))
    assert browser.get(there).status_code == 403
    assert "Transfer…" not in browser.get(there.removesuffix("/transfer")).text
    assert "Transfer…" in alice.get(there.removesuffix("/transfer")).text
