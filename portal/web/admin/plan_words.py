"""Plans in words and figures: the list, a plan's page, and what a change would do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flask import url_for

from portal.models import PlanColour
from portal.operations.plan_previews import Preview
from portal.queries.plans import PlanView
from portal.rules.editing import Value
from portal.rules.limits import CATALOGUE, Limit
from portal.rules.plans import Terms
from portal.rules.pricing import PRICED_CYCLES, Cycle
from portal.web import formats
from portal.web.admin.plan_form import FLAGS
from portal.web.admin.workspace_addresses import HOME
from portal.web.formats import counted
from portal.web.limit_bars import text_of

COLOURS = tuple((colour.value, colour.value.capitalize()) for colour in PlanColour)
SHOWN = (Limit.MONTHLY_MESSAGES, Limit.NUMBERS, Limit.USERS)  # of the nine, in the list
"""The limits by which plans are told apart at a glance."""


class Money(NamedTuple):
    """An amount for machines (minor units of `currency`) and people; `code`: a currency without a sign of its own."""

    value: int
    currency: str
    code: str
    text: str


class Line(NamedTuple):
    """A plan in the list. `limits`: label and figure of those by which plans are told apart; `beside`: MRR in
    currencies that have no exchange rate."""

    id: str
    url: str
    name: str
    colour: str
    tags: tuple[str, ...]
    prices: tuple[tuple[str, Money | None], ...]
    limits: tuple[tuple[str, str], ...]
    workspaces: int
    workspaces_text: str
    list_url: str
    note: str
    mrr: Money
    beside: str


class Price(NamedTuple):
    """What a plan costs in a currency: each cycle and a child's month, None where there is no price; and an active
    contact, which costs a fraction of a minor unit."""

    currency: str
    cells: tuple[Money | None, ...]
    contact: str


class Effect(NamedTuple):
    """A limit that would change: figures for people, counts as value and text."""

    name: str
    label: str
    before: str
    after: str
    cells: tuple[tuple[str, int, str], ...]


def money(minor: int, currency: str, locale: str, whole: bool = True) -> Money:
    """The amount; `whole` drops decimals that are all zero."""
    code, text = formats.amount(minor, currency, locale, whole=whole)
    return Money(minor, currency, code, text)


def line(found: PlanView, currency: str, locale: str) -> Line:
    """A plan in the list, with its prices in this currency."""
    terms, carried = found.terms, found.carried
    return Line(
        id=found.public_id,
        url=url_for("admin_plans.page", plan=found.public_id),
        name=found.name,
        colour=terms.colour,
        tags=tags(found),
        prices=tuple((cycle.value, _price(terms, cycle, currency, locale)) for cycle in (Cycle.MONTHLY, Cycle.ANNUAL)),
        limits=tuple((CATALOGUE[each].label, text_of(terms.limits.get(each), locale)) for each in SHOWN),
        workspaces=carried.workspaces,
        workspaces_text=formats.number(carried.workspaces, locale),
        list_url=f"{HOME}?plan={found.public_id}",
        note=f"and {formats.number(found.without, locale)} without a plan" if found.without else "",
        mrr=money(carried.mrr, currency, locale),
        beside=" · ".join(f"+ {formats.money(minor, code, locale, whole=True)}" for code, minor in carried.unrated),
    )


def tags(found: PlanView) -> tuple[str, ...]:
    """What is special about it."""
    named = (
        ("Free plan", found.is_free),
        ("Several workspaces", found.terms.multi_workspace),
        ("Archived", found.archived),
    )
    return tuple(label for label, holds in named if holds)


def prices(terms: Terms, locale: str) -> list[Price]:
    """Every currency in which it costs anything."""
    return [
        Price(
            code,
            (
                *(_price(terms, cycle, code, locale) for cycle in PRICED_CYCLES),
                money(terms.child_fees[code], code, locale) if code in terms.child_fees else None,
            ),
            f"{terms.contact_prices[code].normalize():f}" if code in terms.contact_prices else formats.NONE,
        )
        for code in terms.currencies
    ]


def _price(terms: Terms, cycle: Cycle, currency: str, locale: str) -> Money | None:
    minor = terms.prices.get((cycle, currency))
    return None if minor is None else money(minor, currency, locale)


def limits(terms: Terms, locale: str, none: str) -> list[tuple[str, str, str]]:
    """Name, label and figure of all nine; `none` where it sets nothing."""
    found = []
    for limit in Limit:
        value = terms.limits.get(limit)
        words = none if value is None else "None allowed" if value == 0 else text_of(value, locale)
        found.append((limit.value, CATALOGUE[limit].label, words))
    return found


def tiers(terms: Terms, locale: str) -> str:
    """The volume discount in a line."""
    steps = (
        f"{formats.percent(percent, locale, 0)} above {formats.number(contacts, locale)} contacts"
        for contacts, percent in terms.tiers
    )
    return ", ".join(steps) or "None"


def effects(found: Preview, locale: str) -> list[Effect]:
    """What each limit that changes comes to."""
    return [
        Effect(
            hit.change.limit.value,
            CATALOGUE[hit.change.limit].label,
            text_of(hit.change.before, locale),
            text_of(hit.change.after, locale),
            tuple(
                (name, value, formats.number(value, locale))
                for name, value in (
                    ("workspaces", hit.workspaces),
                    ("own", hit.own),
                    ("full", hit.full),
                    ("full_after", hit.full_after),
                    ("over_after", hit.over_after),
                )
            ),
        )
        for hit in found.hits
    ]


def incomes(found: Preview, locale: str) -> list[tuple[str, str, Money, Money, str]]:
    """By currency: workspaces whose MRR changes, what it is, what it would be, and the difference."""
    rows = []
    for each in found.income:
        difference = formats.money(abs(each.after - each.before), each.currency, locale, whole=True)
        sign = "+" if each.after > each.before else "−" if each.after < each.before else ""
        before, after = (money(minor, each.currency, locale) for minor in (each.before, each.after))
        rows.append((each.currency, formats.number(each.workspaces, locale), before, after, sign + difference))
    return rows


def warnings(found: Preview) -> list[str]:
    """What somebody should know before saving it."""
    said = []
    stuck = max((hit.full_after - hit.full for hit in found.hits), default=0)
    if stuck > 0:
        who = counted(stuck, "workspace")
        said.append(f"Up to {who} could take no more of a limit. Nothing that they have is taken away.")
    if found.unpriced:
        one = found.unpriced == 1
        who = f"{counted(found.unpriced, 'workspace')} {'pays' if one else 'pay'} by a price that would be gone."
        said.append(f"{who} {'It stays' if one else 'They stay'} on the plan, at an MRR of 0.")
    if any(hit.change.limit is Limit.CONTACTS for hit in found.hits):
        said.append(
            "Where an organization has several workspaces, contacts are counted against its primary’s plan alone."
        )
    return said


def also(names: Iterable[str]) -> str:
    """What else would change, in words."""
    quiet = {
        "name": "name",
        "colour": "colour",
        "discount_tiers": "volume discount",
        "contact_prices": "contact prices",
    }
    quiet |= {"included_contacts": "included contacts", "multi_workspace": "several workspaces"}
    return ", ".join(quiet[name] for name in names if name in quiet)


def said(name: str, value: Value) -> str:
    """A field's value as people read it."""
    if name in FLAGS:
        return "Yes" if value else "No"
    text = str(value)
    return dict(COLOURS).get(text, text) if name == "colour" else text or formats.NONE
