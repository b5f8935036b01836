"""Changing an organization: what each role may, what fixes the currency, and two people at once."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import CreditEntry, Invoice, Organization, RateCard, SubscriptionCycle, Workspace
from portal.models.credit import CreditKind
from portal.operations import organization_changes
from portal.operations.organization_changes import Changed, Stale
from portal.operations.unit import unit
from portal.queries.organization_detail import Account, account
from portal.rules.access import Permission
from portal.rules.errors import Forbidden, Invalid, NotFound
from portal.rules.pricing import Cycle
from tests import factories
from tests.support import tenants
from tests.support.clocks import NOW
from tests.support.creation import BY, actions, check_platform
from tests.support.family import add, family, named

EDIT, BILLING = Permission.ORGANIZATION_EDIT, Permission.ORGANIZATION_BILLING


@pytest.fixture
def acme(app: Flask) -> str:
    """Acme's public id, with a child; its plan has prices in INR alone."""
    family("Acme Goa")
    return db.session.scalars(select(Organization.public_id)).one()


def change(organization: str, *may: Permission, version: int | None = None, **wanted: Any) -> Changed:
    db.session.rollback()
    seen = account(organization).version if version is None else version
    return organization_changes.change(organization, wanted, BY, may=may or (EDIT, BILLING), version=seen)


def now(organization: str) -> Account:
    db.session.rollback()
    return account(organization)


def card(name: str, currency: str) -> str:
    row = RateCard(name=name, currency=currency)
    add(row)
    db.session.rollback()
    return db.session.scalars(select(RateCard.public_id).where(RateCard.name == name)).one()


def test_the_profile_is_changed_and_its_workspaces_are_sorted_and_found_by_it(acme: str) -> None:
    made = change(
        acme, name="Zenith Group", billing_email="Bills@Zenith.example", country="India", address="1 Road\nGoa"
    )
    assert set(made.fields) == {"name", "billing_email", "country", "address"}
    found = now(acme)
    assert (found.name, found.billing_email, found.country, found.version) == (
        "Zenith Group",
        "Bills@zenith.example",
        "IN",
        2,
    )
    goa = named("Acme Goa")
    assert goa.organization_key == "zenith group" and "zenith.example" in goa.search_text
    assert actions()[-1] == "organization.changed"
    check_platform()


def test_what_reads_the_same_changes_nothing(acme: str) -> None:
    before = len(actions())
    assert change(acme, name="  Acme Logistics ", version=99) == Changed((), 1)
    assert len(actions()) == before


@pytest.mark.parametrize(
    ("may", "wanted"),
    [((EDIT,), {"volume_discount": True}), ((BILLING,), {"name": "Beta"}), ((EDIT,), {"currency": "USD"})],
)
def test_each_role_changes_its_own_fields_alone(acme: str, may: tuple[Permission, ...], wanted: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        change(acme, *may, **wanted)
    assert now(acme).version == 1


def test_who_saves_over_somebody_else_is_shown_their_version(acme: str) -> None:
    change(acme, name="Theirs", version=1)
    with pytest.raises(Stale) as stale:
        change(acme, name="Mine", version=1)
    assert (stale.value.theirs.name, now(acme).name) == ("Theirs", "Theirs")


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("name", "x" * 201), ("billing_email", "nobody"), ("country", "Narnia"), ("tax_id", "1" * 65)],
)
def test_a_bad_value_is_refused_at_its_field(acme: str, field: str, value: str) -> None:
    with pytest.raises(Invalid) as invalid:
        change(acme, **{field: value})
    assert set(invalid.value.errors) == {field}


def test_a_rate_card_is_one_of_its_currency(acme: str) -> None:
    india, dollars = card("India", "INR"), card("Dollars", "USD")
    change(acme, rate_card=india)
    assert now(acme).rate_card == "India"
    for wrong in (dollars, "rat_nothing"):
        with pytest.raises(Invalid) as invalid:
            change(acme, rate_card=wrong)
        assert set(invalid.value.errors) == {"rate_card"}
    change(acme, rate_card="")
    assert now(acme).rate_card is None


def test_the_currency_is_fixed_by_the_first_invoice(acme: str) -> None:
    values = {"month": date(2026, 10, 1), "currency": "INR", "total_minor": 1, "issued_at": NOW}
    add(Invoice(organization_id=now(acme).key, number="INV-1", due_on=date(2026, 11, 1), **values))
    with pytest.raises(Invalid, match="is fixed"):
        change(acme, currency="USD")


def test_a_currency_that_a_plan_has_no_price_in_is_refused(acme: str) -> None:
    with pytest.raises(Invalid, match="no monthly price in USD"):
        change(acme, currency="USD")


def test_amounts_of_the_old_currency_are_in_the_way_of_another(acme: str) -> None:
    with unit() as session:
        session.scalars(select(Workspace).where(Workspace.name == "Acme Goa")).one().spend_cap = 500
    with pytest.raises(Invalid, match="spend cap in INR"):
        change(acme, currency="USD")


def test_what_was_booked_or_begun_in_the_old_currency_is_in_the_way_too(acme: str) -> None:
    goa, found = named("Acme Goa"), now(acme)
    cycle = {"began_on": date(2026, 11, 1), "ends_on": date(2026, 12, 1), "anchor": 1, "cycle": Cycle.MONTHLY}
    add(SubscriptionCycle(workspace_id=goa.id, amount_minor=5, **cycle))
    with pytest.raises(Invalid, match="A cycle of Acme Goa has begun"):
        change(acme, currency="USD")
    booked = {"amount_minor": 5, "balance_minor": 5, "booked_at": NOW, "booked_by": "Alice", "currency": "INR"}
    add(CreditEntry(organization_id=found.key, kind=CreditKind.ADJUSTMENT, **booked))
    with pytest.raises(Invalid, match="credit was booked in INR"):
        change(acme, currency="USD")


def test_another_currency_is_that_of_all_its_workspaces_and_the_rate_card_has_to_fit(app: Flask) -> None:
    with unit() as session:
        prices = {(Cycle.MONTHLY, code): 100 for code in ("INR", "USD")}
        tenants.plan(session, "Both", prices=prices, created_at=NOW)
    factories.plan()
    row = factories.workspace(plan="Both", status="trial")
    acme = db.session.scalars(select(Organization.public_id)).one()
    change(acme, rate_card=card("India", "INR"))
    with pytest.raises(Invalid, match="is in INR"):
        change(acme, currency="USD")
    change(acme, currency="USD", rate_card="")
    db.session.rollback()
    assert named(row.name).currency == "USD"
    check_platform()


def test_there_is_no_such_organization(app: Flask) -> None:
    with pytest.raises(NotFound):
        organization_changes.change("org_nothing", {"name": "X"}, BY, may=(EDIT,), version=1)
