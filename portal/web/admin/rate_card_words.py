"""Rate cards in words and figures: what is listed, what a card's page says, and what a change comes to."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from flask import url_for

from portal.queries.rate_cards import CardView
from portal.rules.editing import Value
from portal.rules.rate_cards import PRICES, Terms
from portal.web import formats
from portal.web.formats import counted

LABELS = {
    "name": "Name",
    "currency": "Currency",
    "per_message": "Per message",
    "per_minute": "Per call minute",
    "per_number": "Per number",
    "per_extension": "Per extension",
    "tax_percent": "Tax, in per cent",
    "tax_name": "Name of the tax",
    "payment_days": "Payment, in days",
}
HEADS = {"per_message": "Message", "per_minute": "Minute", "per_number": "Number", "per_extension": "Extension"}
HELP = {
    "per_message": "Sent",
    "per_minute": "Of calls",
    "per_number": "Held on the month’s last day",
    "per_extension": "Held on the month’s last day",
}


class Line(NamedTuple):
    """A card as it is listed. `prices`: field, head, the price for machines and for people; `users`: organizations."""

    id: str
    url: str
    name: str
    currency: str
    tags: tuple[str, ...]
    prices: tuple[tuple[str, str, str, str], ...]
    tax: str
    terms: str
    users: int
    users_text: str


def line(found: CardView, locale: str) -> Line:
    """A card in the list, and at the head of its page."""
    terms = found.terms
    return Line(
        id=found.public_id,
        url=url_for("admin_rate_cards.page", card=found.public_id),
        name=found.name,
        currency=terms.currency,
        tags=tags(found),
        prices=tuple(
            (name, HEADS[name], f"{getattr(terms, name).normalize():f}", price(terms, name, locale)) for name in PRICES
        ),
        tax=tax(terms, locale),
        terms=payment(terms),
        users=found.organizations,
        users_text=formats.number(found.organizations, locale),
    )


def tags(found: CardView) -> tuple[str, ...]:
    """What is special about it."""
    return tuple(label for label, holds in (("Default", found.is_default), ("Archived", found.archived)) if holds)


def price(terms: Terms, name: str, locale: str) -> str:
    """What one costs, without the currency."""
    value = getattr(terms, name)
    return formats.price(value.normalize(), terms.currency, locale) if value else formats.NONE


def tax(terms: Terms, locale: str) -> str:
    """GST 18%."""
    if not terms.tax_percent:
        return "None"
    percent = terms.tax_percent.normalize()
    places = max(0, -int(percent.as_tuple().exponent))
    name = formats.isolated(terms.tax_name) if terms.tax_name else "Tax"
    return f"{name} {formats.percent(percent, locale, places)}"


def payment(terms: Terms) -> str:
    """By when an invoice is to be paid."""
    return counted(terms.payment_days, "day") if terms.payment_days else "At once"


def holds_from(found: CardView, month: date, locale: str) -> str:
    """From when a change holds, and for whom."""
    who, have = counted(found.organizations, "organization"), "has" if found.organizations == 1 else "have"
    whose = f"for the {who} that {have} it" if found.organizations else "and no organization has it yet"
    return (
        f"A change holds from {formats.month(month, locale)} on, the running month as a whole, {whose}. "
        "Months before it are billed by what the card said then."
    )


def said(name: str, value: Value) -> str:
    """A field's value as people read it."""
    return str(value) or formats.NONE
