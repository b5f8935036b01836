"""Subscription cycles that are due and not written down yet: what has begun by now on the terms in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import BilledMonth, BilledUsage, Order, OrderState, Organization, SubscriptionCycle, Workspace
from portal.queries.sources import sources_of
from portal.rules.cycles import Span, begun, first_kept, terms
from portal.rules.invoicing import next_month
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
    return subscriptions(workspaces).due(now, resumed=resumed)


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Of ACTIVE workspaces, by integer key: when each began to pay and its time zone, the last cycle that is written
    down, the terms in force, and what is paid ahead."""

    rows: Sequence[Any]
    last: Mapping[int, Span]
    sources: Mapping[int, Sources]
    paid: Mapping[int, Sequence[tuple[int, int]]]

    def due(self, until: datetime, *, resumed: bool = False) -> list[Due]:
        """The cycles that begin up to this instant and are not written down: see `due`."""
        return [
            each
            for row in self.rows
            for each in _of(
                row,
                self.last.get(row.id),
                self.sources[row.id],
                list(self.paid.get(row.id, ())),
                until,
                resumed=resumed,
            )
        ]


def subscriptions(workspaces: Sequence[int]) -> Subscriptions:
    """Those of these workspaces (integer keys), of the active ones among them. Within the platform's scope."""
    if not workspaces:
        return Subscriptions((), {}, {}, {})
    active = (Workspace.status == Status.ACTIVE, Workspace.activated_on.is_not(None))
    query = select(Workspace.id, Workspace.activated_on, Workspace.timezone).where(
        Workspace.id.in_(workspaces), *active
    )
    rows = db.session.execute(query.order_by(Workspace.id)).all()
    keys = [row.id for row in rows]
    if not keys:
        return Subscriptions((), {}, {}, {})
    return Subscriptions(rows, _last(keys), sources_of(keys), _paid_ahead(keys))


@dataclass(frozen=True, slots=True)
class Unbilled:
    """A cycle that is written down, and that neither an order nor an invoice has yet. `late`: its month is billed."""

    row: SubscriptionCycle
    late: bool


def unbilled(workspaces: Collection[int], month: date) -> list[Unbilled]:
    """The cycles of these workspaces (integer keys) that are still to be charged, the oldest first: those that began
    from this month (its first day) on, and those that a month which is billed went without. What began before there
    was any billing is none of them. Within the platform's scope."""
    table = SubscriptionCycle
    # Were it asked for cycles without an order, SQLite would read all such of the platform by the index of orders.
    rows = db.session.scalars(
        select(table)
        .where(table.workspace_id.in_(workspaces), func.coalesce(table.order_id, 0) == 0, table.billed_month.is_(None))
        .order_by(table.began_on, table.id)
        .execution_options(populate_existing=True)
    ).all()
    old = {row.workspace_id for row in rows if row.began_on < month}
    billed = _billed(old) if old else set()
    found = [Unbilled(row, (row.workspace_id, row.began_on.replace(day=1)) in billed) for row in rows]
    return [each for each in found if each.late or each.row.began_on >= month]


def _billed(workspaces: Collection[int]) -> set[tuple[int, date]]:
    rows = select(BilledUsage.workspace_id, BilledUsage.month).where(BilledUsage.workspace_id.in_(workspaces))
    return {(workspace, month) for workspace, month in db.session.execute(rows)}


def billed_next(organization: int, now: datetime) -> date:
    """The month (its first day) of the organization (its integer key) that is billed next."""
    return next_month(latest_billed(organization), now)


def latest_billed(organization: int) -> date | None:
    """The last month (its first day) of the organization (its integer key) that was billed; None for none."""
    return db.session.scalar(select(func.max(BilledMonth.month)).where(BilledMonth.organization_id == organization))


def latest_billed_by(organizations: Sequence[str]) -> dict[int, date | None]:
    """The same for these organizations (public ids), by their integer keys."""
    query = select(Organization.id, func.max(BilledMonth.month)).outerjoin(BilledMonth)
    rows = db.session.execute(query.where(Organization.public_id.in_(organizations)).group_by(Organization.id))
    return dict(iter(rows))


def next_price(workspace: int) -> int:
    """What the next cycle of the workspace (its integer key) costs on the terms in force, in minor units. Within the
    platform's scope."""
    return terms(subscription(sources_of([workspace])[workspace]))[1]


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
    row: Any, last: Span | None, sources: Sources, paid: list[tuple[int, int]], now: datetime, *, resumed: bool
) -> Iterator[Due]:
    today = local_day(now, row.timezone)
    months, amount = terms(subscription(sources))
    first = first_kept(row.activated_on, months, today)
    for span in begun(last, first, months, today, today if resumed else None, row.activated_on.day):
        order = next((each for each in paid if amount and each[1] >= amount), None)
        if order:
            paid.remove(order)
        key = order[0] if order else None
        yield Due(row.id, span, sources.cycle, sources.plan_name or "", sources.is_child, amount, key)


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


def _paid_ahead(keys: Sequence[int]) -> defaultdict[int, list[tuple[int, int]]]:
    """Paid orders for a cycle that has not begun yet, the oldest first: integer key and amount in minor units."""
    rows = db.session.execute(
        select(Workspace.id, Order.id, Order.amount_minor)
        .join(Order, Order.workspace_id == Workspace.id)
        .join(Organization, Organization.id == Workspace.organization_id)
        .outerjoin(SubscriptionCycle, SubscriptionCycle.order_id == Order.id)
        .where(Workspace.id.in_(keys), Order.state == OrderState.PAID, Order.pays_cycle)
        .where(Order.currency == Organization.currency)
        .where(SubscriptionCycle.id.is_(None))
        .order_by(Order.id)
    )
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for workspace, order, amount in rows:
        found[workspace].append((order, amount))
    return found
