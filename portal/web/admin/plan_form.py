"""The form of a plan: a price for each cycle and currency, a figure for each limit."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request

from portal.operations.plan_drafts import MONEY, currencies_in
from portal.rules.limits import CATALOGUE, Limit
from portal.rules.plans import MOST_TIERS, fields, limit_field, tier_fields
from portal.web import edited
from portal.web.edited import EditedForm

FLAGS = frozenset({"multi_workspace"})
MOST_CURRENCIES = 40  # of one form
LABELS = {
    "name": "Name",
    "colour": "Colour",
    "multi_workspace": "Several workspaces",
    "included_contacts": "Included contacts",
    **{limit_field(limit): CATALOGUE[limit].label for limit in Limit},
}
COLUMNS = {
    "price_monthly": "Monthly",
    "price_quarterly": "Quarterly",
    "price_annual": "Annual",
    "child_fee": "Child, a month",
    "contact_price": "Per contact",
}
"""The heads of the table of prices, by the beginning of the field's name."""


def form_of(currencies: Iterable[str]) -> type[EditedForm]:
    """The form of a plan that may have prices in these."""
    return edited.form_of(fields(sorted(set(currencies))), FLAGS, label_of)


def sent(known: Iterable[str]) -> EditedForm:
    """The form as it was sent, with the currencies that are known and those that it names."""
    return form_of((*known, *currencies_in(request.form)[:MOST_CURRENCIES]))()


def label_of(name: str) -> str:
    """What a field is called."""
    money = MONEY.fullmatch(name)
    if money:
        return f"{COLUMNS[name[: -len(money[1]) - 1]]} in {money[1]}"
    for number in range(1, MOST_TIERS + 1):
        contacts, percent = tier_fields(number)
        if name in (contacts, percent):
            return f"Discount {number}, {'above' if name == contacts else 'per cent'}"
    return LABELS[name]
