"""What somebody typed of the platform's settings, checked: the settings that they ask for, or a message at each field
at fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from portal.base.countries import currency_code
from portal.models import SuspensionBehaviour
from portal.models.columns import NAME
from portal.operations.draft_fields import cnam, line, one_of, timezone_name, typed_texts, whole
from portal.operations.drafts import Faults
from portal.queries.catalogue import card_choices, plan_choices
from portal.rules import thresholds
from portal.rules.editing import Value
from portal.rules.errors import Invalid, Refused
from portal.rules.health import Thresholds
from portal.rules.platform import Platform, rate_field, threshold_field
from portal.rules.pricing import Cycle

LONGEST_TRIAL = LONGEST_GRACE = 365  # days
RATE = re.compile(r"rate_([A-Z]{3})")
RATE_TEXT = re.compile(r"\d{1,9}(\.\d{1,9})?|\.\d{1,9}")


def currencies_in(names: Mapping[str, object]) -> tuple[str, ...]:
    """The currencies that these fields speak of, sorted."""
    return tuple(sorted({found[1] for name in names if (found := RATE.fullmatch(name))}))


def settings(before: Platform, texts: Mapping[str, Value]) -> Platform:
    """The settings with these fields instead. Raises Invalid with every fault."""
    faults, typed = typed_texts(texts)
    after = replace(
        before,
        brand=faults.take("brand", line, typed.get("brand", ""), "brand", "a name", NAME) or "",
        timezone=faults.take("timezone", timezone_name, typed.get("timezone", ""), before.timezone) or "",
        grace_days=_number(faults, typed, "grace_days", before.grace_days, 0, LONGEST_GRACE),
        tell_impersonated_owner=bool(texts.get("tell_impersonated_owner")),
        exchange_rates=_rates(before, typed, faults),
        thresholds=_thresholds(typed, faults) or before.thresholds,
    )
    if faults.found:
        raise Invalid(faults.found)
    return after


def defaults(before: Platform, texts: Mapping[str, Value]) -> Platform:
    """The settings with these defaults of new workspaces. Raises Invalid with every fault."""
    faults, typed = typed_texts(texts)
    names = {name: typed.get(name, "") for name in ("default_timezone", "default_currency", "default_plan")}
    at_cap = "default_suspension_behaviour"
    currency = faults.take("default_currency", _currency, names["default_currency"]) or before.default_currency
    after = replace(
        before,
        default_timezone=faults.take("default_timezone", timezone_name, names["default_timezone"], "") or "",
        default_currency=currency,
        default_cnam=faults.take("default_cnam", cnam, typed.get("default_cnam", "")) or "",
        default_suspension_behaviour=faults.take(at_cap, _behaviour, typed.get(at_cap, "")) or "",
        trial_days=_number(faults, typed, "trial_days", before.trial_days, 1, LONGEST_TRIAL),
        default_plan=faults.take("default_plan", _plan, names["default_plan"], currency) or "",
        default_rate_card=faults.take("default_rate_card", _card, typed.get("default_rate_card", ""), before, currency)
        or "",
    )
    if faults.found:
        raise Invalid(faults.found)
    return after


def _rates(before: Platform, typed: Mapping[str, str], faults: Faults) -> dict[str, str]:
    found: dict[str, str] = {}
    for code in currencies_in(typed):
        name = rate_field(code)
        if not typed[name].strip() or code == before.reporting_currency:
            continue
        if faults.take(name, currency_code, code, name):
            found[code] = faults.take(name, _rate, typed[name]) or ""
    return found


def _rate(text: str) -> str:
    typed = text.strip()
    if not RATE_TEXT.fullmatch(typed) or not Decimal(typed):
        raise Refused("Give what one unit is worth, such as 83.40, or leave it empty for no rate.")
    return f"{Decimal(typed):f}"


def _thresholds(typed: Mapping[str, str], faults: Faults) -> Thresholds | None:
    values: dict[str, int] = {}
    for name, (least, most) in thresholds.BOUNDS.items():
        at = threshold_field(name)
        value = faults.take(at, whole, typed.get(at, ""), at, least, most)
        if value is not None:
            values[name] = value
        else:
            faults.add(at, f"Enter a whole number from {least} to {most}.")
    if len(values) < len(thresholds.BOUNDS):
        return None
    for name, why in thresholds.faults_of(values).items():
        faults.add(threshold_field(name), why)
    return Thresholds(**values)


def _currency(text: str) -> str:
    return currency_code(text, "default_currency")


def _behaviour(text: str) -> str:
    return one_of(SuspensionBehaviour, text, "default_suspension_behaviour", SuspensionBehaviour.NOTIFY_ONLY).value


def _number(faults: Faults, typed: Mapping[str, str], name: str, before: int, least: int, most: int) -> int:
    """The whole number that was typed; where none was, what stood there `before`, with a fault."""
    found = faults.take(name, whole, typed.get(name, ""), name, least, most)
    if found is None:
        faults.add(name, f"Enter a whole number from {least} to {most}.")
    return before if found is None else found


def _plan(reference: str, currency: str) -> str:
    """The public id of a plan that a new workspace can have; blank for none."""
    if not reference.strip():
        return ""
    typed = reference.strip()
    plan = next((each for each in plan_choices() if typed in (each.public_id, each.name)), None)
    if plan is None:
        raise Refused("There is no such plan to choose. Choose another.")
    if not plan.is_free and (Cycle.MONTHLY, currency) not in plan.prices:
        raise Refused(f"{plan.name} has no monthly price in {currency}. Choose another plan or currency.")
    return plan.public_id


def _card(reference: str, before: Platform, currency: str) -> str:
    """The public id of the rate card that new organizations in this currency start with; blank for none, where there
    never was one or none is in the currency."""
    typed, known = reference.strip(), card_choices()
    if not typed:
        if before.default_rate_card and any(each.currency == currency for each in known):
            raise Refused("There is always a rate card to start with. Choose another one.")
        return ""
    card = next((each for each in known if typed in (each.public_id, each.name)), None)
    if card is None:
        raise Refused("There is no such rate card to choose. Choose another.")
    if card.currency != currency:
        raise Refused(f"{card.name} is in {card.currency}, not in {currency}. Choose another rate card or currency.")
    return card.public_id
