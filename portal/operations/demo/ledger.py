"""Example data: the ledger of platform credit, active contacts of the running month, and what is settled at the end:
numbers of invoices in the order of their issue, and balances."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal.models import (
    ActiveContact,
    ContactMonth,
    CreditEntry,
    CreditKind,
    Invoice,
    InvoiceSeries,
    Order,
    Organization,
)
from portal.operations.demo.tenants import Customer, Tenant, World
from portal.rules.access import StaffRole
from portal.rules.invoice_lines import Line, LineKind
from portal.rules.periods import local_day

RARE = 17  # every so many organizations, one got something for its trouble
TOURED, OTHERS = 1_400, 60  # active contacts of a workspace that everybody looks at, and of another, at most
LEAN = 8  # at most so many contacts a workspace: a platform that is measured, and has no active ones


def write_ledger(world: World, customer: Customer) -> None:
    """Credit that was given, and what months of workspaces that are billed to it have taken."""
    if not customer.credit and customer.index % RARE != 3:
        return
    rng, balance = world.dice.of("credit", customer.index), 0
    if rng.random() < 0.8 or customer.index == 0:
        taken = sum(line.amount for _, line, _ in customer.credit)
        balance = 5 * 10 ** max(4, len(str(taken)) - 1)
        first = min([at for at, _, _ in customer.credit] or [world.now]) - timedelta(days=9)
        _book(
            world,
            customer,
            balance,
            balance,
            kind=CreditKind.ADJUSTMENT,
            detail=rng.choice(("Paid in advance by bank transfer", "For the outage in August", "Agreed when signing")),
            booked_at=max(customer.created_at, first).replace(microsecond=0),
            booked_by=world.staff_name(rng, StaffRole.OWNER),
        )
    for at, line, month in customer.credit:
        balance -= line.amount
        _book(
            world,
            customer,
            -line.amount,
            balance,
            workspace=line.workspace or (None, ""),
            line=line,
            kind=CreditKind.CONTACTS if line.kind is LineKind.CONTACTS else CreditKind.USAGE,
            month=month,
            detail=line.kind.value,
            booked_at=at,
            booked_by="job invoices",
        )


def _book(
    world: World,
    customer: Customer,
    amount: int,
    balance: int,
    *,
    workspace: tuple[int | None, str] = (None, ""),
    line: Line | None = None,
    month: date | None = None,
    **values: Any,
) -> None:
    world.sheet.add(
        CreditEntry,
        organization_id=customer.id,
        currency=customer.region.currency,
        workspace_id=workspace[0],
        workspace_name=workspace[1],
        month=month,
        quantity=line.quantity if line else None,
        unit_price=line.unit_price if line else None,
        amount_minor=amount,
        balance_minor=balance,
        **values,
    )


def write_contacts(world: World, tenant: Tenant) -> None:
    """Whom the workspace wrote to in the running month."""
    today = local_day(world.now, tenant.timezone)
    month = today.replace(day=1)
    messages = tenant.used.get(month, [0])[0]
    if world.depth.contacts <= LEAN or not messages:
        return
    rng = world.dice.of("active", tenant.id)
    most = TOURED if tenant.customer.index == 0 else OTHERS
    count = min(most, max(1, messages // 9))
    opened = max(month, local_day(tenant.activated_at or world.now, tenant.timezone))
    span = (today - opened).days
    for number in range(count):
        # Most are met early in the month: who is written to at all is written to soon.
        first = date.fromordinal(opened.toordinal() + int(span * rng.random() ** 1.6))
        last = date.fromordinal(rng.randrange(first.toordinal(), today.toordinal() + 1))
        key = f"{tenant.id}-{number:05}"
        world.sheet.add_plain(
            ActiveContact, workspace_id=tenant.id, month=month, contact=key, first_day=first, last_day=last
        )
    world.sheet.add_plain(ContactMonth, workspace_id=tenant.id, month=month, contacts=count)


def settle(session: Session) -> None:
    """In the open unit, once all is there: invoices are numbered without gaps in the order of their issue, their orders
    name them, and balances are what the ledgers come to."""
    rows = session.execute(select(Invoice.id, Invoice.issued_at).order_by(Invoice.issued_at, Invoice.id)).all()
    last: dict[int, int] = {}
    numbered = []
    for key, issued_at in rows:
        last[issued_at.year] = last.get(issued_at.year, 0) + 1
        numbered.append({"id": key, "number": f"INV-{issued_at.year}-{last[issued_at.year]:05}"})
    if numbered:
        session.execute(update(Invoice), numbered)
        session.execute(insert(InvoiceSeries), [{"year": year, "last": number} for year, number in last.items()])
    of = select("Invoice " + Invoice.number).where(Invoice.id == Order.invoice_id).scalar_subquery()
    session.execute(update(Order).where(Order.invoice_id.is_not(None)).values(description=of))
    total = (
        select(func.coalesce(func.sum(CreditEntry.amount_minor), 0))
        .where(CreditEntry.organization_id == Organization.id)
        .scalar_subquery()
    )
    with_ledger = Organization.id.in_(select(CreditEntry.organization_id))
    session.execute(
        update(Organization).where(with_ledger).values(credit_minor=total),
        execution_options={"synchronize_session": False},
    )
