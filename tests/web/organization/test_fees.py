"""Plan and fees on an organization's Billing page: what its next cycle and its next invoice are reckoned by."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Organization, Workspace
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole
from portal.rules.pricing import Cycle
from tests import factories
from tests.support import accounts, tenants
from tests.support.insiders import browser

CARD = {"per_message": Decimal("0.0125"), "per_number": Decimal(2), "tax_percent": Decimal("7.5"), "payment_days": 30}


def fees(app: Flask, of: Organization) -> dict[str, tuple[str, str]]:
    """Value for machines, and all that stands in the line, by its name."""
    boss = factories.user("boss@acme.example")
    factories.member(of, boss, OrganizationRole.ADMIN)
    page = browser(app, boss).get(f"/o/{of.slug}/billing").text
    found = re.findall(r'<tr data-fee="(\w+)">(.*?)</tr>', page, re.S)
    texts = {name: " ".join(re.sub("<[^>]+>", " ", row).split()) for name, row in found}
    return {name: (re.findall(r'<data value="([^"]*)"', row)[0], texts[name]) for name, row in found}


@pytest.fixture
def acme(app: Flask) -> Organization:
    with unit() as session:
        of, _ = accounts.account(session, "Beta", "Gamma", **CARD)
    return of


def test_several_workspaces_pay_by_their_primary_s_plan(app: Flask, acme: Organization) -> None:
    found = fees(app, acme)
    expected = {"price": "2500", "child_fee": "1500", "included": "0", "contact": "0.01", "message": "0.0125"}
    expected |= {"minute": "0", "number": "2", "extension": "0", "tax": "7.5", "payment_days": "30"}
    assert {name: found[name][0] for name in expected} == expected
    assert "Group" in found["plan"][1] and "Monthly" in found["cycle"][1]
    assert found["price"][1].endswith("25.00 a month") and "2 now" in found["child_fee"][1]
    assert "25 % above 100,000" in found["discount"][1] and "Not approved" in found["discount"][1]
    assert "Free of charge" in found["minute"][1] and found["payment_days"][1].endswith("30 days")


def test_one_workspace_pays_its_own_price_with_its_plan_s_contacts(app: Flask, acme: Organization) -> None:
    with unit() as session:
        of = tenants.organization(session, "Solo", "USD", volume_discount=True)
        small = session.scalars(select(Workspace.plan_id).where(Workspace.name == "Beta")).one()
        row = tenants.workspace(session, of, "Alone", None, timezone="UTC")
        row.plan_id, row.billing_cycle, row.custom_amount, row.custom_months = small, Cycle.CUSTOM, 12_345, 6
    found = fees(app, db.session.merge(of))
    assert "child_fee" not in found and found["included"][0] == "1000"
    assert (found["price"][0], found["payment_days"][0]) == ("12345", "14")
    assert "123.45 every 6 months" in found["price"][1] and "Own price" in found["cycle"][1]
    assert found["discount"][1].endswith("Approved") and "Not approved" not in found["discount"][1]
