"""What can be chosen in the form of a workspace: value and words, by field. Whether it may be is for the operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pycountry
from babel import Locale

from portal.base.languages import timezones
from portal.models import SuspensionBehaviour
from portal.queries.catalogue import CardChoice, PlanChoice
from portal.rules.limits import CATALOGUE, UNLIMITED, Limit
from portal.rules.pricing import PRICED_CYCLES, Cycle
from portal.web import formats
from portal.web.edited import EditedForm

Options = tuple[tuple[str, str], ...]

CYCLES: Options = (
    (Cycle.MONTHLY, "Monthly"),
    (Cycle.QUARTERLY, "Quarterly"),
    (Cycle.ANNUAL, "Annual"),
    (Cycle.CUSTOM, "Own amount and months"),
    (Cycle.TRIAL, "Trial, not charged"),
)
EACH = {Cycle.MONTHLY: "a month", Cycle.QUARTERLY: "a quarter", Cycle.ANNUAL: "a year"}
STATUSES: Options = (("trial", "Trial"), ("active", "Active"), ("suspended", "Suspended"))
MODES: Options = (("existing", "Existing user"), ("invite", "Invite a new person"))
AT_CAP: Options = (
    (SuspensionBehaviour.NOTIFY_ONLY, "Notify only"),
    (SuspensionBehaviour.BLOCK_OUTBOUND, "Block outbound"),
    (SuspensionBehaviour.SUSPEND, "Suspend"),
)
CAPS = (Limit.MONTHLY_MESSAGES, Limit.DAILY_MESSAGES, Limit.NUMBERS, Limit.USERS)


@dataclass(frozen=True, slots=True)
class PlanOption:
    """A plan to choose: `able` is false where it has no price for cycle and currency."""

    value: str
    label: str
    able: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit that can be set at once: the plan's figure, and the help below the field."""

    name: str
    label: str
    plan: str
    help: str


def plans(found: Sequence[PlanChoice], chosen: str, cycle: Cycle, currency: str, locale: str) -> list[PlanOption]:
    """The plans, each with its price for this cycle and currency; blank is the free plan. What was chosen stays."""
    options = [PlanOption("", f"{_free(found)} (no plan chosen)", True, not chosen)]
    for each in found:
        price = each.prices.get((cycle, currency))
        able = each.is_free or price is not None or cycle not in PRICED_CYCLES
        words = each.name
        if price is not None and cycle in EACH:
            words += f" · {formats.money(price, currency, locale, whole=True)} {EACH[cycle]}"
        elif not able:
            words += f" · no {cycle.value} price in {currency}"
        is_chosen = chosen in (each.public_id, each.name)
        options.append(PlanOption(each.public_id, words, able or is_chosen, is_chosen))
    if not any(each.chosen for each in options):
        options.append(PlanOption(chosen, chosen, True, True))
    return options


def _free(found: Iterable[PlanChoice]) -> str:
    return next((each.name for each in found if each.is_free), "Free plan")


def caps(found: Sequence[PlanChoice], chosen: str, locale: str) -> list[Cap]:
    """The limits that a new workspace can start with, with what its plan (else the free one) gives."""
    plan = next((each for each in found if chosen in (each.public_id, each.name)), None)
    free = next((each.limits for each in found if each.is_free), {})
    limits = plan.limits if plan else free
    answer = []
    for limit in CAPS:
        figure = limits.get(limit, free.get(limit))
        words = _figure(figure, locale)
        place = "Plan" if plan and limit in limits else "Free plan"
        answer.append(Cap(f"cap_{limit.value}", CATALOGUE[limit].label, words, f"{place}: {words}"))
    return answer


def _figure(value: int | None, locale: str) -> str:
    if value is None:
        return "not set"
    if value == UNLIMITED:
        return "unlimited"
    return formats.number(value, locale) if value else "none allowed"


def rate_cards(found: Sequence[CardChoice], default: str) -> Options:
    """The rate cards; blank is the default one."""
    standard = next((each.name for each in found if default in (each.public_id, each.name)), None)
    blank = ("", f"Default: {standard}" if standard else "Default")
    return (blank, *((each.public_id, f"{each.name}, {each.currency}") for each in found))


def currencies(default: str, locale: str) -> Options:
    """Every currency; blank is the default one."""
    return (("", f"Default: {default}"), *every_currency(locale))


def currency_to_add(form: EditedForm, but: str = "") -> str:
    """The currency that the form is to have fields for; blank, with a message at its field, where that is none."""
    code = form.more_currency.data or ""
    if code != but and any(code == each.alpha_3 for each in _sorted()):
        return code
    form.add_error("more_currency", "Choose a currency.")
    return ""


@lru_cache(maxsize=64)
def every_currency(locale: str) -> Options:
    """Every currency by its code."""
    names: Mapping[str, str] = _locale(locale).currencies
    return tuple((each.alpha_3, f"{each.alpha_3}, {names.get(each.alpha_3, each.name)}") for each in _sorted())


@lru_cache(maxsize=1)
def _sorted() -> tuple[pycountry.db.Data, ...]:
    return tuple(sorted(pycountry.currencies, key=lambda each: each.alpha_3))


@lru_cache(maxsize=1)
def zones() -> Options:
    """Every time zone."""
    return tuple((each, each.replace("_", " ")) for each in timezones())


def kept(options: Options, value: str) -> Options:
    """The options, and what was sent although it is none of them, so that it is not lost."""
    return options if any(value == each for each, _ in options) else (*options, (value, value))


def _locale(locale: str) -> Locale:
    return Locale.parse(locale.replace("-", "_"))
