"""What an organization pays by, line by line: its plan, its contacts, its usage, and how it pays."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from portal.queries.fees import Fees
from portal.rules.pricing import Cycle
from portal.web import formats
from portal.web.workspace_words import CYCLES

NOTHING = "Free of charge"
LAST_DAY = "Held on the last day of the month"


class Fee(NamedTuple):
    """A line: what it is, its price or term (without the currency, which stands above), for what the price is, and what
    is to be known of it. `name` and `value` are for machines: minor units, or for prices of usage and contacts major
    ones."""

    name: str
    label: str
    note: str
    text: str
    per: str = ""
    value: str = ""


def rows(found: Fees, locale: str) -> list[Fee]:
    """All of them."""
    return [*_plan(found, locale), *_contacts(found, locale), *_usage(found, locale), *_terms(found, locale)]


def _plan(found: Fees, locale: str) -> Iterator[Fee]:
    if found.primary is not None:
        kind = "For several workspaces" if found.is_multi else "For one workspace"
        yield Fee("plan", "Plan", kind, formats.isolated(found.plan) if found.plan else "None")
        ends = (
            "Nothing is charged until it ends" if found.cycle is Cycle.TRIAL else "A new price comes with the next one"
        )
        yield Fee("cycle", "Billing cycle", ends, CYCLES[found.cycle].capitalize())
        label = "Primary workspace" if found.is_multi else "Subscription"
        yield _amount(found, "price", label, formats.isolated(found.primary), found.price, _every(found.months), locale)
    if found.is_multi:
        count = f"{formats.number(found.children, locale)} now" if found.children else "None now"
        yield _amount(found, "child_fee", "Each further workspace", count, found.child_fee, "a month", locale)


def _contacts(found: Fees, locale: str) -> Iterator[Fee]:
    if found.is_multi:
        yield Fee("included", "Included contacts", "Further workspaces bring those of their plans", "None", value="0")
    else:
        free, value = formats.number(found.included, locale), str(found.included)
        yield Fee("included", "Included contacts", "Active ones, who were sent a message", free, "a month", value)
    yield _price(
        found, "contact", "Active contact above these", "Pooled over all workspaces", found.contact_price, locale
    )
    steps = [
        f"{formats.percent(percent, locale, 0)} above {formats.number(threshold, locale)} contacts"
        for threshold, percent in found.tiers
    ]
    approved = "Approved" if found.discount_approved else "Not approved"
    yield Fee("discount", "Volume discount", ", ".join(steps), approved if steps else "None")


def _usage(found: Fees, locale: str) -> Iterator[Fee]:
    rates = found.rates
    yield _price(found, "message", "Message sent", "", rates.message, locale)
    yield _price(found, "minute", "Call minute", "", rates.minute, locale)
    yield _price(found, "number", "Number", LAST_DAY, rates.number, locale)
    yield _price(found, "extension", "Extension", LAST_DAY, rates.extension, locale)


def _terms(found: Fees, locale: str) -> Iterator[Fee]:
    tax = found.rates.tax_percent.normalize()
    places = max(0, -int(tax.as_tuple().exponent))
    name = formats.isolated(found.rates.tax_name) if found.rates.tax_name else "Tax"
    yield Fee("tax", name, "On the sum", formats.percent(tax, locale, places) if tax else "None", value=f"{tax:f}")
    days = formats.number(found.payment_days, locale)
    within = f"{days} {'day' if found.payment_days == 1 else 'days'}" if found.payment_days else "At once"
    yield Fee("payment_days", "Payment", "After an invoice is issued", within, value=str(found.payment_days))


def _amount(found: Fees, name: str, label: str, note: str, minor: int, per: str, locale: str) -> Fee:
    if found.cycle is Cycle.TRIAL and name == "price":
        return Fee(name, label, note, "Nothing yet", value="0")
    if not minor:
        return Fee(name, label, note, NOTHING, value="0")
    return Fee(name, label, note, formats.plain_amount(minor, found.currency, locale), per, str(minor))


def _price(found: Fees, name: str, label: str, note: str, value: Decimal, locale: str) -> Fee:
    if not value:
        return Fee(name, label, note, NOTHING, value="0")
    text = formats.price(value.normalize(), found.currency, locale)
    return Fee(name, label, note, text, "each", f"{value.normalize():f}")


def _every(months: int) -> str:
    return {1: "a month", 3: "a quarter", 12: "a year"}.get(months, f"every {months} months")
