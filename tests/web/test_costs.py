"""What pages of organizations and of billing cost: as many queries at many rows as at few."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import (
    CreditEntry,
    CreditKind,
    Invitation,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Membership,
    OrderState,
    Organization,
    OrganizationMember,
    Plan,
    Request,
    User,
    Workspace,
    scope,
)
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from portal.rules.invoice_lines import LineKind
from portal.rules.periods import add_months
from portal.rules.requests import RequestKind, RequestState
from tests import factories
from tests.support import accounts, tenants
from tests.support.clocks import NOW
from tests.support.insiders import browser

STAFF = (
    "invoices/ invoices/{invoice} invoices/?state=paid orders/ orders/?q=acme credit/ credit/{org} requests/ "
    "requests/{request} organizations/ organizations/?sort=mrr organizations/{org} organizations/{org}/people "
    "organizations/{org}/audit users/ usage-limits/ usage-limits/?q=acme rate-cards/"
)
CUSTOMERS = (
    " billing billing/invoices billing/invoices/{invoice} billing/invoices/{invoice}/pdf billing/orders "
    "billing/draft.pdf users users/invite users/{user} workspaces usage activity branding"
)


MOST = 30  # queries of a page; billing works out the draft


def grow(session: Session, number: int) -> None:
    """One more of everything: an organization, and in the first one a workspace, a person, an invitation, an invoice,
    orders, credit and a request."""
    of = session.scalars(select(Organization).where(Organization.name == "Acme Group")).one()
    group = session.scalars(select(Plan).where(Plan.name == "Group")).one()
    other = tenants.organization(session, f"Other {number}", "USD", billing_email="a@other.example")
    alone = tenants.workspace(session, other, f"Alone {number}", group, timezone="UTC")
    child = tenants.workspace(session, of, f"Acme {number}", group, is_primary=False, timezone="UTC")
    person = tenants.person(session, f"p{number} Person", last_seen_at=NOW)
    session.add(
        OrganizationMember(organization_id=of.id, user_id=person.id, role=OrganizationRole.MEMBER, created_at=NOW)
    )
    session.add(Membership(workspace_id=child.id, user_id=person.id, role=WorkspaceRole.OWNER, created_at=NOW))
    child.owner_id = person.id
    tenants.usage(session, child, NOW.date(), sent=number, minutes=number)
    session.add_all(
        [*invited(person, of, child, number), *asked(of, person, number), credit(of, child), credit(other, alone)]
    )
    for each in (child, alone):
        bill(session, each, number)
        tenants.order(session, each, 100, NOW - timedelta(days=number), state=list(OrderState)[number % 4])
    tenants.settled(session, child, alone)


def invited(by: User, of: Organization, into: Workspace, number: int) -> Iterator[Invitation]:
    guest = factories.accounts.prepare(db.session(), f"g{number}@example.test", "Guest", factories.command())
    db.session.flush()
    yield Invitation(
        email=guest.email,
        email_key=guest.email_key,
        user_id=guest.id,
        organization_id=of.id,
        organization_role=OrganizationRole.MEMBER,
        workspace_id=into.id,
        workspace_role=WorkspaceRole.AGENT,
        token_digest=f"{number:064}",
        invited_by_id=by.id,
        created_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )


def asked(of: Organization, by: User, number: int) -> Iterator[Request]:
    past = {"state": RequestState.DECLINED, "decided_by": "Alice", "decided_at": NOW, "word": "Not yet"}
    kind = list(RequestKind)[number % len(RequestKind)]
    yield Request(organization_id=of.id, kind=kind, asked_by_id=by.id, asked_by=by.name, asked_at=NOW, **past)


def credit(of: Organization, workspace: Workspace) -> CreditEntry:
    of.credit_minor -= 100
    return CreditEntry(
        organization_id=of.id,
        workspace_id=workspace.id,
        workspace_name=workspace.name,
        kind=CreditKind.ADJUSTMENT,
        amount_minor=-100,
        currency=of.currency,
        balance_minor=of.credit_minor,
        booked_at=NOW,
        booked_by="Fiona",
    )


def bill(session: Session, workspace: Workspace, number: int) -> None:
    """An invoice of an own month, with a line of every workspace of the organization."""
    month = add_months(date(2020, 1, 1), number)
    named: dict[str, Any] = {"number": f"{workspace.name}", "month": month, "currency": "USD", "bill_name": "Acme"}
    states = list(InvoiceState)[number % len(InvoiceState)]
    row = Invoice(
        organization_id=workspace.organization_id,
        state=states,
        total_minor=100,
        issued_at=NOW,
        due_on=date(2020, 2, 1),
        paid_at=NOW if states is InvoiceState.PAID else None,
        **named,
    )
    session.add(row)
    session.flush()
    family = session.scalars(select(Workspace).where(Workspace.organization_id == workspace.organization_id)).all()
    line = {"kind": LineKind.NUMBERS, "quantity": Decimal(1), "unit_price": Decimal(1), "amount_minor": 100}
    for position, each in enumerate(family):
        session.add(
            InvoiceLine(invoice_id=row.id, position=position, workspace_id=each.id, workspace_name=each.name, **line)
        )


def filled(numbers: range) -> None:
    with scope.platform(), unit() as session:
        for number in numbers:
            grow(session, number)


def costs(client: FlaskClient, home: str, pages: str, **values: str) -> dict[str, int]:
    """The queries of each page."""
    found = {}
    for page in pages.split(" "):
        answer = client.get(home + page.format(**values))
        assert answer.status_code == 200, page
        found[page] = int(answer.headers["X-Bench-Queries"])
    return found


def names() -> dict[str, str]:
    """What stands in addresses: of the latest."""
    of = db.session.scalars(select(Organization).where(Organization.name == "Acme Group")).one()
    mine = select(Invoice.public_id).where(Invoice.organization_id == of.id).order_by(Invoice.id.desc()).limit(1)
    request = select(Request.public_id).order_by(Request.id.desc()).limit(1)
    people = select(User.public_id).where(User.name_key.contains("person")).order_by(User.id.desc()).limit(1)
    found = {"org": of.public_id, "slug": of.slug, "invoice": db.session.scalars(mine).one()}
    return found | {"request": db.session.scalars(request).one(), "user": db.session.scalars(people).one()}


@pytest.fixture
def acme(app: Flask) -> Organization:
    with unit() as session:
        of, _ = accounts.account(session)
    filled(range(1, 3))
    return of


def test_pages_cost_the_same_at_many_rows(app: Flask, make_app: Any, acme: Organization) -> None:
    boss = factories.user("boss@acme.example")
    factories.member(acme, boss, OrganizationRole.ADMIN)
    counting = make_app(count_queries=True, now=NOW.isoformat())
    fiona, boss_there = browser(counting, factories.staff(StaffRole.OWNER)), browser(counting, boss)

    def measured() -> dict[str, int]:
        of = names()
        return costs(fiona, "/admin/", STAFF, **of) | costs(boss_there, f"/o/{of['slug']}/", CUSTOMERS, **of)

    measured()  # what is read once per process
    few = measured()
    filled(range(3, 24))
    many = measured()
    assert many == few
    assert not {page: cost for page, cost in few.items() if cost > MOST}
