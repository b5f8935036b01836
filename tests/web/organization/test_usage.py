"""An organization's month: contacts pooled over its workspaces, their shares, and how the discount stands."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.base.db import db
from portal.models import Organization, Plan, User, Workspace
from portal.operations import usage
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole
from portal.rules.lifecycle import Stage
from tests import factories
from tests.support import insiders
from tests.support.family import family, named
from tests.support.insiders import browser
from tests.support.pages import figures, words


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """The primary of an organization of two that pay."""
    primary = family("Acme Returns")
    for name in ("Acme Logistics", "Acme Returns"):
        insiders.change(named(name), stage=Stage.ACTIVE, activated_on=date(2026, 1, 1))
    return primary


@pytest.fixture
def olive(app: Flask, acme: Workspace) -> FlaskClient:
    """Its admin in her browser."""
    return browser(app, db.session.get_one(User, acme.owner_id))


def write_to(name: str, contacts: int, day: date = date(2026, 11, 3), **counts: int) -> None:
    """So many contacts were written to."""
    key = named(name).id
    with unit() as session:
        usage.count(session, key, day, counts, [f"c{number}" for number in range(contacts)])


def path(acme: Workspace) -> str:
    return f"/o/{db.session.get_one(Organization, acme.organization_id).slug}/usage"


def test_contacts_are_pooled_and_shared(olive: FlaskClient, acme: Workspace) -> None:
    write_to("Acme Logistics", 6, sent=30, minutes=4)
    write_to("Acme Returns", 2, sent=5)
    write_to("Acme Returns", 2, day=date(2026, 11, 9), sent=1)
    page = olive.get(path(acme)).text
    shown = figures(page)
    assert (shown["active_contacts"].value, shown["month_sent"].value) == ("8", "36")
    text = words(page)
    assert "4 call minutes" in text
    assert "Acme Logistics Primary 6 contacts 75 % 0 included 30 sent 4 minutes" in text
    assert "Acme Returns 2 contacts 25 % 1,000 included 6 sent 0 minutes" in text
    assert "The primary workspace has no free contacts" in text
    assert "6 Nov" in text, "the course, day by day"


def test_what_credit_pays_and_trials_stand_apart_from_the_pool(olive: FlaskClient, acme: Workspace) -> None:
    factories.workspace("Acme Labs", organization=_public_id(acme), plan="Group", status="trial")
    insiders.change(named("Acme Returns"), bill_to_platform_credit=True)
    with unit() as session:
        session.get_one(Plan, acme.plan_id).discount_tiers = [[10, 25]]
    for name, contacts in (("Acme Logistics", 6), ("Acme Returns", 20), ("Acme Labs", 3)):
        write_to(name, contacts)
    page = olive.get(path(acme)).text
    shown, text = figures(page), words(page)
    assert (shown["active_contacts"].value, shown["billed_contacts"].value) == ("29", "6")
    assert "Active contacts 29 6 of them in the pool" in text and "5 more active contacts this month" in text
    assert "Acme Logistics Primary 6 contacts 100 % 0 included" in text
    apart = text[text.index("Not in the pool") :]
    assert "Acme Returns on platform credit 20 contacts" in apart and "Acme Labs on trial 3 contacts" in apart


def _public_id(acme: Workspace) -> str:
    return db.session.get_one(Organization, acme.organization_id).public_id


def test_another_account_s_contacts_are_not_in_it(olive: FlaskClient, acme: Workspace) -> None:
    factories.workspace("Beta Freight", factories.user("bea@example.test"))
    write_to("Beta Freight", 9, sent=9)
    page = olive.get(path(acme)).text
    assert figures(page)["active_contacts"].value == "0"
    assert "Nobody was written to this month" in words(page)
    assert "Beta" not in page


@pytest.mark.parametrize(
    ("contacts", "approved", "said"),
    [
        (10, False, "1 more active contact this month, and 25 % is taken off those that are billed. At this pace"),
        (11, False, "The threshold of 25 % is passed. The discount is given once it is approved for you. Ask for"),
        (11, True, "The threshold is passed: 25 % off the contacts that are billed this month."),
    ],
)
def test_the_discount_is_told_as_it_stands(
    olive: FlaskClient, acme: Workspace, contacts: int, approved: bool, said: str
) -> None:
    with unit() as session:
        session.get_one(Plan, acme.plan_id).discount_tiers = [[10, 25]]
        session.get_one(Organization, acme.organization_id).volume_discount = approved
    write_to("Acme Logistics", contacts)
    text = words(olive.get(path(acme)).text)
    assert said in text
    assert ("Ask for the volume discount" in text) == (not approved)


def test_who_sees_it(app: Flask, acme: Workspace) -> None:
    for role in OrganizationRole:
        person = factories.user(f"{role.value}@acme.example")
        factories.member(db.session.get_one(Organization, acme.organization_id), person, role)
        may = role in (OrganizationRole.ADMIN, OrganizationRole.BILLING_ADMIN)
        assert browser(app, person).get(path(acme)).status_code == (200 if may else 403), role
