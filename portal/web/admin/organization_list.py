"""The list of organizations, ready to show: strip, filters, rows, pager, and why there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.queries.listing import PAGE
from portal.queries.organizations import Filters, Listed, Listing, Sort, Totals
from portal.rules.organizations import Breadth, Standing
from portal.rules.text import initials
from portal.web import formats, paging
from portal.web.admin.list_addresses import Option, any_or, in_words, left_out
from portal.web.admin.organization_addresses import HOME, Address, Asked
from portal.web.admin.workspace_list import Cell
from portal.web.reader import Reader
from portal.web.workspace_words import HOLDS

STANDINGS: Mapping[Standing, tuple[str, str]] = {
    Standing.ACTIVE: ("active", "Active"),
    Standing.SUSPENDED: ("suspended", "Suspended"),
    Standing.EMPTY: ("draft", "No workspace"),
}
"""The badge's look and word."""
TYPES: Mapping[Breadth, str] = {Breadth.SINGLE: "Single", Breadth.MULTI: "Multi"}
HEADS = (
    ("name", "Organization", Sort.NAME, False),
    ("type", "Type", Sort.TYPE, False),
    ("workspaces", "Workspaces", Sort.WORKSPACES, True),
    ("people", "People", Sort.PEOPLE, True),
    ("owner", "Owner", Sort.OWNER, False),
    ("mrr", "MRR", Sort.MRR, True),
    ("status", "Status", Sort.STATUS, False),
    ("plan", "Plan", Sort.PLAN, False),
    ("email", "Billing e-mail", Sort.BILLING_EMAIL, False),
)
ORDERS = {sort: label for _, label, sort, _ in HEADS}


@dataclass(frozen=True, slots=True)
class Row:
    """An organization in the list; `held`: kinds of open holds in words; `owner`: of its primary workspace."""

    id: str
    url: str
    name: str
    slug: str
    initials: str
    type: str
    workspaces: str
    workspaces_value: int
    people: str
    people_value: int
    owner: str
    owner_email: str
    mrr_code: str
    mrr_text: str
    mrr_value: int
    currency: str
    badge: str
    status: str
    held: str
    plan: str | None
    plan_colour: str
    email: str


def context(found: Listing, asked: Asked, reader: Reader, currency: str) -> dict[str, Any]:
    """What the templates of the list are given; `currency` is the reporting one."""
    address, filters, locale = Address(found.filters), found.filters, reader.locale
    return {
        "filters": filters,
        "home": HOME,
        "cells": _strip(found.totals, filters, locale, currency),
        "rows": [_row(each, found, locale) for each in found.rows],
        "heads": [
            (key, label, address.sorted_by(sort), address.direction(sort), numeric)
            for key, label, sort, numeric in HEADS
        ],
        "options": _options(found, address),
        "clear_url": address.only() if filters.narrow else None,
        "notice": _notice(asked, found),
        "pages": paging.pager(_page(found), PAGE, found.total, address.page, locale),
        "described": _described(found),
        "address": address.page(_page(found)),
    }


def _page(found: Listing) -> int:
    """The page shown: the last one where the address asks for one behind it."""
    return min(found.filters.page, max(1, -(-found.total // PAGE)))


def _strip(sums: Totals, filters: Filters, locale: str, currency: str) -> list[Cell]:
    address = Address(Filters(sort=filters.sort, reverse=filters.reverse))
    narrow = bool(filters.status or filters.type)
    figures: tuple[tuple[str, str, int, dict[str, str], bool, str], ...] = (
        ("total", "Total", sums.total, {}, not narrow, "All organizations"),
        (
            "multi",
            "Multi",
            sums.multi,
            {"type": "multi"},
            filters.type is Breadth.MULTI,
            "Their primary’s plan is one for several workspaces",
        ),
        (
            "single",
            "Single",
            sums.single,
            {"type": "single"},
            filters.type is Breadth.SINGLE,
            "One workspace, or none yet",
        ),
        (
            "suspended",
            "Suspended",
            sums.suspended,
            {"status": "suspended"},
            filters.status is Standing.SUSPENDED,
            "A hold on the whole organization is open",
        ),
    )
    cells = [
        Cell(name, label, formats.number(value, locale), value, url=address.with_(**to), current=current, title=title)
        for name, label, value, to, current, title in figures
    ]
    beside = ", ".join(formats.money(minor, code, locale, whole=True) for code, minor in sums.unrated)
    mrr = formats.money(sums.mrr, currency, locale, whole=True)
    title = "What all workspaces pay a month, by the exchange rates in Settings"
    return [*cells, Cell("mrr", "Total MRR", mrr, sums.mrr, currency, f"+ {beside}" if beside else None, title=title)]


def _row(each: Listed, found: Listing, locale: str) -> Row:
    badge, status = STANDINGS[found.standing(each)]
    code, text = formats.amount(each.mrr_minor, each.currency, locale, whole=True)
    return Row(
        id=each.public_id,
        url=HOME + each.public_id,
        name=each.name,
        slug=each.slug,
        initials=initials(each.name),
        type=TYPES[Breadth.MULTI if each.is_multi else Breadth.SINGLE],
        workspaces=formats.number(each.workspaces, locale),
        workspaces_value=each.workspaces,
        people=formats.number(each.people, locale),
        people_value=each.people,
        owner=each.owner or "",
        owner_email=each.owner_email or "",
        mrr_code=code,
        mrr_text=text,
        mrr_value=each.mrr_minor,
        currency=each.currency,
        badge=badge,
        status=status,
        held=", ".join(HOLDS[kind] for kind in found.holds.get(each.key, ())),
        plan=each.plan,
        plan_colour=each.plan_colour.value if each.plan_colour else "",
        email=each.billing_email,
    )


def _options(found: Listing, address: Address) -> dict[str, list[Option]]:
    filters = found.filters
    states = [(each.value, label) for each, (_, label) in STANDINGS.items()]
    types = [(each.value, label) for each, label in TYPES.items()]
    plans = [(each.public_id, each.name) for each in found.plans]
    return {
        "status": any_or(states, filters.status or ""),
        "type": any_or(types, filters.type or ""),
        "plan": any_or(plans, found.plan.public_id if found.plan else ""),
        "sort": address.sorts(ORDERS),
    }


def _described(found: Listing) -> str:
    """The filters that are set, search aside, by name."""
    filters = found.filters
    named = (
        ("Status", STANDINGS[filters.status][1] if filters.status else ""),
        ("Type", TYPES[filters.type] if filters.type else ""),
        ("Plan", found.plan.name if found.plan else ""),
    )
    return in_words(named)


def _notice(asked: Asked, found: Listing) -> str | None:
    ignored = list(asked.ignored)
    if found.filters.plan and found.plan is None:
        ignored.append(("plan", found.filters.plan))
    return left_out(ignored)
