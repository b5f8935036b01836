"""Invoices, drafts and credit in words: states, and lines as a table shows them, on a page and in the PDF alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.models import InvoiceState
from portal.queries.invoices import Group, LineView, Listed, Sheet
from portal.rules.invoice_lines import Line, LineKind
from portal.web import formats

STATES: Mapping[InvoiceState, tuple[str, str]] = {
    InvoiceState.OPEN: ("pending", "Open"),
    InvoiceState.OVERDUE: ("overdue", "Overdue"),
    InvoiceState.PAID: ("paid", "Paid"),
    InvoiceState.VOID: ("cancelled", "Void"),
}
"""The badge's look and word of a state."""

KINDS: Mapping[LineKind, str] = {
    LineKind.SUBSCRIPTION: "Subscription",
    LineKind.MESSAGES: "Messages sent",
    LineKind.MINUTES: "Call minutes",
    LineKind.NUMBERS: "Numbers",
    LineKind.EXTENSIONS: "Extensions",
    LineKind.LATE_MESSAGES: "Late usage, messages",
    LineKind.LATE_MINUTES: "Late usage, call minutes",
    LineKind.CONTACTS: "Active contacts above the included ones",
    LineKind.DISCOUNT: "Volume discount on contacts",
    LineKind.TAX: "Tax",
}
PERCENT = (LineKind.DISCOUNT, LineKind.TAX)


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount for people (without its currency, which stands above the column) and for machines (minor units)."""

    text: str
    value: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is shown. `count` is the quantity for machines."""

    kind: str
    label: str
    quantity: str
    count: str
    price: str
    amount: Cell


@dataclass(frozen=True, slots=True)
class Block:
    """A workspace's lines, with their sum."""

    name: str
    workspace: str | None
    tag: str
    rows: tuple[Row, ...]
    subtotal: Cell


@dataclass(frozen=True, slots=True)
class Table:
    """All of it. `account`: contacts and discount; `net` and `tax`: the sum without it, and it, where there is any."""

    currency: str
    blocks: tuple[Block, ...]
    account: tuple[Row, ...]
    net: Cell
    tax: Row | None
    total: Cell
    total_text: str


def table(sheet: Sheet, locale: str) -> Table:
    """The invoice or draft as a table."""
    currency = sheet.currency
    rows = [(line.kind, row_of(line, currency, locale)) for line in sheet.account]
    return Table(
        currency,
        blocks(sheet.groups, currency, locale),
        tuple(row for kind, row in rows if kind is not LineKind.TAX),
        cell(sheet.net, currency, locale),
        next((row for kind, row in rows if kind is LineKind.TAX), None),
        cell(sheet.total, currency, locale),
        formats.money(sheet.total, currency, locale),
    )


def blocks(groups: Sequence[Group], currency: str, locale: str) -> tuple[Block, ...]:
    """The lines of workspaces; where there are several, the primary is marked."""
    return tuple(
        Block(
            group.name,
            group.workspace,
            "Primary" if group.is_primary and len(groups) > 1 else "",
            tuple(row_of(line, currency, locale) for line in group.lines),
            cell(group.subtotal, currency, locale),
        )
        for group in groups
    )


def row_of(line: Line | LineView, currency: str, locale: str) -> Row:
    """One line."""
    amount = cell(line.amount, currency, locale)
    label = KINDS[line.kind]
    if line.kind is LineKind.SUBSCRIPTION:
        label = formats.dated(line.detail, locale, "UTC")
    elif line.kind is LineKind.TAX and line.detail:
        label = line.detail
    elif line.detail:
        label = f"{label}, {formats.dated(line.detail, locale, 'UTC')}"
    price = formats.price(line.unit_price, currency, locale)
    if line.kind in PERCENT:
        percent = line.quantity.normalize()
        places = max(0, -int(percent.as_tuple().exponent))
        return Row(line.kind, label, formats.percent(percent, locale, places), str(percent), f"of {price}", amount)
    count = int(line.quantity)
    return Row(line.kind, label, formats.number(count, locale), str(count), price, amount)


def cell(minor: int, currency: str, locale: str) -> Cell:
    """An amount without its currency."""
    return Cell(formats.plain_amount(minor, currency, locale), minor)


def state_of(it: Listed) -> tuple[str, str]:
    """The badge's look and word."""
    return STATES[InvoiceState.OVERDUE if it.is_late else it.state]


def what_became(it: Listed, today: date, locale: str) -> str:
    """When it was paid, as the reader's calendar has it; or is due. `today` in UTC, as the day on which it is due."""
    if it.state is InvoiceState.PAID and it.paid_at:
        return f"paid {formats.short_day(paid_on(it.paid_at), locale)}"
    if it.state is InvoiceState.VOID:
        return "nothing is owed"
    late = (today - it.due_on).days
    if late > 0:
        return f"due {formats.short_day(it.due_on, locale)}, {late} {'day' if late == 1 else 'days'} ago"
    return f"due {formats.short_day(it.due_on, locale)}"


def paid_on(at: datetime) -> date:
    """The day of a payment in the reader's time zone, as the list of orders has it. (The day on which an invoice was
    issued, from which its terms run, is the paper's: that of UTC for everybody.)"""
    return formats.day_of(at, formats.reader_timezone())


def month_of(it: Listed | Sheet, locale: str) -> str:
    """November 2026."""
    return formats.month(it.month, locale)
