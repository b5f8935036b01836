"""Issuing invoices: exactly one for an organization and month, numbered without gaps, its lines as they are then.

Those of many organizations are issued together, in one unit and about as many queries as one takes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
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
    Organization,
    scope,
)
from portal.operations import credit, cycles
from portal.operations.audit import record
from portal.operations.invoice_mail import post_invoice
from portal.operations.locks import House, locked_houses, organization_key
from portal.operations.unit import unit
from portal.operations.upserts import upsert
from portal.queries.bills import Basis, bases
from portal.queries.cycles import latest_billed, latest_billed_by
from portal.rules.actors import Actor
from portal.rules.errors import Conflict
from portal.rules.invoicing import Bill, bill, due_months, due_on, issued_at
from portal.rules.money import written


def issue(organization: str, month: date, by: Actor) -> str | None:
    """The month (its first day) of the organization is billed. Answers the invoice's public id, None where nothing is
    owed; the same again when it is billed already.

    Raises NotFound, and Conflict before the 3rd of the month after."""
    return _issue([organization_key(organization)], month, by)[0]


def issue_due(organizations: Sequence[str], by: Actor) -> Counter[str]:
    """Every month of these organizations (public ids) that is due is billed, the oldest first, each of all of them in a
    unit of its own; of one that was never billed, the last alone. How many `invoices` that made, and how many months
    owed `nothing`. Safe to repeat."""
    due = defaultdict[date, list[int]](list)
    for key, latest in latest_billed_by(organizations).items():
        for month in due_months(latest, by.at):
            due[month].append(key)
    made = (_issue(due[month], month, by) for month in sorted(due))
    return Counter("invoices" if each else "nothing" for some in made for each in some)


def settle_up(session: Session, organizations: Sequence[int], now: datetime) -> None:
    """In the open unit, these organizations (integer keys) and their workspaces being locked and not changed yet: every
    month of theirs that is due is billed. Whoever takes a workspace from one to the other does so first, so that what
    it used and began is billed to whoever had it."""
    by = Actor.job("invoices", now)
    for organization in organizations:
        for month in due_months(latest_billed(organization), now):
            _issue([organization], month, by)


def _issue(organizations: Sequence[int], month: date, by: Actor) -> list[str | None]:
    """Of each of them, in one unit: the invoice's public id, None where nothing is owed."""
    if month.day != 1 or by.at < issued_at(month):
        raise Conflict(f"The invoice of {month:%Y-%m} is issued on {issued_at(month):%Y-%m-%d} (UTC), when all is in.")
    with scope.platform(), unit() as session:
        houses = locked_houses(session, organizations)
        done = _billed(session, organizations, month)
        left = [house for house in houses if house.organization.id not in done]
        if left:
            done |= _bill(session, left, month, by)
        return [done[key] for key in organizations]


def _billed(session: Session, organizations: Sequence[int], month: date) -> dict[int, str | None]:
    """Those of them whose month is billed already, and the invoice's public id."""
    of = and_(Invoice.organization_id == BilledMonth.organization_id, Invoice.month == BilledMonth.month)
    query = select(BilledMonth.organization_id, Invoice.public_id).outerjoin(Invoice, of)
    rows = session.execute(query.where(BilledMonth.organization_id.in_(organizations), BilledMonth.month == month))
    return dict(iter(rows))


def _bill(session: Session, houses: Sequence[House], month: date, by: Actor) -> dict[int, str | None]:
    """The month of these organizations, which are locked, is billed: see `_issue`."""
    cycles.begin_due(session, [each.id for house in houses for each in house.workspaces], by.at)
    found = bases([house.organization.id for house in houses], month)
    session.add_all(BilledMonth(organization_id=key, month=month, billed_at=by.at) for key in found)
    _note_usage(session, list(found.values()), month)
    cycles.note_billed(session, [key for each in found.values() for key in each.cycles], month)
    owed = []
    for house in houses:
        of, basis = house.organization, found[house.organization.id]
        worked_out = bill(basis.account)
        credit.charge(session, of, house.workspaces, month, worked_out.credit, by)
        if worked_out.total > 0:
            owed.append((of, basis, worked_out))
    made = _write(session, owed, month, by) if owed else []
    for row, (of, _, _) in zip(made, owed, strict=True):
        post_invoice(session, row, of, by)
    return dict.fromkeys(found) | {row.organization_id: row.public_id for row in made}


def _note_usage(session: Session, found: Sequence[Basis], month: date) -> None:
    """What is billed of this month, and by now of the months before."""
    rows = [
        {"workspace_id": each.key, "month": month, "messages": each.used.messages, "minutes": each.used.minutes}
        for basis in found
        for each in basis.account.parties
    ]
    rows += [
        {"workspace_id": key, "month": of, "messages": messages, "minutes": minutes}
        for basis in found
        for (key, of), (messages, minutes) in basis.recounted.items()
    ]
    if rows:
        statement = upsert(session, BilledUsage.__table__)
        keep = {name: statement.excluded[name] for name in ("messages", "minutes")}
        session.execute(statement.on_conflict_do_update(index_elements=["workspace_id", "month"], set_=keep), rows)


Owed = tuple[Organization, Basis, Bill]


def _write(session: Session, owed: Sequence[Owed], month: date, by: Actor) -> list[Invoice]:
    """The invoices, in the order in which they are numbered."""
    numbers = _next_numbers(session, len(owed), by.at)
    rows = [_invoice(each, number, month, by) for each, number in zip(owed, numbers, strict=True)]
    session.add_all(rows)
    session.flush()
    lines = [line for row, (_, _, found) in zip(rows, owed, strict=True) for line in _lines(row, found)]
    session.execute(insert(InvoiceLine.__table__), lines)
    for row, (of, _, _) in zip(rows, owed, strict=True):
        facts: dict[str, Any] = {
            "invoice": row.public_id,
            "number": row.number,
            "total": written(row.total_minor, row.currency),
        }
        record("invoice.issued", by, organization=of, month=f"{month:%Y-%m}", due_on=row.due_on.isoformat(), **facts)
    return rows


def _invoice(owed: Owed, number: str, month: date, by: Actor) -> Invoice:
    of, found, worked_out = owed
    return Invoice(
        public_id=ids.new("inv"),
        organization_id=of.id,
        number=number,
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


def _lines(row: Invoice, worked_out: Bill) -> Iterator[dict[str, Any]]:
    for position, each in enumerate(worked_out.lines, 1):
        yield {
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


def _next_numbers(session: Session, count: int, now: datetime) -> list[str]:
    """The next of the year's series, whose row is locked until the unit ends. If that fails, they are free again."""
    statement = upsert(session, InvoiceSeries.__table__).values(year=now.year, last=count)
    table = InvoiceSeries.__table__
    raised = statement.on_conflict_do_update(index_elements=["year"], set_={"last": table.c.last + count})
    last: int = session.scalars(raised.returning(table.c.last)).one()
    return [f"INV-{now.year}-{number:05}" for number in range(last - count + 1, last + 1)]
