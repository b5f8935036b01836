"""Example data: orders and invoices.

Organizations with one workspace pay each cycle by an order when it begins, and get an invoice for usage; the others
get one invoice a month for all, whose payment makes an order for each workspace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from portal.models import (
    BilledMonth,
    BilledUsage,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Order,
    OrderState,
    SubscriptionCycle,
)
from portal.operations.demo import ledger
from portal.operations.demo.catalogue import CONTACT_PRICES, FREE, GROUP, INCLUDED, Card, Offer
from portal.operations.demo.dice import between
from portal.operations.demo.tenants import Customer, Tenant, World
from portal.operations.demo.texts import METHODS, OTHER_METHODS
from portal.rules.cycles import Span, begun, first_kept, in_words
from portal.rules.invoicing import Account, Began, Bill, Party, Rates, Used, bill, split
from portal.rules.limits import Limit
from portal.rules.money import to_minor
from portal.rules.periods import add_months, local_day, month_end
from portal.rules.pooling import Pooled
from portal.rules.pricing import DEFAULT_TIERS, Cycle

ISSUED_ON = 3  # day of the month after
NOTED = 2  # months of which later usage may still be billed
REFERENCE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def write_billing(world: World, customer: Customer) -> None:
    """All orders and invoices of the organization, as far back as the example goes."""
    rng = world.dice.of("billing", customer.index)
    horizon = add_months(world.now.date().replace(day=1), -world.depth.months)
    for tenant in customer.tenants:
        paid = None
        if not customer.is_multi:
            for began in _cycles(tenant, horizon, world.now):
                paid = _cycle_order(world, rng, tenant, began)
        _running_cycle(world, tenant, paid)
        _failures(world, rng, tenant)
    _invoices(world, rng, customer, horizon)
    ledger.write_ledger(world, customer)


def _running_cycle(world: World, tenant: Tenant, paid: int | None) -> None:
    """The cycle that runs, or ran when the workspace stopped: paid by this order (integer key), or for the invoice."""
    spans = _spans(tenant, local_day(world.now, tenant.timezone))
    if not spans:
        return
    fee = 0 if tenant.is_primary or tenant.cycle is Cycle.TRIAL else GROUP.child_fee(tenant.customer.region.currency)
    month = spans[-1].began_on.replace(day=1)
    world.sheet.add(
        SubscriptionCycle,
        workspace_id=tenant.id,
        began_on=spans[-1].began_on,
        ends_on=spans[-1].ends_on,
        anchor=spans[-1].anchor,
        cycle=tenant.cycle,
        plan_name=(tenant.offer or FREE).name,
        is_child=not tenant.is_primary,
        amount_minor=tenant.amount or fee,
        order_id=paid,
        billed_month=month if tenant.customer.is_multi and _issued(month) < world.now else None,
    )


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


def _cycle_order(world: World, rng: Random, tenant: Tenant, began: date) -> int | None:
    """The order that paid it (integer key), None where none did."""
    offer = tenant.offer or FREE
    until = add_months(began, tenant.months) - timedelta(days=1)
    words = f"{offer.name}, {tenant.cycle.value}: {began.isoformat()} to {until.isoformat()}"
    at = _on(rng, began)
    if at >= world.now:
        return None
    at = max(at, tenant.activated_at or at)
    old = (world.now - at).days > 40
    if old and rng.random() < 0.03:  # the first try failed, the next day's did not
        _order(world, rng, tenant, words, tenant.amount, OrderState.FAILED, at)
        at += timedelta(days=1)
    state = OrderState.REFUNDED if old and rng.random() < 0.012 else OrderState.PAID
    at = min(at, world.now - timedelta(minutes=9))
    key = _order(world, rng, tenant, words, tenant.amount, state, at, pays_cycle=True)
    return key if state is OrderState.PAID else None


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
    invoice: int | None = None,
    pays_cycle: bool = False,
) -> int:
    customer = tenant.customer
    methods = METHODS.get(customer.region.country, OTHER_METHODS)
    paid = state in (OrderState.PAID, OrderState.REFUNDED)
    return world.sheet.add(
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
        invoice_id=invoice,
        pays_cycle=pays_cycle,
        created_at=at,
        paid_at=at + timedelta(seconds=rng.randrange(4, 300)) if paid else None,
    )


def _invoices(world: World, rng: Random, customer: Customer, horizon: date) -> None:
    """An invoice for every month in which something was owed, and what is billed of the last two."""
    month = max(horizon, customer.created_at.date().replace(day=1))
    months = []
    while _issued(month) < world.now:
        months.append(month)
        month = add_months(month, 1)
    for month in months:
        owed = bill(_account(world, rng, customer, month))
        if month in months[-NOTED:]:
            _note(world, customer, month, owed)
        if owed.total > 0:
            _invoice(world, rng, customer, month, owed, latest=month == months[-1])


def _rates(card: Card) -> Rates:
    prices = {
        "message": Decimal(card.message),
        "minute": Decimal(card.minute),
        "number": Decimal(card.number),
        "extension": Decimal(card.extension),
    }
    return Rates(**prices, tax_percent=Decimal(card.tax), tax_name=card.tax_name)


def _account(world: World, rng: Random, customer: Customer, month: date) -> Account:
    """What the month is billed by: the cycles that began in it, unless orders paid them; what was used, or about what
    may have been; contacts; numbers and extensions as far as plans go."""
    card, primary = customer.card, customer.tenants[0].offer or FREE
    return Account(
        currency=customer.region.currency,
        rates=_rates(card),
        contact_price=CONTACT_PRICES[customer.region.currency],
        tiers=DEFAULT_TIERS,
        discount_approved=customer.discount,
        parties=tuple(
            _party(rng, tenant, month, primary)
            for tenant in customer.tenants
            if tenant.activated_at and tenant.activated_at.date() <= month_end(month) and not _gone(tenant, month)
        ),
    )


def _gone(tenant: Tenant, month: date) -> bool:
    return tenant.ended_at is not None and tenant.ended_at.date() < month


def _party(rng: Random, tenant: Tenant, month: date, primary: Offer) -> Party:
    limit = (tenant.offer or FREE).limit(Limit.MONTHLY_MESSAGES)
    drawn = int((limit if limit and limit > 0 else 300_000) * between(rng, (0.1, 0.4)))
    if tenant.story.little:
        drawn = int(between(rng, (20, 120)))
    messages, minutes = tenant.used.get(month, (drawn, drawn // 40))
    held = int(rng.triangular(0, 4, 1)), int(rng.triangular(0, 9, 2))
    included = 0 if tenant.is_primary and primary.multi else INCLUDED
    began = [
        Began(in_words(tenant.cycle, (tenant.offer or FREE).name, not tenant.is_primary, found), tenant.amount)
        for found in _spans(tenant, month_end(month))
        if tenant.customer.is_multi and found.began_on >= month
    ]
    contacts = Pooled(int(messages * between(rng, (0.1, 0.3))), included, tenant.on_credit)
    return Party(tenant.id, tenant.name, tuple(began), Used(messages, minutes, *held), contacts)


def _spans(tenant: Tenant, until: date) -> list[Span]:
    """The latest cycles that the workspace began, the running one last."""
    if tenant.activated_at is None:
        return []
    activated = local_day(tenant.activated_at, tenant.timezone)
    end = min(until, tenant.ended_at.date()) if tenant.ended_at else until
    if end < activated:
        return []
    first = first_kept(activated, tenant.months, end)
    return list(begun(None, first, tenant.months, end, anchor=activated.day))


def _note(world: World, customer: Customer, month: date, owed: Bill) -> None:
    """That the month is billed, how much of its usage, and what of it was taken from credit."""
    at = _issued(month) + timedelta(minutes=customer.index % 600)
    world.sheet.add_plain(BilledMonth, organization_id=customer.id, month=month, billed_at=at)
    for tenant in customer.tenants:
        if month in tenant.used:
            messages, minutes = tenant.used[month]
            world.sheet.add_plain(BilledUsage, workspace_id=tenant.id, month=month, messages=messages, minutes=minutes)
    for line in owed.credit:
        customer.credit.append((at, line, month))


def _invoice(world: World, rng: Random, customer: Customer, month: date, owed: Bill, latest: bool) -> None:
    issued = _issued(month) + timedelta(minutes=customer.index % 600)
    due_on = issued.date() + timedelta(days=customer.card.days)
    paid_at = min(issued + timedelta(days=between(rng, (0.5, customer.card.days))), world.now - timedelta(hours=1))
    state = InvoiceState.PAID
    if latest:
        due_on, state = _of_latest(world, rng, customer, issued, due_on, paid_at)
    elif rng.random() < 0.004:
        state = InvoiceState.VOID
    paid_at = paid_at.replace(microsecond=0)
    world.last_number += 1
    key = world.sheet.add(
        Invoice,
        organization_id=customer.id,
        number=f"new {world.last_number}",  # numbered in the order of issue once all are there
        month=month,
        currency=customer.region.currency,
        total_minor=owed.total,
        state=state,
        issued_at=issued,
        due_on=due_on,
        paid_at=paid_at if state is InvoiceState.PAID else None,
        voided_at=paid_at if state is InvoiceState.VOID else None,
        void_reason="Agreed with the customer" if state is InvoiceState.VOID else "",
        bill_name=customer.name,
        bill_address=customer.address,
        bill_country=customer.region.country,
        bill_tax_id=customer.tax_id,
        bill_email=f"accounts@{customer.slug}.example",
    )
    _lines(world, key, owed)
    if state is InvoiceState.PAID:
        _shares(world, rng, customer, key, owed, paid_at)


def _lines(world: World, invoice: int, owed: Bill) -> None:
    for position, line in enumerate(owed.lines, 1):
        world.sheet.add(
            InvoiceLine,
            invoice_id=invoice,
            position=position,
            workspace_id=line.workspace[0] if line.workspace else None,
            workspace_name=line.workspace[1] if line.workspace else "",
            kind=line.kind,
            detail=line.detail,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount_minor=line.amount,
        )


def _shares(world: World, rng: Random, customer: Customer, invoice: int, owed: Bill, paid_at: datetime) -> None:
    """A paid order for each workspace that the invoice names."""
    sums: dict[int, int] = {}
    for line in owed.lines:
        if line.workspace:
            sums[line.workspace[0]] = sums.get(line.workspace[0], 0) + line.amount
    by_key = {tenant.id: tenant for tenant in customer.tenants}
    sums = sums or {customer.tenants[0].id: owed.total}
    for key, part in zip(sums, split(owed.total, list(sums.values())), strict=True):
        words = "Invoice"  # its number follows, once it has one
        _order(world, rng, by_key[key], words, part, OrderState.PAID, paid_at, "Bank transfer", invoice)


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


def _issued(month: date) -> datetime:
    following = add_months(month, 1)
    return datetime(following.year, following.month, ISSUED_ON, 0, 30, tzinfo=UTC)


def _on(rng: Random, day: date) -> datetime:
    return datetime.combine(day, time(rng.randrange(4, 14), rng.randrange(60), rng.randrange(60)), UTC)
