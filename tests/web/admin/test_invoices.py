"""Invoices as staff see them: lists, one with its lines, the PDF; and 40 days of usage told alike everywhere."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from portal.base.db import db
from portal.models import Invoice, InvoiceState, Organization
from portal.operations import payments, usage
from portal.operations.invoicing import issue
from portal.operations.unit import unit
from portal.queries.account_usage import account_usage
from portal.queries.invoices import draft
from portal.rules.access import OrganizationRole, StaffRole
from portal.rules.actors import Actor
from portal.rules.invoice_lines import LineKind
from tests import factories
from tests.support import accounts, pages
from tests.support.accounts import ISSUE, NOVEMBER, at
from tests.support.clocks import Clock
from tests.support.insiders import browser
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit


def by(now: datetime = ISSUE) -> Actor:
    return Actor.job("invoices", now)


def text_of(pdf: bytes) -> str:
    """All that the file says, in one line."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def figures(page: str) -> dict[str, int]:
    """The quantity of each kind of line, and the total, as the page has them for machines."""
    found = {
        kind: int(count)
        for kind, count in re.findall(r'data-line="(\w+)".*?<td class="num quantity"><data value="(\d+)"', page)
    }
    total = re.search(r'data-figure="total" value="(\d+)"', page)
    assert total
    return found | {"total": int(total[1])}


def forty_days() -> tuple[int, str, int, int, set[str]]:
    """Raw usage from 22 October to 30 November, each day in a few events: the organization's keys, and what of it fell
    into November."""
    rng, first = Random(40), date(2026, 10, 22)
    sent, minutes, people = 0, 0, set[str]()
    with unit() as session:
        of, (acme,) = accounts.account(
            session, per_message=Decimal("0.0125"), per_minute=Decimal("0.31"), tax_percent=Decimal("18")
        )
        for number in range(40):  # 22 October to 30 November; each day in a few events
            day = first + timedelta(days=number)
            for _ in range(3):
                counts = {"sent": rng.randrange(400), "minutes": rng.randrange(60), "received": rng.randrange(9)}
                contacts = {f"+1202{rng.randrange(9000):07}" for _ in range(counts["sent"])}
                usage.count(session, acme.id, day, counts, contacts)
                if day >= NOVEMBER:
                    sent, minutes, people = sent + counts["sent"], minutes + counts["minutes"], people | contacts
        key, public_id = of.id, of.public_id
    return key, public_id, sent, minutes, people


def test_40_days_of_raw_usage_are_the_same_on_usage_draft_invoice_and_pdf(
    app: Flask, client: FlaskClient, mailbox: Mailbox, clock: Clock
) -> None:
    key, public_id, sent, minutes, people = forty_days()
    # By hand: 25.00; messages × 0.0125; minutes × 0.31; contacts × 0.01, none free; tax 18 % of the sum; half up.
    lines = [25_00, half_up(sent * 125, 100), minutes * 31, len(people)]
    total = sum(lines) + half_up(sum(lines) * 18, 100)

    at_the_end = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    used = account_usage(key, at_the_end)
    assert (used.messages, used.minutes, used.contacts, used.billed) == (sent, minutes, len(people), len(people))
    assert used.course[-1] == (date(2026, 11, 30), len(people))

    drafted = draft(key, at_the_end)
    assert {line.kind: int(line.quantity) for line in drafted.sheet.groups[0].lines[1:]} == {
        LineKind.MESSAGES: sent,
        LineKind.MINUTES: minutes,
    }
    assert drafted.sheet.total == total

    invoice = issue(public_id, NOVEMBER, by())
    assert accounts.invoice(invoice).total_minor == total
    clock.at(ISSUE)
    log_in(client, factories.staff(StaffRole.FINANCE))
    shown = figures(client.get(f"/admin/invoices/{invoice}").text)
    assert shown["total"] == total
    assert (shown["messages"], shown["minutes"], shown["contacts"]) == (sent, minutes, len(people))

    answer = client.get(f"/admin/invoices/{invoice}/pdf")
    assert answer.mimetype == "application/pdf" and answer.headers["Content-Disposition"].endswith('0001.pdf"')
    text = text_of(answer.data)
    for figure in (f"{sent:,}", f"{minutes:,}", f"{len(people):,}", f"{total / 100:,.2f}"):
        assert figure in text, figure
    for minor in lines:
        assert f"{minor / 100:,.2f}" in text


def test_the_customer_s_pages_show_the_same(app: Flask, mailbox: Mailbox, clock: Clock) -> None:
    key, _, sent, minutes, people = forty_days()
    nadia = factories.user("nadia@acme.example")
    factories.member(db.session.get_one(Organization, key), nadia, OrganizationRole.BILLING_ADMIN)
    clock.at(datetime(2026, 11, 30, 23, 50, tzinfo=UTC))
    client = browser(app, nadia)
    page = client.get("/o/acme-group/usage").text
    shown, expected = pages.figures(page), {"active_contacts": len(people), "billed_contacts": len(people)}
    expected["month_sent"] = sent
    assert {name: int(shown[name].value) for name in expected} == expected
    assert f"{minutes:,} call minutes" in page
    drafted = figures(client.get("/o/acme-group/billing").text)
    assert (drafted["messages"], drafted["minutes"], drafted["contacts"]) == (sent, minutes, len(people))
    text = text_of(client.get("/o/acme-group/billing/draft.pdf").data)
    assert f"{drafted['total'] / 100:,.2f}" in text and f"{len(people):,}" in text


