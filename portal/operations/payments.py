"""What becomes of an invoice: paid as a whole, void, sent again, overdue. What is overdue no more keeps nobody out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import (
    Hold,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Measure,
    Order,
    OrderState,
    scope,
)
from portal.models.invoices import UNPAID
from portal.operations import platform_days
from portal.operations.audit import record
from portal.operations.draft_fields import line
from portal.operations.health import assess_rated
from portal.operations.invoice_mail import post_invoice
from portal.operations.locks import House, locked_house, organization_key, primary_of
from portal.operations.statuses import following
from portal.operations.unit import unit
from portal.queries.invoices import is_late
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound
from portal.rules.invoicing import split
from portal.rules.lifecycle import HoldKind
from portal.rules.money import written
from portal.rules.periods import utc_day

TEXT, REASON = 80, 500  # characters of method and reference, and of a reason


@dataclass(frozen=True, slots=True)
class Paid:
    """Public ids of the orders, one for each workspace, and whether a hold past due was lifted."""

    orders: tuple[str, ...]
    reactivated: bool


def pay(invoice: str, method: str, reference: str, by: Actor) -> Paid:
    """The whole invoice is paid: each of its workspaces has a paid order for its share, adding up to it.

    Raises NotFound, Conflict unless it is unpaid, and Refused for a text that is too long."""
    how = line(method, "method", "how it was paid", TEXT, required=True)
    proof = line(reference, "reference", "the reference", TEXT)
    with scope.platform(), unit() as session:
        row, house = _locked(session, invoice)
        _check_unpaid(row)
        row.state, row.paid_at = InvoiceState.PAID, by.at
        orders = _orders(session, row, house, how, proof, by)
        platform_days.add(session, {(Measure.INCOME, utc_day(by.at), row.currency): row.total_minor})
        facts: dict[str, Any] = {"method": how, "reference": proof, "orders": len(orders)}
        record("invoice.paid", by, organization=house.organization, **_named(row), **facts)
        return Paid(tuple(each.public_id for each in orders), _settle(session, house, by))


def void(invoice: str, reason: str, by: Actor) -> None:
    """Nothing is owed for it any more. Its number stays taken, and its month is not billed again.

    Raises NotFound, Conflict unless it is unpaid, Refused without a reason."""
    why = line(reason, "reason", "why it is void", REASON, required=True)
    with scope.platform(), unit() as session:
        row, house = _locked(session, invoice)
        _check_unpaid(row)
        row.state, row.voided_at, row.void_reason = InvoiceState.VOID, by.at, why
        record("invoice.voided", by, organization=house.organization, reason=why, **_named(row))
        _settle(session, house, by)


def send(invoice: str, by: Actor) -> str:
    """The mail with the invoice is written again, to the organization's billing address of today. Answers it.

    Raises NotFound, and Conflict for a void one, or without an address."""
    with scope.platform(), unit() as session:
        row, house = _locked(session, invoice)
        if row.state is InvoiceState.VOID:
            raise Conflict(f"{row.number} is void: nobody is to pay it.")
        to = post_invoice(session, row, house.organization, by, again=True)
        if not to:
            raise Conflict(f"{house.organization.name} has no billing e-mail. Enter one, then send it.")
        facts: dict[str, Any] = {"invoice": row.public_id, "number": row.number, "email": to}
        record("invoice.sent", by, organization=house.organization, **facts)
        return to


def mark_overdue(organization: str, by: Actor) -> int:
    """Every unpaid invoice of the organization (public id) whose day of payment is over says so; how many do now. Safe
    to repeat. The days are UTC."""
    key = organization_key(organization)
    late = select(Invoice).where(Invoice.organization_id == key, is_late(utc_day(by.at)))
    with scope.platform(), unit() as session:
        house = locked_house(session, key)
        rows = session.scalars(late.order_by(Invoice.due_on, Invoice.id).with_for_update())
        found = [row for row in rows if row.state is InvoiceState.OPEN]
        for row in found:
            row.state = InvoiceState.OVERDUE
            record("invoice.overdue", by, organization=house.organization, due_on=row.due_on.isoformat(), **_named(row))
        if found:
            assess_rated(session, house.workspaces, by.at)
        return len(found)


# ---------------------------------------------------------------- rows


def _locked(session: Session, invoice: str) -> tuple[Invoice, House]:
    """The invoice, its organization and that one's workspaces, locked in the order of all locks."""
    of = session.scalar(select(Invoice.organization_id).where(Invoice.public_id == invoice))
    if of is None:
        raise NotFound()
    house = locked_house(session, of)
    mine = select(Invoice).where(Invoice.public_id == invoice).with_for_update()
    return session.scalars(mine.execution_options(populate_existing=True)).one(), house


