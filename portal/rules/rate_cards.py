"""Rate cards: what usage costs, the tax on it, and by when an invoice is to be paid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.rules.editing import Value

PRICES = ("per_message", "per_minute", "per_number", "per_extension")
FIELDS = ("name", "currency", *PRICES, "tax_percent", "tax_name", "payment_days")
LONGEST_TAX_NAME = 40  # characters: it stands in a line of the invoice
LONGEST_TERMS = 365  # days
PAYMENT_DAYS = 14  # of a new card, and of an organization without one


@dataclass(frozen=True, slots=True)
class Terms:
    """A card. Prices in major units of the currency, with up to 6 decimals; tax in per cent, with up to 4; terms in
    days from the issue of an invoice."""

    name: str
    currency: str
    per_message: Decimal = Decimal(0)
    per_minute: Decimal = Decimal(0)
    per_number: Decimal = Decimal(0)
    per_extension: Decimal = Decimal(0)
    tax_percent: Decimal = Decimal(0)
    tax_name: str = ""
    payment_days: int = PAYMENT_DAYS


def texts_of(terms: Terms) -> dict[str, Value]:
    """What a form would send for it; what costs nothing is blank."""
    return {name: _text(getattr(terms, name)) for name in FIELDS}


def told(before: Terms, after: Terms) -> dict[str, tuple[Value, Value]]:
    """What differs, before and after, as the audit log keeps it."""
    was, will = texts_of(before), texts_of(after)
    return {name: (was[name], will[name]) for name in FIELDS if was[name] != will[name]}


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else ""
    return str(value)
