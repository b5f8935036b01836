"""Subscription cycles that are due and not written down yet: what has begun by now on the terms in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import Order, OrderState, SubscriptionCycle, Workspace
from portal.queries.sources import sources_of
from portal.rules.cycles import Span, begun, first_kept, terms
from portal.rules.lifecycle import Status
from portal.rules.listing import Sources
from portal.rules.periods import local_day
from portal.rules.pricing import Cycle, Subscription


@dataclass(frozen=True, slots=True)
class Due:
    """A cycle that began. `workspace` and `order` (the one that paid it in advance) are integer keys."""

    workspace: int
    span: Span
    cycle: Cycle
    plan_name: str
    is_child: bool
    amount: int
    order: int | None


def due(workspaces: Sequence[int], now: datetime, *, resumed: bool = False) -> list[Due]:
    """The cycles of these workspaces (integer keys) that began up to `now` and are not written down, the oldest first.
    Only an ACTIVE workspace begins one; `resumed`: these have become active just now. Within the platform's scope."""
    rows = db.session.execute(
        select(Workspace.id, Workspace.activated_on, Workspace.timezone)
        .where(Workspace.id.in_(workspaces), Workspace.status == Status.ACTIVE, Workspace.activated_on.is_not(None))
        .order_by(Workspace.id)
    ).all()
    keys = [row.id for row in rows]
    if not keys:
        return []
    last, sources, paid = _last(keys), sources_of(keys), _paid_ahead(keys)
    return [
        each for row in rows for each in _of(row, last.get(row.id), sources[row.id], paid[row.id], now, resumed=resumed)
    ]


def subscription(sources: Sources) -> Subscription:
    """What a cycle's terms follow from."""
    return Subscription(
        status=Status.ACTIVE,
        plan_chosen=sources.plan_name is not None,
        cycle=sources.cycle,
        price_minor=sources.price_minor,
        custom_amount_minor=sources.custom_amount_minor,
        custom_months=sources.custom_months,
        is_child=sources.is_child,
        child_fee_minor=sources.child_fee_minor,
    )


def _of(
    row: Any, last: Span | None, sources: Sources, paid: list[int], now: datetime, *, resumed: bool
) -> Iterator[Due]:
    today = local_day(now, row.timezone)
    months, amount = terms(subscription(sources))
    first = first_kept(row.activated_on, months, today)
    orders = iter(paid)
    for span in begun(last, first, months, today, today if resumed else None, row.activated_on.day):
        order = next(orders, None) if amount else None
        yield Due(row.id, span, sources.cycle, sources.plan_name or "", sources.is_child, amount, order)


def _last(keys: Sequence[int]) -> dict[int, Span]:
    latest = (
        select(SubscriptionCycle.workspace_id, func.max(SubscriptionCycle.began_on).label("began_on"))
        .where(SubscriptionCycle.workspace_id.in_(keys))
        .group_by(SubscriptionCycle.workspace_id)
        .subquery()
    )
    table = SubscriptionCycle
    here = (table.workspace_id == latest.c.workspace_id) & (table.began_on == latest.c.began_on)
    rows = select(table.workspace_id, table.began_on, table.ends_on, table.anchor).join(latest, here)
    return {row.workspace_id: Span(row.began_on, row.ends_on, row.anchor) for row in db.session.execute(rows)}


def _paid_ahead(keys: Sequence[int]) -> defaultdict[int, list[int]]:
    """Paid orders for a cycle that has not begun yet, the oldest first."""
    rows = db.session.execute(
        select(Order.workspace_id, Order.id)
        .outerjoin(SubscriptionCycle, SubscriptionCycle.order_id == Order.id)
        .where(Order.workspace_id.in_(keys), Order.state == OrderState.PAID, Order.pays_cycle)
        .where(SubscriptionCycle.id.is_(None))
        .order_by(Order.id)
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for workspace, order in rows:
        if workspace is not None:
            found[workspace].append(order)
    return found
