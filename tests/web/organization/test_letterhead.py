"""What an organization's invoices and mails bear once its branding is live: its logo and colour, its name and domain.
The platform is named as whoever writes and issues them all the same."""

import io

import pytest
from flask import Flask
from pypdf import PageObject, PdfReader
from sqlalchemy import select

from portal.base.db import db
from portal.models import DomainState, Invoice, Organization, User, Workspace
from portal.operations import branding, payments, requests
from portal.operations.bulk_acts import ACTS
from portal.operations.invoicing import issue
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole
from portal.rules.bulk import Act, Order
from portal.rules.requests import RequestKind
from tests import factories
from tests.factories import command
from tests.support import accounts
from tests.support.accounts import OCTOBER, at
from tests.support.insiders import browser
from tests.support.mails import Mailbox
from tests.support.people import submit
from tests.support.pictures import picture
from tests.web.admin.test_invoices import by

GREEN = "0.0431 0.4314 0.3098"  # 0b6e4f, as PDF writes it
ADMIN, HOST = "admin@acme.example", "portal.acme.example"


@pytest.fixture
def acme(app: Flask, mailbox: Mailbox) -> Organization:
    """An organization with an admin, an invoice for October, and a branding that was not granted yet."""
    with unit() as session:
        of, _ = accounts.account(session, "Beta")
        key = of.public_id
    factories.member(of, factories.user(ADMIN), OrganizationRole.ADMIN)
    branding.save(of.id, "#0b6e4f", "", picture((200, 80)), command(), drop_logo=False)
    issue(key, OCTOBER, by(at(11, 3)))
    return db.session.scalars(select(Organization)).one()


def admin() -> User:
    return db.session.scalars(select(User).where(User.email_key == ADMIN)).one()


def go_live(acme: Organization) -> None:
    with unit() as session:
        session.get_one(Organization, acme.id).branding_granted = True
    factories.domain(acme, HOST, state=DomainState.VERIFIED)


def papers(app: Flask, acme: Organization) -> list[PageObject]:
    """The first pages of its invoice and of its draft."""
    client = browser(app, admin())
    listed = client.get("/o/acme-group/billing/invoices").text
    own = listed.split('data-invoice="')[1].split('"')[0]
    files = [client.get(f"/o/acme-group/billing/{page}").data for page in (f"invoices/{own}/pdf", "draft.pdf")]
    return [PdfReader(io.BytesIO(each)).pages[0] for each in files]


def test_invoice_and_draft_bear_logo_and_colour_and_name_the_issuer(app: Flask, acme: Organization) -> None:
    for page in papers(app, acme):
        assert not page.images and GREEN not in page.get_contents().get_data().decode("latin-1")
    go_live(acme)
    for page in papers(app, acme):
        assert [each.image.size for each in page.images if each.image] == [(200, 80)]
        assert f"{GREEN} rg" in page.get_contents().get_data().decode("latin-1"), "the title is in its colour"
        text = page.extract_text()
        assert "Portal" in text.splitlines()[0] and "Acme Corporation" in text


def test_mails_about_it_bear_its_name_and_lead_to_its_domain(app: Flask, acme: Organization, mailbox: Mailbox) -> None:
    go_live(acme)
    with unit() as session:
        primary = session.scalars(select(Workspace).where(Workspace.is_primary)).one()
        primary.owner_id = admin().id
    invoice = mailbox.messages[0]
    assert "Acme Group" not in (invoice.body or "").splitlines(), "it was written before"
    with unit() as session:
        payments.send(session.scalars(select(Invoice.public_id)).one(), command())
    asked = requests.ask(acme.id, RequestKind.VOLUME_DISCOUNT, "", factories.acting(admin()))
    requests.decline(asked, "Next year", command())
    with unit() as session:
        ACTS[Act.NOTIFY](
            session, primary.public_id, Order(Act.NOTIFY, subject="Night work", text="At 2."), command(), ()
        )
    answer = submit(
        browser(app, factories.staff()),
        f"/admin/workspaces/{primary.public_id}/impersonate",
        {"mode": "act", "reason": "A call"},
    )
    assert answer.status_code == 303
    written = mailbox.messages[1:]
    assert [each.template for each in written] == ["invoice", "request_answered", "notice", "impersonated"]
    for mail in written:
        body = (mail.body or "").rstrip()
        assert body.endswith(f"Acme Group\nhttp://{HOST}/") or body.endswith(f"Acme Group\nhttps://{HOST}/"), (
            mail.template
        )
        assert "Portal" in body, f"{mail.template} names the platform too"