def half_up(value: int, by: int) -> int:
    return (2 * value + by) // (2 * by)


@pytest.mark.parametrize(
    "name", ["Ворота", "Ünlü & Söhne", "شركة النور للتجارة", "東京商事株式会社", "भारत उद्योग", "<Acme> “Co”"]
)
def test_names_of_any_script_are_on_the_paper(app: Flask, client: FlaskClient, mailbox: Mailbox, name: str) -> None:
    with unit() as session:
        of, (acme, _) = accounts.account(session, "Beta")
        of.company_name = acme.name = name
        key = of.public_id
    invoice = issue(key, NOVEMBER, by())
    log_in(client, factories.staff())
    text = text_of(client.get(f"/admin/invoices/{invoice}/pdf").data)
    assert "INV-2026-00001" in text and "40.00" in text
    assert text.count("25.00") == 3, "the workspace's sum, behind its name, in letters of the right font"
    missing = [letter for word in name.split() for letter in word if letter not in text]
    assert not missing or "شركة" in name, missing  # Arabic letters come back in their joined forms


@pytest.fixture
def three(app: Flask, mailbox: Mailbox) -> list[str]:
    """Invoices for September to November of one organization: paid, late and open at the tests' instant of issue."""
    with unit() as session:
        of, _ = accounts.account(session, "Beta")
        key = of.public_id
    found = [issue(key, date(2026, month, 1), by(at(month + 1, 3))) or "" for month in (9, 10, 11)]
    payments.pay(found[0], "Card", "TRX-9", by(at(10, 9)))
    return found


def test_the_list_shows_what_became_of_each(client: FlaskClient, three: list[str], clock: Clock) -> None:
    clock.at(at(12, 4))
    log_in(client, factories.staff(StaffRole.AUDITOR))
    page = client.get("/admin/invoices/").text
    assert re.findall(r'data-invoice="(\w+)"', page) == three[::-1]
    for state, expected in (("open", three[2]), ("overdue", three[1]), ("paid", three[0])):
        rows = re.findall(r'data-invoice="(\w+)"', client.get(f"/admin/invoices/?state={state}").text)
        assert rows == [expected], state
    assert not re.findall(r'data-invoice="(\w+)"', client.get("/admin/invoices/?q=nobody").text)
    assert len(re.findall(r'data-invoice="(\w+)"', client.get("/admin/invoices/?q=acme+2026-00002").text)) == 1
    assert "Record payment" not in client.get(f"/admin/invoices/{three[2]}").text, "an auditor changes nothing"


def test_a_payment_is_recorded_and_shown(client: FlaskClient, three: list[str], clock: Clock) -> None:
    clock.at(at(12, 4))
    log_in(client, factories.staff(StaffRole.FINANCE))
    url = f"/admin/invoices/{three[2]}"
    refused = submit(client, url + "/pay", {"method": " ", "reference": "TRX-11"})
    assert refused.status_code == 422 and "TRX-11" in refused.text and "Enter how it was paid" in refused.text
    assert submit(client, url + "/pay", {"method": "Bank transfer", "reference": "TRX-11"}).status_code == 303
    page = client.get(url).text
    assert "Paid by" in page and page.count("TRX-11") == 2, "an order for each of the two workspaces"
    assert client.get(url + "/pay").status_code == 409


def test_a_void_one_says_why(client: FlaskClient, three: list[str], clock: Clock) -> None:
    clock.at(at(12, 4))
    log_in(client, factories.staff(StaffRole.FINANCE))
    url = f"/admin/invoices/{three[1]}"
    assert submit(client, url + "/void", {"reason": ""}).status_code == 422
    assert submit(client, url + "/void", {"reason": "Wrong company"}).status_code == 303
    assert "Void: <bdi>Wrong company" in client.get(url).text
    assert "VOID" in text_of(client.get(url + "/pdf").data)


def test_what_was_issued_stays_whatever_changes_later(client: FlaskClient, three: list[str], clock: Clock) -> None:
    with unit() as session:
        of = session.scalars(select(Organization)).one()
        of.company_name, of.address = "Renamed Ltd", "Elsewhere"
    log_in(client, factories.staff(StaffRole.FINANCE))
    page = client.get(f"/admin/invoices/{three[2]}").text
    assert "Acme Corporation" in page and "Renamed Ltd" not in page
    assert db.session.scalars(select(Invoice.state).order_by(Invoice.id)).all()[0] is InvoiceState.PAID


def test_an_organization_s_page_leads_to_its_books(client: FlaskClient, three: list[str]) -> None:
    log_in(client, factories.staff(StaffRole.AUDITOR))
    of = db.session.scalars(select(Organization.public_id)).one()
    page = client.get(f"/admin/organizations/{of}").text
    for url in (f"/admin/invoices/?organization={of}", f"/admin/orders/?organization={of}", f"/admin/credit/{of}"):
        assert f'href="{url}"' in page and client.get(url).status_code == 200
    assert len(re.findall(r"data-invoice=", client.get(f"/admin/invoices/?organization={of}").text)) == 3
    assert not re.findall(r"data-invoice=", client.get("/admin/invoices/?organization=org_nobody").text)
