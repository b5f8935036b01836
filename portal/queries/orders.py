"""Orders: the latest paid ones of a workspace, all of its own in pages, and those of all workspaces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from portal.base.db import db
from portal.models import Invoice, Order, OrderState, Organization, Workspace, scope
from portal.queries.words import holding

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


# ---------------------------------------------------------------- of all workspaces

PAGE = 12


@dataclass(frozen=True, slots=True)
class Listed:
    """An order in the list of all; `workspace`: public id, None once it is purged. `invoice`: public id and number of
    the invoice that it is a share of."""

    public_id: str
    at: datetime
    description: str
    method: str
    reference: str
    state: OrderState
    amount_minor: int
    currency: str
    workspace: str | None
    workspace_name: str
    organization: str
    organization_name: str
    invoice: str | None
    pays_cycle: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders. `q`: words of workspace, organization, reference or what it is for; `organization`: public id."""

    q: str = ""
    state: OrderState | None = None
    organization: str = ""


_LISTED = (
    Order.public_id,
    _AT.label("at"),
    Order.description,
    Order.method,
    Order.reference,
    Order.state,
    Order.amount_minor,
    Order.currency,
    Workspace.public_id,
    Order.workspace_name,
    Organization.public_id,
    Organization.name,
    Invoice.public_id,
    Order.pays_cycle,
)


def listing(wanted: Wanted, page: int) -> tuple[list[Listed], int]:
    """Page `page` (from 1) of the orders wanted, the latest first, and how many there are on all pages."""
    where = _where(wanted)
    query = _joined(select(*_LISTED)).where(*where).order_by(Order.created_at.desc(), Order.id.desc())
    rows = db.session.execute(query.limit(PAGE).offset((page - 1) * PAGE))
    total = db.session.scalar(_counted(select(func.count(Order.id)), wanted).where(*where))
    return [Listed(*row) for row in rows], total or 0


def by_state(wanted: Wanted) -> dict[OrderState, int]:
    """How many there are of each state, whatever state is wanted."""
    where = _where(replace(wanted, state=None))
    counted = _counted(select(Order.state, func.count(Order.id)), wanted)
    rows = db.session.execute(counted.where(*where).group_by(Order.state))
    return dict(iter(rows))


def order(public_id: str) -> Listed | None:
    """One of them."""
    row = db.session.execute(_joined(select(*_LISTED)).where(Order.public_id == public_id)).one_or_none()
    return Listed(*row) if row else None


def _joined(query: Any) -> Any:
    return (
        query.join_from(Order, Organization, Organization.id == Order.organization_id)
        .outerjoin(Workspace, Workspace.id == Order.workspace_id)
        .outerjoin(Invoice, Invoice.id == Order.invoice_id)
    )


def _counted(query: Any, wanted: Wanted) -> Any:
    """With organizations and workspaces only where they have a say."""
    if not wanted.q and not wanted.organization:
        return query
    return query.join_from(Order, Organization, Organization.id == Order.organization_id).outerjoin(
        Workspace, Workspace.id == Order.workspace_id
    )


def _where(wanted: Wanted) -> list[Any]:
    found: list[Any] = []
    if wanted.organization:
        found.append(Organization.public_id == wanted.organization)
    if wanted.state:
        found.append(Order.state == wanted.state)
    texts = (func.lower(text) for text in (Order.workspace_name, Order.description, Order.reference))
    return [*found, *holding(wanted.q, *texts, func.coalesce(Workspace.name_key, ""), Organization.name_key)]
