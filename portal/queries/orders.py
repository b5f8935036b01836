"""Orders of a workspace: the latest paid ones, and all of them in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from portal.base.db import db
from portal.models import Order, OrderState, scope

RECENT = 10
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order; `amount_minor` in minor units of `currency`. `at`: paid, or else made."""

    public_id: str
    at: datetime
    description: str
    method: str
    reference: str
    state: OrderState
    amount_minor: int
    currency: str


_AT = func.coalesce(Order.paid_at, Order.created_at, type_=Order.created_at.type)
_ROWS = select(
    Order.public_id,
    _AT.label("at"),
    Order.description,
    Order.method,
    Order.reference,
    Order.state,
    Order.amount_minor,
    Order.currency,
)
_RECENT = (
    _ROWS.where(Order.workspace_id == bindparam("workspace"), Order.state == OrderState.PAID)
    .order_by(Order.paid_at.desc(), Order.id.desc())
    .limit(RECENT)
)


def recent_paid_orders(workspace: int) -> tuple[OrderRow, ...]:
    """The ten latest paid orders of the workspace (its integer key), latest first."""
    return tuple(OrderRow(*row) for row in scope.rows(_RECENT, {"workspace": workspace}))


def orders_page(workspace: int, page: int) -> tuple[OrderRow, ...]:
    """Page `page` (from 1) of all orders of the workspace, whatever became of them, latest first."""
    rows = db.session.execute(
        _ROWS.where(Order.workspace_id == workspace)
        .order_by(_AT.desc(), Order.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return tuple(OrderRow(*row) for row in rows)
