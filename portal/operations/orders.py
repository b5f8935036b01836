"""Orders: charges of a workspace, recorded by the staff. The first that is paid makes a trial a paying customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Measure, Order, OrderState, Workspace, scope
from portal.operations import cycles, platform_days
from portal.operations.audit import record
from portal.operations.draft_fields import line
from portal.operations.drafts import Faults
from portal.operations.health import assess_rated
from portal.operations.holds import activate
from portal.operations.locks import Place, locked_place
from portal.operations.unit import unit
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Invalid, NotFound
from portal.rules.lifecycle import Stage, Status
from portal.rules.money import to_minor, written
from portal.rules.periods import utc_day

DESCRIPTION, TEXT, REASON = 200, 80, 500  # characters
RECORDED = (OrderState.PAID, OrderState.PENDING)
SETTLED = (OrderState.PAID, OrderState.FAILED)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as a form gives it; `amount` in major units of the workspace's currency. `pays_cycle`: it pays the
    oldest cycle of the subscription that is still to be charged, or the next; a cycle is paid whole."""

    amount: str
    description: str
    method: str = ""
    reference: str = ""
    state: OrderState = OrderState.PAID
    pays_cycle: bool = False


def record_order(workspace: str, draft: NewOrder, by: Actor) -> str:
    """There is one more order of the workspace. Answers its public id. A paid one is income of today, and activates a
    workspace that is on trial.

    Raises NotFound, Invalid with a message for every bad field, Conflict for a workspace in the trash."""
    with scope.platform(), unit() as session:
        place = locked_place(session, workspace)
        if place.workspace.status is Status.CANCELLED:
            raise Conflict(f"{place.workspace.name} is in the trash. Restore it first.")
        row = _checked(place, draft, by)
        if row.pays_cycle:
            _check_pays(session, place, row, by)
        session.add(row)
        session.flush()
        facts: dict[str, Any] = {"method": row.method, "reference": row.reference, "description": row.description}
        record(
            "order.recorded",
            by,
            workspace=place.workspace,
            order=row.public_id,
            amount=written(row.amount_minor, row.currency),
            state=row.state.value,
            pays_cycle=row.pays_cycle,
            **facts,
        )
        if row.state is OrderState.PAID:
            _paid(session, place, row, by)
        assess_rated(session, [place.workspace], by.at)
        return row.public_id


def settle(order: str, state: OrderState, by: Actor) -> None:
    """A pending order is paid, as `record_order` says, or has failed. Raises NotFound, and Conflict unless it is
    pending."""
    if state not in SETTLED:
        raise ValueError(f"an order is not settled as {state}")
    with scope.platform(), unit() as session:
        row, place = _locked(session, order)
        if row.state is not OrderState.PENDING:
            raise Conflict(f"This order is {row.state.value} already.")
        row.state, row.paid_at = state, by.at if state is OrderState.PAID else None
        session.flush()
        change = (OrderState.PENDING.value, state.value)
        _record("order.settled", row, place, by, state=change)
        if state is OrderState.PAID and place:
            _paid(session, place, row, by)
        if place:
            assess_rated(session, [place.workspace], by.at)


def refund(order: str, reason: str, by: Actor) -> None:
    """A paid order was given back: it is no income any more, and the cycle that it paid is unpaid again: billed with
    its month or, where that is billed already, with the next invoice.

    Raises NotFound, Refused without a reason, Conflict unless it is paid, or for an invoice's share."""
    why = line(reason, "reason", "why it is given back", REASON, required=True)
    with scope.platform(), unit() as session:
        row, place = _locked(session, order)
        if row.state is not OrderState.PAID or row.paid_at is None:
            raise Conflict(f"Only a paid order is given back; this one is {row.state.value}.")
        if row.invoice_id is not None:
            raise Conflict(
                "It is a workspace’s share of an invoice, which is paid as a whole. Adjust the credit instead."
            )
        row.state = OrderState.REFUNDED
        platform_days.add(session, {_income(row): -row.amount_minor})
        cycles.unpay(session, row)
        session.flush()
        _record("order.refunded", row, place, by, reason=why)
        if place:
            assess_rated(session, [place.workspace], by.at)


def _checked(place: Place, draft: NewOrder, by: Actor) -> Order:
    """The order that the draft asks for. Raises Invalid."""
    faults, currency = Faults(), place.organization.currency
    amount = faults.take("amount", to_minor, draft.amount, currency, "amount")
    what = faults.take(
        "description", line, draft.description, "description", "what it is for", DESCRIPTION, required=True
    )
    method = faults.take("method", line, draft.method, "method", "the method", TEXT)
    reference = faults.take("reference", line, draft.reference, "reference", "the reference", TEXT)
    if amount is not None and amount <= 0:
        faults.add("amount", "Enter an amount above 0.")
    if draft.state not in RECORDED:
        faults.add("state", "Choose whether it is paid.")
    if faults.found:
        raise Invalid(faults.found)
    return Order(
        organization_id=place.organization.id,
        workspace_id=place.workspace.id,
        workspace_name=place.workspace.name,
        description=what,
        amount_minor=amount,
        currency=currency,
        method=method,
        reference=reference,
        state=draft.state,
        pays_cycle=draft.pays_cycle,
        created_at=by.at,
        paid_at=by.at if draft.state is OrderState.PAID else None,
    )


def _check_pays(session: Session, place: Place, row: Order, by: Actor) -> None:
    """Raises Invalid where it is less than a cycle costs: a cycle is paid whole."""
    cycles.begin_due(session, [place.workspace.id], by.at)
    price = cycles.price(place.workspace.id, place.organization.id, by.at)
    if row.amount_minor < price:
        costs = written(price, row.currency)
        raise Invalid({"amount": f"The cycle costs {costs}. Enter at least that, or do not let it pay a cycle."})


def _locked(session: Session, order: str) -> tuple[Order, Place | None]:
    """The order, with its workspace unless that is purged, locked in the order of all locks."""
    query = select(Workspace.public_id).join(Order, Order.workspace_id == Workspace.id)
    workspace = session.scalar(query.where(Order.public_id == order))
    place = locked_place(session, workspace) if workspace else None
    mine = select(Order).where(Order.public_id == order).with_for_update()
    row = session.scalar(mine.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row, place


def _paid(session: Session, place: Place, row: Order, by: Actor) -> None:
    platform_days.add(session, {_income(row): row.amount_minor})
    if row.pays_cycle:
        cycles.begin_due(session, [place.workspace.id], by.at)
        if not cycles.is_linked(session, row):
            cycles.pay(session, row, place.organization.id, by.at)
    if place.workspace.stage is Stage.TRIAL and place.workspace.status is not Status.CANCELLED:
        activate(place.workspace.public_id, by)


def _income(row: Order) -> tuple[Measure, date, str]:
    """Where a paid order is summed: the day of UTC on which it was paid."""
    return Measure.INCOME, utc_day(row.paid_at or row.created_at), row.currency


def _record(action: str, row: Order, place: Place | None, by: Actor, reason: str = "", **facts: Any) -> None:
    workspace, amount = place.workspace if place else None, written(row.amount_minor, row.currency)
    record(action, by, workspace=workspace, reason=reason, order=row.public_id, amount=amount, **facts)
