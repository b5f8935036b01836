"""A plan as it can be edited: its terms, the text of each in a form, and what changing them comes to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from portal.rules.editing import Value, listed
from portal.rules.limits import UNLIMITED, Limit
from portal.rules.money import round_half_up, to_major
from portal.rules.pricing import PRICED_CYCLES, Cycle, months_of

MOST_TIERS = 5
MOST_INCLUDED = 10**9 - 1  # contacts; more is a slip of the hand
MOST_PERCENT = 100

Tier = tuple[int, int]
"""Above so many contacts, so many per cent less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that can be said about a plan. Prices and child fees (a month's) in minor units; what an active contact costs
    in major ones. A price, fee or limit that is not set is not there."""

    name: str
    colour: str
    multi_workspace: bool = False
    included_contacts: int = 1000
    tiers: tuple[Tier, ...] = ()
    prices: Mapping[tuple[Cycle, str], int] = field(default_factory=dict)
    child_fees: Mapping[str, int] = field(default_factory=dict)
    contact_prices: Mapping[str, Decimal] = field(default_factory=dict)
    limits: Mapping[Limit, int] = field(default_factory=dict)

    @property
    def currencies(self) -> tuple[str, ...]:
        """Those in which it costs anything, sorted."""
        return tuple(sorted({code for _, code in self.prices} | set(self.child_fees) | set(self.contact_prices)))


# ---------------------------------------------------------------- fields of the form


def price_field(cycle: Cycle, currency: str) -> str:
    """The field of a price."""
    return f"price_{cycle.value}_{currency}"


def fee_field(currency: str) -> str:
    """The field of a child workspace's month."""
    return f"child_fee_{currency}"


def contact_field(currency: str) -> str:
    """The field of what an active contact costs."""
    return f"contact_price_{currency}"


def limit_field(limit: Limit) -> str:
    """The field of a limit."""
    return f"limit_{limit.value}"


def tier_fields(number: int) -> tuple[str, str]:
    """The fields of a step of the volume discount, from 1: contacts, and per cent."""
    return f"tier_{number}_contacts", f"tier_{number}_percent"


def money_fields(currency: str) -> tuple[str, ...]:
    """All fields of a currency, in the order in which they stand."""
    return (*(price_field(cycle, currency) for cycle in PRICED_CYCLES), fee_field(currency), contact_field(currency))


def fields(currencies: Iterable[str]) -> tuple[str, ...]:
    """All fields of a plan's form, in the order in which they stand."""
    return (
        *("name", "colour"),
        *(name for code in currencies for name in money_fields(code)),
        *map(limit_field, Limit),
        *("multi_workspace", "included_contacts"),
        *(name for number in range(1, MOST_TIERS + 1) for name in tier_fields(number)),
    )


def texts_of(terms: Terms, currencies: Iterable[str] = ()) -> dict[str, Value]:
    """What a form would send for these terms, with blank fields for further currencies."""
    codes = sorted({*terms.currencies, *currencies})
    texts: dict[str, Value] = dict.fromkeys(fields(codes), "")
    texts |= {"name": terms.name, "colour": terms.colour, "multi_workspace": terms.multi_workspace}
    texts["included_contacts"] = str(terms.included_contacts)
    texts |= {price_field(*key): str(to_major(minor, key[1])) for key, minor in terms.prices.items()}
    texts |= {fee_field(code): str(to_major(minor, code)) for code, minor in terms.child_fees.items()}
    texts |= {contact_field(code): f"{price.normalize():f}" for code, price in terms.contact_prices.items()}
    texts |= {limit_field(limit): str(value) for limit, value in terms.limits.items()}
    for number, (contacts, percent) in enumerate(terms.tiers, start=1):
        texts |= dict(zip(tier_fields(number), (str(contacts), str(percent)), strict=True))
    return texts


# ---------------------------------------------------------------- what a change comes to


def told(before: Terms, after: Terms) -> dict[str, tuple[Any, Any]]:
    """What differs, before and after, as the audit log keeps it; of prices and limits those alone that differ."""
    plain = ("name", "colour", "multi_workspace", "included_contacts")
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in plain}
    pairs["discount_tiers"] = (_tiers(before.tiers), _tiers(after.tiers))
    pairs["prices"] = listed(
        {f"{cycle.value} {code}": str(to_major(minor, code)) for (cycle, code), minor in before.prices.items()},
        {f"{cycle.value} {code}": str(to_major(minor, code)) for (cycle, code), minor in after.prices.items()},
    )
    pairs["child_fees"] = listed(
        {code: str(to_major(minor, code)) for code, minor in before.child_fees.items()},
        {code: str(to_major(minor, code)) for code, minor in after.child_fees.items()},
    )
    pairs["contact_prices"] = listed(
        {code: f"{price.normalize():f}" for code, price in before.contact_prices.items()},
        {code: f"{price.normalize():f}" for code, price in after.contact_prices.items()},
    )
    pairs["limits"] = listed(
        {limit.value.replace("_", " "): figure(value) for limit, value in before.limits.items()},
        {limit.value.replace("_", " "): figure(value) for limit, value in after.limits.items()},
    )
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def figure(value: int | None) -> str:
    """A limit in words that need no language: 5, unlimited, not set."""
    if value is None:
        return "not set"
    return "unlimited" if value == UNLIMITED else str(value)


