"""An organization whose months are billed, for tests of invoices: a primary on a plan for several, and children."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.jobs.invoices import begin_due
from portal.models import Invoice, InvoiceLine, Organization, Plan, PlanFee, RateCard, SubscriptionCycle, Workspace
from portal.operations.unit import unit
from portal.rules.pricing import Cycle
from tests.support import tenants

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
ISSUE = datetime(2026, 12, 3, 0, 30, tzinfo=UTC)


def at(month: int, day: int, hour: int = 9) -> datetime:
    """An instant of 2026."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def catalogue(session: Session, currency: str = "USD", contact: str = "0.01") -> tuple[Plan, Plan]:
    """Group at 25.00 a month with children at 15.00, and Small at 9.00: both with 1,000 contacts included."""
    prices = {(Cycle.MONTHLY, currency): 2500, (Cycle.ANNUAL, currency): 25_000}
    group = tenants.plan(session, "Group", prices=prices, multi_workspace=True, included_contacts=1000)
    session.add(PlanFee(plan_id=group.id, currency=currency, child_fee_minor=1500, contact_price=Decimal(contact)))
    small = tenants.plan(session, "Small", prices={(Cycle.MONTHLY, currency): 900}, included_contacts=1000)
    tenants.plan(session, "Free", is_free=True, included_contacts=1000)
    return group, small


def account(
    session: Session, *children: str, currency: str = "USD", since: date = date(2026, 9, 12), **card: Any
) -> tuple[Organization, list[Workspace]]:
    """Acme Group with its primary Acme and these children, all active since then, in UTC; `card`: of its rate card."""
    group, small = catalogue(session, currency)
    rates = RateCard(name="Standard", currency=currency, **{"payment_days": 14} | card)
    session.add(rates)
    session.flush()
    values = {"billing_email": "accounts@acme.example", "company_name": "Acme Corporation", "rate_card_id": rates.id}
    of = tenants.organization(session, "Acme Group", currency, **values)
    common = {"timezone": "UTC", "activated_on": since}
    rows = [tenants.workspace(session, of, "Acme", group, **common)]
    rows += [tenants.workspace(session, of, name, small, is_primary=False, **common) for name in children]
    tenants.settled(session, *rows)
    return of, rows


def begin(now: datetime) -> None:
    """The cycles that are due begin, as the job sees to."""
    assert "failed" not in begin_due(now)


def lines(invoice: str) -> list[tuple[str, str, int]]:
    """Workspace, kind and amount of each line of the invoice (public id)."""
    db.session.rollback()
    rows = select(InvoiceLine.workspace_name, InvoiceLine.kind, InvoiceLine.amount_minor)
    rows = rows.join(Invoice, Invoice.id == InvoiceLine.invoice_id).where(Invoice.public_id == invoice)
    return [
        (name, kind.value, amount) for name, kind, amount in db.session.execute(rows.order_by(InvoiceLine.position))
    ]


def invoice(public_id: str | None) -> Invoice:
    """The invoice as it is stored now."""
    db.session.rollback()
    return db.session.scalars(select(Invoice).where(Invoice.public_id == public_id)).one()


def began(workspace: Workspace) -> list[tuple[date, int]]:
    """First day and price of each cycle of the workspace."""
    with unit() as session:
        table = SubscriptionCycle.__table__
        mine = select(table.c.began_on, table.c.amount_minor).where(table.c.workspace_id == workspace.id)
        return [tuple(row) for row in session.execute(mine.order_by(table.c.began_on))]
