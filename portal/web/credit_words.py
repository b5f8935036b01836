"""Entries of the credit ledger in words."""

from __future__ import annotations

from dataclasses import dataclass

from portal.models import CreditKind
from portal.queries.credit import Entry
from portal.rules.invoice_lines import LineKind
from portal.web import formats
from portal.web.invoice_words import KINDS


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as a line of the ledger. `amount`, `balance`: text, minor units."""

    when: str
    title: str
    what: str
    note: str
    workspace: str | None
    workspace_name: str
    by: str
    amount: tuple[str, int]
    balance: tuple[str, int]
    currency: str


def entry(it: Entry, locale: str) -> Row:
    """The entry for this reader."""
    timezone = formats.reader_timezone()
    what, note = _what(it, locale)
    sign = "+" if it.amount > 0 else ""
    return Row(
        when=formats.day(formats.day_of(it.booked_at, timezone), locale),
        title=formats.minute(it.booked_at, locale, timezone),
        what=what,
        note=note,
        workspace=it.workspace,
        workspace_name=it.workspace_name,
        by="Portal" if it.kind is not CreditKind.ADJUSTMENT else it.booked_by,
        amount=(sign + formats.money(it.amount, it.currency, locale), it.amount),
        balance=(formats.money(it.balance, it.currency, locale), it.balance),
        currency=it.currency,
    )


def _what(it: Entry, locale: str) -> tuple[str, str]:
    """What it is, and a small line below."""
    if it.kind is CreditKind.ADJUSTMENT or it.quantity is None or it.unit_price is None:
        return it.detail, "Adjusted"
    kind, _, late = it.detail.partition(" ")
    name = KINDS[LineKind(kind)] if kind in set(LineKind) else it.detail
    of = formats.dated(late, locale, "UTC") if late else formats.month(it.month, locale) if it.month else ""
    price = formats.price(it.unit_price, it.currency, locale)
    return f"{name}, {of}", f"{formats.number(int(it.quantity), locale)} × {price}"
