"""Example data: orders and invoices.

Organizations with one workspace pay each cycle by an order when it begins, and get an invoice for usage; the others
get one invoice a month for all, whose payment makes an order for each workspace."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from portal.models import Invoice, InvoiceState, Order, OrderState
from portal.operations.demo.catalogue import FREE
from portal.operations.demo.dice import between
from portal.operations.demo.tenants import Customer, Tenant, World
from portal.operations.demo.texts import METHODS, OTHER_METHODS
from portal.rules.limits import Limit
from portal.rules.money import round_half_up, to_minor
from portal.rules.periods import add_months

ISSUED_ON = 3  # day of the month after
REFERENCE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def write_billing(world: World, customer: Customer) -> None:
    """All orders and invoices of the organization, as far back as the example goes."""
    rng = world.dice.of("billing", customer.index)
    horizon = add_months(world.now.date().replace(day=1), -world.depth.months)
    for tenant in customer.tenants:
        if not customer.is_multi:
            for began in _cycles(tenant, horizon, world.now):
                _cycle_order(world, rng, tenant, began)
        _failures(world, rng, tenant)
    _invoices(world, rng, customer, horizon)


def _cycles(tenant: Tenant, horizon: date, now: datetime) -> Iterator[date]:
    """The days on which a cycle of a paid plan began, while the workspace worked."""
    if tenant.activated_at is None or tenant.amount == 0:
        return
    first, end = tenant.activated_at.date(), (tenant.ended_at or now).date()
    for number in range(0, 12 * 4, tenant.months):
        began = add_months(first, number)
        if began > end:
            return
        if began >= horizon:
            yield began


def _cycle_order(world: World, rng: Random, tenant: Tenant, began: date) -> None:
    offer = tenant.offer or FREE
    until = add_months(began, tenant.months) - timedelta(days=1)
    words = f"{offer.name}, {tenant.cycle.value}: {began.isoformat()} to {until.isoformat()}"
    at = _on(rng, began)
    if at >= world.now:
        return
    at = max(at, tenant.activated_at or at)
    old = (world.now - at).days > 40
    if old and rng.random() < 0.03:  # the first try failed, the next day's did not
        _order(world, rng, tenant, words, tenant.amount, OrderState.FAILED, at)
        at += timedelta(days=1)
    state = OrderState.REFUNDED if old and rng.random() < 0.012 else OrderState.PAID
    _order(world, rng, tenant, words, tenant.amount, state, min(at, world.now - timedelta(minutes=9)))


def _failures(world: World, rng: Random, tenant: Tenant) -> None:
    """Charges that failed in the last weeks, where that is the story."""
    count = {"failed": 1, "failed twice": 2}.get(tenant.story.payment, 0)
    amount = tenant.amount or to_minor("10", tenant.customer.region.currency)
    for number in range(count):
        at = (world.now - timedelta(days=between(rng, (2, 12)) + 13 * number)).replace(microsecond=0)
        _order(world, rng, tenant, "Usage, charged by card", amount, OrderState.FAILED, at)
    if count:
        at = (world.now - timedelta(hours=between(rng, (1, 20)))).replace(microsecond=0)
        _order(world, rng, tenant, "Usage, charged again", amount, OrderState.PENDING, at)


def _order(
    world: World,
    rng: Random,
    tenant: Tenant,
    words: str,
    amount: int,
    state: OrderState,
    at: datetime,
    method: str = "",
) -> None:
    customer = tenant.customer
    methods = METHODS.get(customer.region.country, OTHER_METHODS)
    paid = state in (OrderState.PAID, OrderState.REFUNDED)
    world.sheet.add(
        Order,
        organization_id=customer.id,
        workspace_id=tenant.id,
        workspace_name=tenant.name,
        description=words,
        amount_minor=amount,
        currency=customer.region.currency,
        method=method or methods[customer.index % len(methods)],
        state=state,
        reference="".join(rng.choices(REFERENCE, k=12)),
        created_at=at,
        paid_at=at + timedelta(seconds=rng.randrange(4, 300)) if paid else None,
    )


def _invoices(world: World, rng: Random, customer: Customer, horizon: date) -> None:
    month = max(horizon, customer.created_at.date().replace(day=1))
    months = []
    while _issued(month) < world.now:
        months.append(month)
        month = add_months(month, 1)
    for month in months:
        parts = [(tenant, part) for tenant in customer.tenants if (part := _part(rng, tenant, month))]
        if parts:
            _invoice(world, rng, customer, month, parts, latest=month == months[-1])


def _invoice(
    world: World, rng: Random, customer: Customer, month: date, parts: list[tuple[Tenant, int]], latest: bool
) -> None:
    issued = _issued(month) + timedelta(minutes=customer.index % 600)
    due_on = issued.date() + timedelta(days=customer.card.days)
    paid_at = min(issued + timedelta(days=between(rng, (0.5, customer.card.days))), world.now - timedelta(hours=1))
    state = InvoiceState.PAID
    if latest:
        due_on, state = _of_latest(world, rng, customer, issued, due_on, paid_at)
    tag = f"{month:%Y%m}"
    world.invoices[tag] += 1
    number = f"INV-{tag}-{world.invoices[tag]:05}"
    world.sheet.add(
        Invoice,
        organization_id=customer.id,
        number=number,
        month=month,
        currency=customer.region.currency,
        total_minor=sum(part for _, part in parts),
        state=state,
        issued_at=issued,
        due_on=due_on,
        paid_at=paid_at.replace(microsecond=0) if state is InvoiceState.PAID else None,
    )
    if state is InvoiceState.PAID:
        for tenant, part in parts:
            at = paid_at.replace(microsecond=0)
            _order(world, rng, tenant, f"Invoice {number}", part, OrderState.PAID, at, "Bank transfer")


def _of_latest(
    world: World, rng: Random, customer: Customer, issued: datetime, due_on: date, paid_at: datetime
) -> tuple[date, InvoiceState]:
    """The last invoice is unpaid where somebody pays late; else mostly paid, unless it is young."""
    payment = customer.tenants[0].story.payment
    today = world.now.date()
    if payment in ("late", "overdue"):
        late = rng.randrange(2, 13) if payment == "late" else rng.randrange(17, 26)
        return today - timedelta(days=late), InvoiceState.OVERDUE
    paid = due_on < today or (paid_at > issued and rng.random() < 0.5)
    return due_on, InvoiceState.PAID if paid else InvoiceState.OPEN


def _part(rng: Random, tenant: Tenant, month: date) -> int:
    """What a workspace adds to its organization's invoice for a month: the cycle that began then, unless an order paid
    it, and about what it used, with tax."""
    end = month.replace(day=monthrange(month.year, month.month)[1])
    if tenant.activated_at is None or tenant.activated_at.date() > end:
        return 0
    if tenant.ended_at and tenant.ended_at.date() < month:
        return 0
    card, currency = tenant.customer.card, tenant.customer.region.currency
    limit = (tenant.offer or FREE).limit(Limit.MONTHLY_MESSAGES)
    messages = int((limit if limit and limit > 0 else 300_000) * between(rng, (0.1, 0.4)))
    if tenant.story.little:
        messages = int(between(rng, (20, 120)))
    usage = to_minor((Decimal(card.message) * messages).quantize(Decimal(1)), currency)
    began = [] if not tenant.customer.is_multi else list(_cycles(tenant, month, datetime.combine(end, time(), UTC)))
    net = usage + tenant.amount * len(began)
    return round_half_up(net * (1 + Decimal(card.tax) / 100))


def _issued(month: date) -> datetime:
    following = add_months(month, 1)
    return datetime(following.year, following.month, ISSUED_ON, 0, 30, tzinfo=UTC)


def _on(rng: Random, day: date) -> datetime:
    return datetime.combine(day, time(rng.randrange(4, 14), rng.randrange(60), rng.randrange(60)), UTC)
