"""What somebody typed of a rate card, checked: its terms, or a message at each field at fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from portal.base.countries import currency_code
from portal.models.columns import NAME
from portal.operations.draft_fields import line, typed_texts, whole
from portal.operations.plan_drafts import rate
from portal.rules.editing import Value
from portal.rules.errors import Invalid, Refused
from portal.rules.rate_cards import LONGEST_TAX_NAME, LONGEST_TERMS, PRICES, Terms


def check(texts: Mapping[str, Value]) -> Terms:
    """The terms that these fields ask for; a blank price is none. Raises Invalid with every fault."""
    faults, typed = typed_texts(texts)
    days = faults.take("payment_days", _days, typed.get("payment_days", ""))
    terms = Terms(
        name=faults.take("name", line, typed.get("name", ""), "name", "a name", NAME, required=True) or "",
        currency=faults.take("currency", currency_code, typed.get("currency", ""), "currency") or "",
        **{name: faults.take(name, _price, typed.get(name, "")) or Decimal(0) for name in PRICES},
        tax_percent=faults.take("tax_percent", _percent, typed.get("tax_percent", "")) or Decimal(0),
        tax_name=faults.take("tax_name", line, typed.get("tax_name", ""), "tax_name", "a name", LONGEST_TAX_NAME) or "",
        payment_days=days or 0,
    )
    if faults.found:
        raise Invalid(faults.found)
    return terms


def _price(text: str) -> Decimal:
    return rate(text) or Decimal(0)


def _percent(text: str) -> Decimal:
    typed = text.strip().removesuffix("%").strip()
    if not typed:
        return Decimal(0)
    if not re.fullmatch(r"\d{1,3}(\.\d{1,4})?|\.\d{1,4}", typed) or Decimal(typed) > 100:
        raise Refused("Give per cent from 0 to 100 with at most 4 decimals, such as 18, or leave it empty for no tax.")
    return Decimal(typed).normalize()


def _days(text: str) -> int:
    found = whole(text, "payment_days", 0, LONGEST_TERMS)
    if found is None:
        raise Refused(f"Enter a whole number from 0, at once, to {LONGEST_TERMS}.")
    return found
