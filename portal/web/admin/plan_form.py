"""The form of a plan: a price for each cycle and currency, a figure for each limit. Its fields hold text as it was
typed; what they mean is checked by the operation."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import request
from wtforms import BooleanField, StringField

from portal.operations.plan_drafts import MONEY, currencies_in
from portal.rules.limits import CATALOGUE, Limit
from portal.rules.plans import MOST_TIERS, Value, fields, limit_field, tier_fields
from portal.web.forms import Form

FLAGS = frozenset({"multi_workspace"})
NO = (False, "false", "no", "off", "0", "")
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


class PlanForm(Form):
    """What is sent beside the plan's own fields: the version that it began with, marks of what stood there then (see
    `web/versions.py`), and whether what it would do was seen. Which fields it has besides is for `form_of`."""

    version = StringField()
    seen = StringField()
    confirm = StringField()
    more_currency = StringField()
    names: tuple[str, ...] = ()

    def value(self, name: str) -> Any:
        """What stands in the field: text, or whether it is ticked."""
        data = self._fields[name].data
        return bool(data) if name in FLAGS else data or ""

    def given(self) -> dict[str, Value]:
        """What was sent, by field; a field that was not is not there."""
        return {name: self.value(name) for name in self.names if self._fields[name].raw_data}

    def faults(self) -> list[tuple[str | None, str]]:
        """Every message for the summary above the form: the id of the field, and label and message."""
        found: list[tuple[str | None, str]] = [(None, str(each)) for each in self.form_errors]
        found += [(f"f-{name}", f"{label_of(name)}: {self.error(name)}") for name in self.names if self.error(name)]
        return found


@lru_cache(maxsize=64)
def form_of(currencies: tuple[str, ...]) -> type[PlanForm]:
    """The form of a plan that may have prices in these."""
    names = fields(currencies)
    made = {name: BooleanField(false_values=NO) if name in FLAGS else StringField() for name in names}
    return type("PlanForm", (PlanForm,), {**made, "names": names})


def sent(known: tuple[str, ...]) -> PlanForm:
    """The form as it was sent, with the currencies that are known and those that it names."""
    named = currencies_in(request.form)[:MOST_CURRENCIES]
    return form_of(tuple(sorted({*known, *named})))()


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
