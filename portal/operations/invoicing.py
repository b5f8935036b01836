"""Issuing invoices: exactly one for an organization and month, numbered without gaps, its lines as they are then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, insert, select
from sqlalchemy.orm import Session

from portal.base import ids
from portal.models import (
    BilledMonth,
    BilledUsage,
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    scope,
)
from portal.operations import credit, cycles
from portal.operations.audit import record
from portal.operations.invoice_mail import post_invoice
from portal.operations.locks import House, locked_house, organization_key
from portal.operations.unit import unit
from portal.operations.upserts import upsert
from portal.queries.bills import Basis, basis
from portal.queries.cycles import latest_billed
from portal.rules.actors import Actor
from portal.rules.errors import Conflict
from portal.rules.invoicing import Bill, bill, due_months, due_on, issued_at
from portal.rules.money import written


def issue(organization: str, month: date, by: Actor) -> str | None:
    """The month (its first day) of the organization is billed. Answers the invoice's public id, None where nothing is
    owed; the same again when it is billed already.

    Raises NotFound, and Conflict before the 3rd of the month after."""
    return _issue(organization_key(organization), month, by)


def issue_due(organization: str, by: Actor) -> Counter[str]:
    """Every month of the organization that is due is billed, the oldest first, each in a unit of its own; of one that
    was never billed, the last alone. How many `invoices` that made, and how many months owed `nothing`. Safe to repeat.

    Raises NotFound."""
    key = organization_key(organization)
    due = due_months(latest_billed(key), by.at)
    return Counter("invoices" if _issue(key, month, by) else "nothing" for month in due)


def settle_up(session: Session, organizations: Sequence[int], now: datetime) -> None:
    """In the open unit, these organizations (integer keys) and their workspaces being locked and not changed yet: every
    month of theirs that is due is billed. Whoever takes a workspace from one to the other does so first, so that what
    it used and began is billed to whoever had it."""
    by = Actor.job("invoices", now)
    for organization in organizations:
        for month in due_months(latest_billed(organization), now):
            _issue(organization, month, by)


def _issue(organization: int, month: date, by: Actor) -> str | None:
    if month.day != 1 or by.at < issued_at(month):
        raise Conflict(f"The invoice of {month:%Y-%m} is issued on {issued_at(month):%Y-%m-%d} (UTC), when all is in.")
    with scope.platform(), unit() as session:
        house = locked_house(session, organization)
        if session.get(BilledMonth, (organization, month)):
            of = and_(Invoice.organization_id == organization, Invoice.month == month)
            return session.scalar(select(Invoice.public_id).where(of))
        cycles.begin_due(session, [each.id for each in house.workspaces], by.at)
        found = basis(organization, month, by.at, begun=True)
        worked_out = bill(found.account)
        session.add(BilledMonth(organization_id=organization, month=month, billed_at=by.at))
        _note_usage(session, found, month)
        cycles.note_billed(session, found.cycles, month)
        credit.charge(session, house.organization, house.workspaces, month, worked_out.credit, by)
        if worked_out.total <= 0:
            return None
        row = _write(session, house, month, found, worked_out, by)
        post_invoice(session, row, house.organization, by)
        return row.public_id


def _note_usage(session: Session, found: Basis, month: date) -> None:
    """What is billed of this month, and by now of the months before."""
    rows = [
        {"workspace_id": each.key, "month": month, "messages": each.used.messages, "minutes": each.used.minutes}
        for each in found.account.parties
    ]
    rows += [
        {"workspace_id": key, "month": of, "messages": messages, "minutes": minutes}
        for (key, of), (messages, minutes) in found.recounted.items()
    ]
    if rows:
        statement = upsert(session, BilledUsage.__table__)
        keep = {name: statement.excluded[name] for name in ("messages", "minutes")}
        session.execute(statement.on_conflict_do_update(index_elements=["workspace_id", "month"], set_=keep), rows)


def _write(session: Session, house: House, month: date, found: Basis, worked_out: Bill, by: Actor) -> Invoice:
    of = house.organization
    row = Invoice(
        public_id=ids.new("inv"),
        organization_id=of.id,
        number=_next_number(session, by.at),
        month=month,
        currency=of.currency,
        total_minor=worked_out.total,
        issued_at=by.at,
        due_on=due_on(by.at, found.payment_days),
        bill_name=of.company_name or of.name,
        bill_address=of.address,
        bill_country=of.country,
        bill_tax_id=of.tax_id,
        bill_email=of.billing_email,
    )
    session.add(row)
    session.flush()
    _write_lines(session, row, worked_out)
    facts: dict[str, Any] = {
        "invoice": row.public_id,
        "number": row.number,
        "total": written(row.total_minor, row.currency),
    }
    record("invoice.issued", by, organization=of, month=f"{month:%Y-%m}", due_on=row.due_on.isoformat(), **facts)
    return row


def _write_lines(session: Session, row: Invoice, worked_out: Bill) -> None:
    session.execute(
        insert(InvoiceLine),
        [
            {
                "invoice_id": row.id,
                "position": position,
                "workspace_id": each.workspace[0] if each.workspace else None,
                "workspace_name": each.workspace[1] if each.workspace else "",
                "kind": each.kind,
                "detail": each.detail,
                "quantity": each.quantity,
                "unit_price": each.unit_price,
                "amount_minor": each.amount,
            }
            for position, each in enumerate(worked_out.lines, 1)
        ],
    )


def _next_number(session: Session, now: datetime) -> str:
    """The next of the year's series, whose row is locked until the unit ends. If that fails, it is free again."""
    statement = upsert(session, InvoiceSeries.__table__).values(year=now.year, last=1)
    table = InvoiceSeries.__table__
    raised = statement.on_conflict_do_update(index_elements=["year"], set_={"last": table.c.last + 1})
    number = session.scalar(raised.returning(table.c.last))
    return f"INV-{now.year}-{number:05}"
