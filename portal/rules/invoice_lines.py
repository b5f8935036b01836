"""The lines of an invoice: what each is about, and what it comes to.

Quantities are whole, but for per cents; unit prices are decimals of the major unit; amounts minor units, each rounded
half up once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portal.rules.money import decimals, round_half_up, to_major


class LineKind(StrEnum):
    """What a line is about, in the order in which lines stand in their group."""

    SUBSCRIPTION = "subscription"
    MESSAGES = "messages"
    MINUTES = "minutes"
    NUMBERS = "numbers"
    EXTENSIONS = "extensions"
    LATE_MESSAGES = "late_messages"
    LATE_MINUTES = "late_minutes"
    CONTACTS = "contacts"
    DISCOUNT = "discount"
    TAX = "tax"


ACCOUNT_KINDS = frozenset({LineKind.CONTACTS, LineKind.DISCOUNT, LineKind.TAX})
"""Those of the whole account, not of one of its workspaces."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line. `workspace`: integer key and name of whose it is, None for the account's own. `amount` follows from
    quantity and unit price; of a discount and of tax these are per cent and what it is a per cent of."""

    kind: LineKind
    quantity: Decimal
    unit_price: Decimal
    amount: int
    detail: str = ""
    workspace: tuple[int, str] | None = None


def priced(
    kind: LineKind, quantity: int, price: Decimal, currency: str, workspace: tuple[int, str] | None, detail: str = ""
) -> Line:
    """So many at a price in major units of the currency."""
    amount = round_half_up(quantity * price.scaleb(decimals(currency)))
    return Line(kind, Decimal(quantity), price, amount, detail, workspace)


def whole(kind: LineKind, minor: int, currency: str, workspace: tuple[int, str], detail: str) -> Line:
    """One, at an amount that is whole already."""
    return Line(kind, Decimal(1), to_major(minor, currency), minor, detail, workspace)


def share(kind: LineKind, percent: Decimal, of_minor: int, currency: str, sign: int = 1, detail: str = "") -> Line:
    """So many per cent of an amount, added or, with −1, taken off."""
    amount = sign * round_half_up(Decimal(of_minor) * percent / 100)
    return Line(kind, percent, to_major(of_minor, currency), amount, detail)


def month_name(month: date) -> str:
    """A month as it stands in a line's detail: 2026-10, written out for whoever reads it."""
    return f"{month:%Y-%m}"
