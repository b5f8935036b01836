"""Billing in the browser: the PDF that is taken away says what the page says; a payment that lifts a hold."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from portal.base.db import db
from portal.models import Organization, Workspace
from portal.operations import holds, usage
from portal.operations.holds import NewHold
from portal.operations.invoicing import issue
from portal.operations.unit import unit
from portal.rules.access import STAFF, OrganizationRole, StaffRole
from portal.rules.lifecycle import HoldKind
from tests import factories
from tests.support import accounts
from tests.support.accounts import OCTOBER, at
from tests.support.browsers import looks_right
from tests.support.mails import Mailbox
from tests.support.people import log_in
from tests.support.servers import Server
from tests.web.admin.test_invoices import by


def issued() -> tuple[Organization, str]:
    """An organization whose October is invoiced, with usage, contacts and tax; and the invoice's public id."""
    with unit() as session:
        of, (acme, _) = accounts.account(session, "Beta", per_message=Decimal("0.02"), tax_percent=Decimal(10))
        usage.count(session, acme.id, date(2026, 10, 13), {"sent": 1234}, [f"c{n}" for n in range(1700)])
        key = of.public_id
    invoice = issue(key, OCTOBER, by(at(11, 3)))
    assert invoice
    return db.session.scalars(select(Organization)).one(), invoice


def said_by(page: Page, link: str, folder: Path) -> str:
    """All that the file behind this link says, in one line."""
    with page.expect_download() as taken:
        page.get_by_role("link", name=link, exact=True).click()
    path = folder / taken.value.suggested_filename
    taken.value.save_as(path)
    return " ".join(" ".join(each.extract_text() for each in PdfReader(path).pages).split())


def test_the_pdf_says_what_the_page_says(
    app: Flask, mailbox: Mailbox, page: Page, server: Server, tmp_path: Path
) -> None:
    of, _ = issued()
    nadia = factories.user("nadia@acme.example", "Nadia Haddad")
    factories.member(of, nadia, OrganizationRole.BILLING_ADMIN)
    log_in(page.context, nadia, url=server.url)
    page.goto(f"/o/{of.slug}/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Billing").click()
    expect(page.get_by_role("heading", level=1, name="Billing")).to_be_visible()
    assert "DRAFT" in said_by(page, "Preview as PDF", tmp_path)
    page.get_by_role("link", name="INV-2026-00001").click()
    # 25.00 + 15.00; 1,234 × 0.02 = 24.68; 1,700 − 1,000 of Beta = 700 × 0.01 = 7.00; tax 10 % of 71.68: 78.85.
    total = page.locator('[data-figure="total"]').text_content()
    assert total == "USD 78.85"
    looks_right(page)
    text = said_by(page, "PDF", tmp_path)
    for figure in ("INV-2026-00001", "1,234", "24.68", "700", "7.00", "71.68", "7.17", total):
        assert figure in text, figure


def test_a_recorded_payment_lets_the_customer_work_again(
    app: Flask, mailbox: Mailbox, page: Page, server: Server
) -> None:
    _, invoice = issued()
    primary = db.session.scalars(select(Workspace.public_id).where(Workspace.is_primary)).one()
    holds.suspend(primary, NewHold(HoldKind.PAST_DUE, True), by(at(11, 20)), STAFF[StaffRole.FINANCE])
    log_in(page.context, factories.staff(StaffRole.FINANCE), url=server.url)
    page.goto("/admin/")
    page.get_by_role("link", name="Invoices").first.click()
    page.get_by_role("link", name="INV-2026-00001").click()
    expect(page.get_by_text("Overdue").first).to_be_visible()
    page.get_by_role("link", name="Record payment…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Record payment").click()
    expect(dialog.get_by_text("Enter how it was paid")).to_be_visible()
    dialog.get_by_label("Paid by").fill("Bank transfer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("works again")
    expect(page.get_by_role("heading", name="Paid by")).to_be_visible()
    assert page.url.endswith(invoice)
