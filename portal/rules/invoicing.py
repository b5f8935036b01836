"""An organization's calendar month as an invoice: its lines, what goes to platform credit instead, and how a payment
falls to workspaces.

Nothing is prorated. Each line is rounded half up once, and the total is the sum of the lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from portal.rules.invoice_lines import Line, LineKind, month_name, priced, share, whole
from portal.rules.periods import add_months, utc_day
from portal.rules.pooling import Pooled, pool
from portal.rules.pricing import discount

ISSUED_ON = 3
"""The day (UTC) of the month after on which invoices are issued."""

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rates:
    """A rate card: prices in major units, tax in per cent and by its name."""

    message: Decimal = NOTHING
    minute: Decimal = NOTHING
    number: Decimal = NOTHING
    extension: Decimal = NOTHING
    tax_percent: Decimal = NOTHING
    tax_name: str = ""


@dataclass(frozen=True, slots=True)
class Late:
    """What was reported of a month (its first day) after that was invoiced."""

    month: date
    messages: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Used:
    """What a workspace used in the month since its activation; `numbers` and `extensions`: held on its last day."""

    messages: int = 0
    minutes: int = 0
    numbers: int = 0
    extensions: int = 0
    late: tuple[Late, ...] = ()


@dataclass(frozen=True, slots=True)
class Began:
    """A cycle that no order has paid and no invoice had: in words, and what it costs in minor units. `late`: it began
    in a month that is billed already."""

    detail: str
    amount: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """An activated workspace in the month. `key`: its integer key. Its contacts say whether it is billed to credit."""

    key: int
    name: str
    began: tuple[Began, ...] = ()
    used: Used = Used()
    contacts: Pooled = Pooled(0, 0)


@dataclass(frozen=True, slots=True)
class Account:
    """An organization in a month: the workspaces in the order of the invoice, the price of an active contact (major
    units) and the discount tiers of the primary's plan."""

    currency: str
    rates: Rates
    contact_price: Decimal
    tiers: tuple[tuple[int, Decimal], ...]
    discount_approved: bool
    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Bill:
    """The lines of an invoice, grouped by workspace, those of the whole account last; and what is taken from platform
    credit instead (no tax, no discount), each to be booked with its sign turned."""

    lines: tuple[Line, ...]
    credit: tuple[Line, ...]

    @property
    def total(self) -> int:
        """The sum of the lines, in minor units."""
        return sum(line.amount for line in self.lines)


def bill(account: Account) -> Bill:
    """What the account owes for the month. Lines without a quantity or a price are left out."""
    lines: list[Line] = []
    credit: list[Line] = []
    for party in account.parties:
        lines += _subscription(party, account.currency)
        (credit if party.contacts.on_credit else lines).extend(usage_lines(party, account.rates, account.currency))
        if party.contacts.on_credit:
            credit += _contacts(party.contacts.above, account, (party.key, party.name))
    lines += _of_account(account)
    if account.rates.tax_percent:
        taxed, name = sum(line.amount for line in lines), account.rates.tax_name
        tax = share(LineKind.TAX, account.rates.tax_percent, taxed, account.currency, detail=name)
        lines += [tax] if tax.unit_price else []
    return Bill(tuple(lines), tuple(credit))


def usage_lines(party: Party, rates: Rates, currency: str) -> Iterator[Line]:
    """A workspace's usage: before tax, what counts towards its spend cap."""
    whose, used = (party.key, party.name), party.used
    rows = [
        (LineKind.MESSAGES, used.messages, rates.message, ""),
        (LineKind.MINUTES, used.minutes, rates.minute, ""),
        (LineKind.NUMBERS, used.numbers, rates.number, ""),
        (LineKind.EXTENSIONS, used.extensions, rates.extension, ""),
    ]
    for late in used.late:
        rows.append((LineKind.LATE_MESSAGES, late.messages, rates.message, month_name(late.month)))
        rows.append((LineKind.LATE_MINUTES, late.minutes, rates.minute, month_name(late.month)))
    for kind, quantity, price, detail in rows:
        if quantity > 0 and price:
            yield priced(kind, quantity, price, currency, whose, detail)


def _subscription(party: Party, currency: str) -> Iterator[Line]:
    for began in party.began:
        if began.amount:
            detail = f"Late: {began.detail}" if began.late else began.detail
            yield whole(LineKind.SUBSCRIPTION, began.amount, currency, (party.key, party.name), detail)


def _contacts(quantity: int, account: Account, whose: tuple[int, str] | None) -> Iterator[Line]:
    if quantity > 0 and account.contact_price:
        yield priced(LineKind.CONTACTS, quantity, account.contact_price, account.currency, whose)


def _of_account(account: Account) -> Iterator[Line]:
    """Pooled contacts, and the discount on them."""
    pooled, billed = pool(party.contacts for party in account.parties)
    percent = discount(account.tiers, pooled) if account.discount_approved else NOTHING
    for line in _contacts(billed, account, None):
        yield line
        if percent and line.amount:
            yield share(LineKind.DISCOUNT, percent, line.amount, account.currency, sign=-1)


# ---------------------------------------------------------------- months


def issued_at(month: date) -> datetime:
    """The instant from which on the month's invoice is due to be issued: the 3rd of the month after, UTC."""
    following = add_months(month, 1)
    return datetime(following.year, following.month, ISSUED_ON, tzinfo=UTC)


def last_issuable(now: datetime) -> date:
    """The latest month (its first day) whose invoice is due to be issued."""
    at = now.astimezone(UTC)
    return add_months(at.date().replace(day=1), -1 if at.day >= ISSUED_ON else -2)


def due_months(latest: date | None, now: datetime) -> list[date]:
    """The months that are due to be billed after `latest`, the last that was; of an account that was never billed, the
    last month alone."""
    last = last_issuable(now)
    if latest is None:
        return [last]
    count = (last.year - latest.year) * 12 + last.month - latest.month
    return [add_months(latest, n) for n in range(1, count + 1)]


def next_month(latest: date | None, now: datetime) -> date:
    """The month that is billed next, where `latest` was the last, or none was."""
    return add_months(latest, 1) if latest else last_issuable(now)


def due_on(issued: datetime, payment_days: int) -> date:
    """By when an invoice is to be paid."""
    return utc_day(issued) + timedelta(days=payment_days)


def latest_due(now: datetime, grace_days: int) -> date:
    """Invoices that were due up to this day (UTC) are overdue for longer than so many days of grace."""
    return utc_day(now) - timedelta(days=grace_days + 1)


# ---------------------------------------------------------------- payments


def split(total: int, weights: Sequence[int]) -> list[int]:
    """`total` (at least 0) in whole minor units over groups by weight, adding up to it: what does not divide goes to
    the largest remainders, the heavier group first. Where nothing weighs anything, the first has all."""
    if not weights:
        return []
    whole_weight = sum(weights)
    if whole_weight <= 0:
        return [total, *(0 for _ in weights[1:])]
    shares = [total * weight // whole_weight for weight in weights]
    rests = [(total * weight % whole_weight, weight) for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: (*(-each for each in rests[n]), n))
    for n in order[: total - sum(shares)]:
        shares[n] += 1
    return shares
