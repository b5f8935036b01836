"""Subscription cycles are written down when they begin, with what they cost then.

Whoever changes what a cycle follows from (status, plan, price of its own, primary) writes down first what is due; a job
does so for all others, so that a changed plan is charged with the next cycle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models import Order, SubscriptionCycle, Workspace, scope
from portal.operations.unit import unit
from portal.operations.upserts import upsert
from portal.queries.cycles import Due, billed_next, due, next_price, subscription, unbilled
from portal.rules.cycles import span, terms
from portal.rules.lifecycle import Status
from portal.rules.listing import Sources


def begin_due(session: Session, workspaces: Sequence[int], now: datetime, *, resumed: bool = False) -> int:
    """In the open unit: the cycles of these workspaces (integer keys) that are due are written down; how many.
    `resumed`: they have become active just now. Within the platform's scope."""
    session.flush()
    found = due(workspaces, now, resumed=resumed)
    write(session, found)
    return len(found)


def write(session: Session, found: Sequence[Due]) -> None:
    """These cycles are written down, as far as they are not."""
    rows = [
        {
            "workspace_id": each.workspace,
            "began_on": each.span.began_on,
            "ends_on": each.span.ends_on,
            "anchor": each.span.anchor,
            "cycle": each.cycle,
            "plan_name": each.plan_name,
            "is_child": each.is_child,
            "amount_minor": each.amount,
            "order_id": each.order,
        }
        for each in found
    ]
    if rows:
        session.execute(upsert(session, SubscriptionCycle.__table__).on_conflict_do_nothing(), rows)


def begin_first(session: Session, row: Workspace, sources: Sources) -> None:
    """In the open unit: the first cycle of a workspace that is made now, if it is active, from what is known of it."""
    if row.status is Status.ACTIVE and row.activated_on is not None:
        months, amount = terms(subscription(sources))
        first = span(row.activated_on, months, row.activated_on.day)
        write(session, [Due(row.id, first, sources.cycle, sources.plan_name or "", sources.is_child, amount, None)])


def begin_some(workspaces: Sequence[str], now: datetime) -> int:
    """Every cycle of these workspaces (public ids) that began up to `now` is written down, in one unit; how many. Safe
    to repeat."""
    locking = select(Workspace.id).where(Workspace.public_id.in_(workspaces)).order_by(Workspace.id).with_for_update()
    with scope.platform(), unit() as session:
        return begin_due(session, session.scalars(locking).all(), now)


def pay(session: Session, order: Order, organization: int, now: datetime) -> None:
    """In the open unit, its workspace being locked: this paid order pays the oldest cycle that is still to be charged
    and costs no more than was paid; else the next that begins and does. Within the platform's scope."""
    for row in _to_pay(order.workspace_id, organization, now):
        if row.amount_minor <= order.amount_minor:
            row.order_id = order.id
            return


def price(workspace: int, organization: int, now: datetime) -> int:
    """What an order has to come to at least, in minor units, so that it pays a cycle of the workspace (both integer
    keys): one that is still to be charged, else the next on the terms in force. Within the platform's scope."""
    found = [row.amount_minor for row in _to_pay(workspace, organization, now)]
    return min(found, default=None) or next_price(workspace)


def _to_pay(workspace: int | None, organization: int, now: datetime) -> list[SubscriptionCycle]:
    open_ones = unbilled([workspace], billed_next(organization, now)) if workspace else []
    return [each.row for each in open_ones if each.row.amount_minor > 0]


def note_billed(session: Session, charged: Sequence[int], month: date) -> None:
    """In the open unit: these cycles (integer keys) are billed with this month. Within the platform's scope."""
    if charged:
        table = SubscriptionCycle
        session.execute(update(table).where(table.id.in_(charged)).values(billed_month=month))


def is_linked(session: Session, order: Order) -> bool:
    """Whether a cycle is paid by this order. Within the platform's scope."""
    paid = select(SubscriptionCycle.id).where(SubscriptionCycle.order_id == order.id)
    return session.scalar(paid.limit(1)) is not None


def unpay(session: Session, order: Order) -> None:
    """In the open unit: what this order paid is unpaid again. Within the platform's scope."""
    paid = select(SubscriptionCycle).where(SubscriptionCycle.order_id == order.id)
    for row in session.scalars(paid.with_for_update()):
        row.order_id = None
