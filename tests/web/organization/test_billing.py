"""Billing as an organization's people see it: the draft, invoices as page and PDF, orders, and whom they are for."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import and_, select, update

from portal.base.db import db
from portal.models import AuditEvent, Organization, SubscriptionCycle, User, Workspace, scope
from portal.operations import usage
from portal.operations.invoicing import issue
from portal.operations.payments import pay
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole
from tests import factories
from tests.support import accounts
from tests.support.accounts import OCTOBER, at
from tests.support.insiders import browser
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.people import submit
from tests.web.admin.test_invoices import by
from tests.web.admin.test_plans import fields_of

BILLING = ("billing", "billing/invoices", "billing/orders", "billing/details", "billing/draft.pdf")


@pytest.fixture
def acme(app: Flask, mailbox: Mailbox) -> Organization:
    """An organization of two workspaces that used something in November, with an invoice for October."""
    with unit() as session:
        of, (acme, _) = accounts.account(session, "Beta", per_message=Decimal("0.02"), tax_percent=Decimal(10))
        usage.count(session, acme.id, date(2026, 11, 3), {"sent": 400}, ["a", "b"])
        key = of.public_id
    issue(key, OCTOBER, by(at(11, 3)))
    return db.session.scalars(select(Organization)).one()


def client_of(app: Flask, of: Organization, role: OrganizationRole) -> FlaskClient:
    person = factories.user(f"{role.value}@acme.example")
    factories.member(of, person, role)
    return browser(app, person)


def test_each_role_opens_billing_or_does_not(app: Flask, acme: Organization) -> None:
    for role in OrganizationRole:
        client = client_of(app, acme, role)
        expected = 200 if role in (OrganizationRole.ADMIN, OrganizationRole.BILLING_ADMIN) else 403
        assert {client.get(f"/o/acme-group/{page}").status_code for page in BILLING} == {expected}, role


def test_the_draft_is_the_month_so_far(app: Flask, acme: Organization) -> None:
    client = client_of(app, acme, OrganizationRole.BILLING_ADMIN)
    page = client.get("/o/acme-group/billing").text
    # 25.00 + 15.00 on the 12th; 400 × 0.02 = 8.00; 2 contacts − 1,000 of Beta = none; tax 10 % of 48.00: 52.80.
    assert re.search(r'data-figure="total" value="5280" data-currency="USD"', page)
    assert "INV-2026-00001" in page and "Acme Corporation" in page
    answer = client.get("/o/acme-group/billing/draft.pdf")
    text = " ".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
    assert "DRAFT" in text and "52.80" in text


def test_what_begins_by_the_month_s_end_is_expected(app: Flask, acme: Organization) -> None:
    client, url = client_of(app, acme, OrganizationRole.BILLING_ADMIN), "/o/acme-group/billing"
    assert "Expected until" not in client.get(url).text
    beta = db.session.scalars(select(Workspace).where(~Workspace.is_primary)).one()
    days = {"began_on": date(2026, 10, 28), "ends_on": date(2026, 11, 28), "anchor": 28}
    of_it = and_(SubscriptionCycle.workspace_id == beta.id, SubscriptionCycle.began_on == date(2026, 10, 12))
    with scope.platform(), unit() as session:
        session.execute(update(SubscriptionCycle).where(of_it).values(days))
    text = words(client.get(url).text)
    assert "Expected until 30 Nov 2026" in text
    assert re.search(r"28 Nov 2026.{1,4}27 Dec 2026", text)
    assert "48.00 before tax" in text, text[text.index("With the draft") :][:120]


def test_invoices_are_their_own_alone(app: Flask, acme: Organization) -> None:
    client = client_of(app, acme, OrganizationRole.ADMIN)
    listed = client.get("/o/acme-group/billing/invoices").text
    own = re.findall(r'data-invoice="(\w+)"', listed)
    assert len(own) == 1
    url = f"/o/acme-group/billing/invoices/{own[0]}"
    assert "44.00" in client.get(url).text and client.get(url + "/pdf").mimetype == "application/pdf"
    owner = factories.user("bea@example.test")
    factories.workspace("Gamma", owner)
    other = db.session.scalars(select(Organization.slug).where(Organization.name == "Gamma")).one()
    stranger = browser(app, owner)
    for page in ("", "/pdf"):
        assert stranger.get(f"/o/{other}/billing/invoices/{own[0]}{page}").status_code == 404
        assert stranger.get(url + page).status_code == 404


def test_a_payment_shows_as_orders(app: Flask, acme: Organization) -> None:
    client = client_of(app, acme, OrganizationRole.ADMIN)
    assert "There is no order yet" in client.get("/o/acme-group/billing/orders").text
    own = re.findall(r'data-invoice="(\w+)"', client.get("/o/acme-group/billing/invoices").text)[0]
    pay(own, "Bank transfer", "TRX", by(at(11, 9)))
    assert client.get("/o/acme-group/billing/orders").text.count("data-order=") == 2


def test_a_payment_is_of_one_day_wherever_it_stands(app: Flask, acme: Organization) -> None:
    """Late in the evening of UTC it is the next day for readers in India."""
    client = client_of(app, acme, OrganizationRole.ADMIN)
    with unit() as session:
        session.execute(update(User).values(timezone="Asia/Kolkata"))
    home = "/o/acme-group/billing"
    own = re.findall(r'data-invoice="(\w+)"', client.get(f"{home}/invoices").text)[0]
    pay(own, "Bank transfer", "TRX", by(at(11, 9, 21)))
    assert "10 Nov 2026" in client.get(f"{home}/orders").text
    page, paper = client.get(f"{home}/invoices/{own}"), client.get(f"{home}/invoices/{own}/pdf")
    text = " ".join(PdfReader(io.BytesIO(paper.data)).pages[0].extract_text().split())
    for said in (words(page.text), text):
        assert "10 Nov 2026" in said and "9 Nov 2026" not in said
    for short in ("", "/invoices", f"/invoices/{own}"):
        assert "paid 10 Nov" in words(client.get(home + short).text), short


def test_billing_details_are_checked_saved_and_told(app: Flask, acme: Organization) -> None:
    client = client_of(app, acme, OrganizationRole.BILLING_ADMIN)
    url = "/o/acme-group/billing/details"
    form = {"company_name": "Acme Ltd", "address": "1 High Street\nLeeds", "country": "Nowhere", "billing_email": "x"}
    answer = submit(client, url, form | {"version": "1"})
    assert answer.status_code == 422 and "1 High Street\nLeeds" in answer.text
    assert "There is no country" in answer.text and "full e-mail address" in answer.text
    form |= {"country": "united kingdom", "billing_email": "pay@acme.example", "tax_id": "GB1", "version": "1"}
    assert submit(client, url, form).status_code == 303
    db.session.rollback()
    row = db.session.scalars(select(Organization)).one()
    assert (row.country, row.billing_email, row.address, row.version) == ("GB", "pay@acme.example", form["address"], 2)
    texts = db.session.scalars(select(Workspace.search_text)).all()
    assert all("pay@acme.example" in text for text in texts), "workspaces are searched by it"
    assert "organization.changed" in db.session.scalars(select(AuditEvent.action)).all()


def test_who_comes_too_late_with_billing_details_sees_both_versions(app: Flask, acme: Organization) -> None:
    client, url = client_of(app, acme, OrganizationRole.BILLING_ADMIN), "/o/acme-group/billing/details"
    opened = fields_of(client.get(url).text)
    submit(client, url, opened | {"company_name": "Acme Ltd", "tax_id": "GB1", "country": "GB"})
    said = opened | {
        "seen": "",
        "version": "2",
        "company_name": "Acme Ltd",
        "tax_id": "GB1",
        "country": "united kingdom",
    }
    assert submit(client, url, said).status_code == 303, "that says the same in other words"
    stale = submit(client, url, opened | {"company_name": "Later", "address": "1 High Street"})
    said = words(stale.text)
    assert stale.status_code == 409 and "There now Acme Ltd" in said and "Yours Later" in said
    assert "GB1" not in said, "what one did not touch is not asked about"
    sent = fields_of(stale.text) | {"company_name": "Later", "address": "1 High Street"}
    assert submit(client, url, sent).status_code == 303
    db.session.rollback()
    row = db.session.scalars(select(Organization)).one()
    assert (row.company_name, row.address, row.tax_id) == ("Later", "1 High Street", "GB1")
    assert row.version == 3, "two changes"