def _tiers(tiers: Iterable[Tier]) -> str:
    return ", ".join(f"above {contacts}: {percent} %" for contacts, percent in tiers)


def changed_limits(before: Terms, after: Terms) -> tuple[Limit, ...]:
    """The limits that differ, in the catalogue's order."""
    return tuple(limit for limit in Limit if before.limits.get(limit) != after.limits.get(limit))


def moves_money(before: Terms, after: Terms) -> bool:
    """Whether the MRR of a workspace may be another one afterwards."""
    return before.prices != after.prices or before.child_fees != after.child_fees


@dataclass(frozen=True, slots=True)
class Paying:
    """Workspaces that pay alike: a cycle of the plan (None: a child's fee by the month) in a currency. `active` of them
    count as MRR."""

    cycle: Cycle | None
    currency: str
    workspaces: int
    active: int


@dataclass(frozen=True, slots=True)
class Income:
    """What the MRR of `workspaces` is in a currency, before and after: minor units."""

    currency: str
    workspaces: int
    before: int
    after: int


def income(groups: Iterable[Paying], before: Terms, after: Terms) -> tuple[Income, ...]:
    """The MRR of those that would pay another price, by currency. Each is rounded by itself, as it is stored."""
    found: dict[str, Income] = {}
    for group in groups:
        was, will = _monthly(group, before), _monthly(group, after)
        if was == will or not group.active:
            continue
        sum_of = found.get(group.currency, Income(group.currency, 0, 0, 0))
        found[group.currency] = Income(
            group.currency,
            sum_of.workspaces + group.active,
            sum_of.before + was * group.active,
            sum_of.after + will * group.active,
        )
    return tuple(found[code] for code in sorted(found))


def unpriced(groups: Iterable[Paying], before: Terms, after: Terms) -> int:
    """How many workspaces pay by a price that would be gone."""
    return sum(group.workspaces for group in groups if _priced(group, before) and not _priced(group, after))


def _priced(group: Paying, terms: Terms) -> bool:
    if group.cycle is None:
        return group.currency in terms.child_fees
    return (group.cycle, group.currency) in terms.prices


def _monthly(group: Paying, terms: Terms) -> int:
    if group.cycle is None:
        return terms.child_fees.get(group.currency, 0)
    return round_half_up(Decimal(terms.prices.get((group.cycle, group.currency), 0)) / (months_of(group.cycle) or 1))


def tiers_of(pairs: Collection[tuple[int | None, int | None]]) -> Iterator[tuple[int, str, str]]:
    """What is wrong with these steps (contacts, per cent; None where blank): number from 1, field's end, and why."""
    last: Tier | None = None
    for number, (contacts, percent) in enumerate(pairs, start=1):
        if contacts is None and percent is None:
            continue
        if contacts is None:
            yield number, "contacts", "Give the number of contacts above which it holds, or leave both empty."
        elif percent is None:
            yield number, "percent", "Give the per cent, or leave both empty."
        else:
            if last and contacts <= last[0]:
                yield number, "contacts", f"Each step begins above the one before: give more than {last[0]:,}."
            if last and percent <= last[1]:
                yield number, "percent", f"Each step takes more off than the one before: give more than {last[1]}."
            last = (contacts, percent)
