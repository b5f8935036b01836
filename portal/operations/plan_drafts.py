"""What somebody typed of a plan, checked: its terms, or a message at each field at fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from portal.base.countries import currency_code
from portal.models import PlanColour
from portal.models.columns import NAME
from portal.operations.draft_fields import line, one_of, typed_texts, whole
from portal.operations.drafts import Faults
from portal.rules import limits
from portal.rules.editing import Value
from portal.rules.errors import Invalid, Refused
from portal.rules.limits import Limit
from portal.rules.money import to_minor
from portal.rules.plans import (
    MOST_INCLUDED,
    MOST_PERCENT,
    MOST_TIERS,
    Terms,
    Tier,
    contact_field,
    fee_field,
    limit_field,
    price_field,
    tier_fields,
    tiers_of,
)
from portal.rules.pricing import PRICED_CYCLES, Cycle

PLACES = 6  # decimals of what a contact costs
DEAREST = Decimal(10) ** 6  # for one contact; more is a slip of the hand
MONEY = re.compile(r"(?:price_(?:monthly|quarterly|annual)|child_fee|contact_price)_([A-Z]{3})")


def currencies_in(names: Mapping[str, Any]) -> tuple[str, ...]:
    """The currencies that these fields speak of, sorted."""
    return tuple(sorted({found[1] for name in names if (found := MONEY.fullmatch(name))}))


def check(texts: Mapping[str, Value]) -> Terms:
    """The terms that these fields ask for. Raises Invalid with every fault."""
    faults, typed = typed_texts(texts)
    codes = _currencies(typed, faults)
    multi = bool(texts.get("multi_workspace"))
    terms = Terms(
        name=faults.take("name", line, typed.get("name", ""), "name", "a name", NAME, required=True) or "",
        colour=faults.take("colour", _colour, typed.get("colour", "")) or "",
        multi_workspace=multi,
        included_contacts=0 if multi else _included(typed, faults),
        tiers=_tiers(typed, faults),
        prices=_prices(typed, codes, faults),
        child_fees=_fees(typed, codes, faults),
        contact_prices=_contact_prices(typed, codes, faults),
        limits=_limits(typed, faults),
    )
    if faults.found:
        raise Invalid(faults.found)
    return terms


def _colour(text: str) -> str:
    return one_of(PlanColour, text, "colour", PlanColour.SLATE).value


def _currencies(typed: Mapping[str, str], faults: Faults) -> list[str]:
    """Those in which anything was typed."""
    given = {name: value for name, value in typed.items() if value.strip()}
    known = []
    for code in currencies_in(given):
        first = next(name for name in given if name.endswith("_" + code))
        if faults.take(first, currency_code, code, first):
            known.append(code)
    return known


def _included(typed: Mapping[str, str], faults: Faults) -> int:
    name = "included_contacts"
    return faults.take(name, whole, typed.get(name, ""), name, 0, MOST_INCLUDED) or 0


def _prices(typed: Mapping[str, str], codes: list[str], faults: Faults) -> dict[tuple[Cycle, str], int]:
    found = {}
    for code in codes:
        for cycle in PRICED_CYCLES:
            name = price_field(cycle, code)
            minor = faults.take(name, _amount, typed.get(name, ""), code, name)
            if minor is not None:
                found[cycle, code] = minor
    return found


def _fees(typed: Mapping[str, str], codes: list[str], faults: Faults) -> dict[str, int]:
    found = {code: faults.take(fee_field(code), _amount, typed.get(fee_field(code), ""), code, "") for code in codes}
    return {code: minor for code, minor in found.items() if minor}


def _amount(text: str, currency: str, field: str) -> int | None:
    if not text.strip():
        return None
    minor = to_minor(text, currency, field)
    if minor < 0:
        raise Refused("A price is 0 or more.", field)
    return minor


def _contact_prices(typed: Mapping[str, str], codes: list[str], faults: Faults) -> dict[str, Decimal]:
    found = {code: faults.take(contact_field(code), rate, typed.get(contact_field(code), "")) for code in codes}
    return {code: price for code, price in found.items() if price}


def rate(text: str) -> Decimal | None:
    """A price of one, in major units with up to 6 decimals; None for blank."""
    typed = text.strip()
    if not typed:
        return None
    if not re.fullmatch(r"\d{1,7}(\.\d{1,6})?|\.\d{1,6}", typed) or Decimal(typed) > DEAREST:
        raise Refused(f"Give a price with at most {PLACES} decimals, such as 0.005, or leave it empty for none.")
    return Decimal(typed).normalize()


def _limits(typed: Mapping[str, str], faults: Faults) -> dict[Limit, int]:
    names = {limit: limit_field(limit) for limit in Limit}
    found = {limit: faults.take(name, limits.parse, typed.get(name, ""), limit) for limit, name in names.items()}
    return {limit: value for limit, value in found.items() if value is not None}


def _tiers(typed: Mapping[str, str], faults: Faults) -> tuple[Tier, ...]:
    pairs = []
    for number in range(1, MOST_TIERS + 1):
        contacts, percent = tier_fields(number)
        pairs.append(
            (
                faults.take(contacts, whole, typed.get(contacts, ""), contacts, 1, MOST_INCLUDED),
                faults.take(percent, whole, typed.get(percent, ""), percent, 1, MOST_PERCENT),
            )
        )
    if not any(name.startswith("tier_") for name in faults.found):
        for number, end, why in tiers_of(pairs):
            faults.add(f"tier_{number}_{end}", why)
    return tuple((contacts, percent) for contacts, percent in pairs if contacts is not None and percent is not None)