def _check_unpaid(row: Invoice) -> None:
    if row.state not in UNPAID:
        raise Conflict(f"{row.number} is {row.state.value} already.")


def _named(row: Invoice) -> dict[str, Any]:
    return {"invoice": row.public_id, "number": row.number, "total": written(row.total_minor, row.currency)}


def _orders(session: Session, row: Invoice, house: House, method: str, reference: str, by: Actor) -> list[Order]:
    """A paid order for each workspace that the invoice names; where it names none, for the primary."""
    groups = _groups(session, row)
    if not groups:
        primary = primary_of(house.workspaces)
        groups = [(primary.id if primary else None, primary.name if primary else row.bill_name, row.total_minor)]
    found = []
    for (key, name, _), part in zip(groups, split(row.total_minor, [each[2] for each in groups]), strict=True):
        order = Order(
            organization_id=row.organization_id,
            workspace_id=key,
            workspace_name=name,
            description=f"Invoice {row.number}",
            amount_minor=part,
            currency=row.currency,
            method=method,
            reference=reference,
            state=OrderState.PAID,
            invoice_id=row.id,
            created_at=by.at,
            paid_at=by.at,
        )
        session.add(order)
        found.append(order)
    session.flush()
    return found


def _groups(session: Session, row: Invoice) -> list[tuple[int | None, str, int]]:
    """Integer key (None once purged), name as issued and sum of each workspace on the invoice, as it lists them."""
    table = InvoiceLine
    lines = session.execute(
        select(table.workspace_id, table.workspace_name, table.amount_minor)
        .where(table.invoice_id == row.id, table.workspace_name != "")
        .order_by(table.position)
    )
    found: dict[tuple[int | None, str], int] = {}
    for key, name, amount in lines:
        found[key, name] = found.get((key, name), 0) + amount
    return [(key, name, total) for (key, name), total in found.items()]


# ---------------------------------------------------------------- what follows


def _settle(session: Session, house: House, by: Actor) -> bool:
    """The hold past due is lifted where nothing is overdue any more; health follows. Whether there was one."""
    session.flush()
    lifted = False
    if not _any_overdue(session, house.organization.id, utc_day(by.at)):
        lifted = _lift(session, house, by)
    assess_rated(session, house.workspaces, by.at)
    return lifted


def _any_overdue(session: Session, organization: int, today: date) -> bool:
    mine = select(Invoice.id).where(Invoice.organization_id == organization, is_late(today))
    return session.scalar(mine.limit(1)) is not None


def _lift(session: Session, house: House, by: Actor) -> bool:
    held = select(Hold).where(
        Hold.organization_id == house.organization.id, Hold.kind == HoldKind.PAST_DUE, Hold.lifted_at.is_(None)
    )
    row = session.scalar(held.with_for_update())
    if row is None:
        return False
    with following(session, house.workspaces, by):
        row.lifted_at, row.lifted_by = by.at, by.label
    facts: dict[str, Any] = {"hold": row.kind.value, "whole_organization": True}
    record("hold.lifted", by, organization=house.organization, reason="Nothing is overdue any more", **facts)
    return True
