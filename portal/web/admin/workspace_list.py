"""What stands around the rows of the list: strip, filters, heads, columns, pager, and why there is nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from flask import current_app, url_for

from portal.queries.listing import PAGE, Sort
from portal.queries.strip import Strip, Surroundings
from portal.queries.workspaces import Listing
from portal.rules.access import Permission
from portal.rules.lifecycle import Status
from portal.rules.periods import local_day
from portal.rules.platform import Platform
from portal.web import formats, paging, pieces
from portal.web.access import may
from portal.web.admin import workspace_actions, workspace_rows
from portal.web.admin.list_addresses import Option, any_or, left_out
from portal.web.admin.workspace_actions import BulkAction, How, RowAction
from portal.web.admin.workspace_addresses import (
    AT_FIRST,
    COLUMNS,
    HOME,
    VIEWS,
    Address,
    Asked,
    Column,
    described,
    remember,
)
from portal.web.health_words import LEVELS
from portal.web.rates import rates_of
from portal.web.reader import Reader
from portal.web.workspace_words import LISTED

ORDERS = {
    Sort.MRR: "MRR",
    Sort.CREATED: "Created",
    Sort.LAST_SEEN: "Last seen",
    Sort.NAME: "Name",
    Sort.STATUS: "Status",
    Sort.PLAN: "Plan",
    Sort.HEALTH: "Health",
    Sort.ORGANIZATION: "Organization",
    Sort.OWNER: "Owner",
    Sort.USERS: "Users",
    Sort.NUMBERS: "Numbers",
    Sort.EXTENSIONS: "Extensions",
    Sort.SIP_PREFIX: "SIP prefix",
}

IMPORT = "admin_imports.page"
NEW = "admin_workspaces.new"
PARTS = ("strip", "toolbar", "pickers", "remarks", "heads", "pager", "empty")
BAR = "admin/workspaces/_bulk.html"


class Order(NamedTuple):
    """What a click on a head, or on the second word of one, sorts by. `direction` if the list is sorted by it."""

    key: str
    label: str
    url: str
    direction: str | None


class Head(NamedTuple):
    """The head of a column; without `sorts` it is a word alone."""

    key: str
    label: str
    title: str
    sorts: tuple[Order, ...]
    numeric: bool

    @property
    def direction(self) -> str | None:
        """How the list is sorted by it, if it is."""
        return next((each.direction for each in self.sorts if each.direction), None)


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of the strip. `beside` is small text beside it; with a `url` it filters the list."""

    name: str
    label: str
    text: str
    value: int | str
    currency: str | None = None
    beside: str | None = None
    url: str | None = None
    current: bool = False
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Empty:
    """Why there are no rows, and what to do; `actions` are label, address and icon."""

    title: str
    text: str
    clear_url: str | None
    actions: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, as far as what stands around the rows depends on it."""

    locale: str
    today: date  # of the platform's time zone
    timezone: str  # the platform's
    currency: str  # the reporting currency
    rates_on: str  # the day of the exchange rates, or blank
    may_export: bool
    may_import: bool
    actions: tuple[RowAction, ...]
    bulk: tuple[BulkAction, ...]
    may_create: bool


def context(found: Listing, asked: Asked, platform: Platform, reader: Reader) -> dict[str, Any]:
    """What the templates of the list are given: the rows, and what stands around them, drawn."""
    asking = Asking(
        locale=reader.locale,
        today=local_day(reader.now, platform.timezone),
        timezone=platform.timezone,
        currency=platform.reporting_currency,
        rates_on=platform.exchange_rates_on,
        may_export=may(Permission.WORKSPACE_EXPORT),
        may_import=may(Permission.WORKSPACE_IMPORT) and IMPORT in current_app.view_functions,
        actions=workspace_actions.of_rows(),
        bulk=workspace_actions.of_many(),
        may_create=may(Permission.WORKSPACE_CREATE),
    )
    frame = _frame(replace(found, rows=()), bool(found.rows), asked, asking)
    return {**frame, "rows": workspace_rows.drawn(found.rows, reader, asking.actions, bool(asking.bulk))}


@lru_cache(maxsize=200)
def _frame(found: Listing, any_rows: bool, asked: Asked, asking: Asking) -> Mapping[str, Any]:
    """What stands around the rows, drawn once for all who ask alike. `found` comes without its rows."""
    given = _given(found, any_rows, asked, asking)
    drawn = {part: pieces.draw(f"admin/workspaces/_{part}.html", **given) for part in PARTS}
    return {**given, **drawn, "bar": pieces.draw(BAR, **given) if asking.bulk else ""}


def _given(found: Listing, any_rows: bool, asked: Asked, asking: Asking) -> dict[str, Any]:
    address = Address(found.filters, asked.columns if asked.chosen else None)
    around, locale = found.surroundings, asking.locale
    names = _names(around, found)
    return {
        "cells": strip(around.strip, address, asking),
        "filters": found.filters,
        "options": _options(around, found, address),
        "organization": names.get("organization"),
        "organizations_url": url_for("admin_workspaces.organizations"),
        "home": HOME,
        "any_set": address.without_filters() != address.with_(),
        "notice": _notice(asked, found),
        "heads": _heads(address),
        "actions": asking.actions,
        "at_once": any(action.how is How.POST for action in asking.actions),
        "bulk": asking.bulk,
        "bulk_all": _all_of(found, locale),
        "bulk_fields": address.kept("columns"),
        "columns": [(each.key, each.full or each.label, each.key in asked.columns) for each in COLUMNS[1:]],
        "views": _views(asked, address),
        "shown": _shown(asked),
        "columns_sent": address.kept("columns"),
        "organization_sent": address.sent("organization"),
        "columns_value": address.values.get("columns"),
        "pages": paging.pager(found.filters.page, PAGE, found.total, address.page, locale, more=not found.exact),
        "empty": None if any_rows else _empty(found, address, names, asking),
        "clear_url": address.without_filters(),
        "any_organization_url": address.with_(organization=""),
        "trash_hint": _trash_hint(found, locale),
        "trash_url": url_for("admin_workspaces.trash"),
        "closed": formats.number(around.strip.closed, locale),
        "export_url": url_for("admin_workspaces.export") if asking.may_export else None,
        "new_url": url_for(NEW) if asking.may_create and around.strip.total else None,
        "address": address.page(found.filters.page),
    }


def strip(figures: Strip, address: Address, asking: Asking) -> list[Cell]:
    """The seven figures of the platform."""
    locale = asking.locale
    code, total = formats.amount(figures.mrr, asking.currency, locale, whole=True)
    # A line may end between amounts, not within one.
    unrated = [f"{formats.money(minor, currency, locale, whole=True)}," for currency, minor in figures.unrated]
    beside = "+\u00a0" + " ".join(each.replace(" ", "\u00a0") for each in (*unrated, "no rate"))
    month = formats.short_day(asking.today.replace(day=1), locale)
    return [
        _counted("total", None, "Total", figures.total, address, locale),
        _counted("active", Status.ACTIVE, "Active", figures.active, address, locale),
        _counted("suspended", Status.SUSPENDED, "Suspended", figures.suspended, address, locale),
        _counted("trial", Status.TRIAL, "Trial", figures.trial, address, locale),
        Cell(
            "new_this_month",
            "New this month",
            formats.number(figures.new_this_month, locale),
            figures.new_this_month,
            title=f"Created since {month}, time of {asking.timezone}",
        ),
        Cell(
            "mrr",
            "Total MRR",
            f"{code} {total}".strip(),
            figures.mrr,
            currency=asking.currency,
            beside=beside if unrated else None,
            title=f"Monthly recurring revenue of all active workspaces, by {rates_of(asking.rates_on, locale)}",
        ),
        Cell(
            "retention",
            "Retention",
            formats.percent(figures.retention, locale),
            "" if figures.retention is None else str(figures.retention),
            beside="none active yet" if figures.total and not figures.active else None,
            title="Active workspaces ÷ all workspaces",
        ),
    ]


def _counted(name: str, status: Status | None, label: str, value: int, address: Address, locale: str) -> Cell:
    """A figure that filters."""
    current = address.filters.status is status
    url = address.only(status.value if status else "")
    return Cell(name, label, formats.number(value, locale), value, url=url, current=current)


def _names(around: Surroundings, found: Listing) -> dict[str, str]:
    plan = around.plan(found.filters.plan)
    organization = around.organization
    names = {"plan": plan.name if plan else "", "organization": organization.name if organization else ""}
    return {field: name for field, name in names.items() if name}


def _options(around: Surroundings, found: Listing, address: Address) -> dict[str, list[Option]]:
    filters = found.filters
    plans = [(plan.public_id, plan.name + (" (archived)" if plan.archived else "")) for plan in around.plans]
    return {
        "status": any_or([(key.value, label) for key, label in LISTED.items()], filters.status or ""),
        "plan": any_or(plans, filters.plan),
        "health": any_or([(key.value, label) for key, label in LEVELS.items()], filters.health or ""),
        "sort": address.sorts(ORDERS),
    }


def _views(asked: Asked, address: Address) -> list[Option]:
    """Name, address, whether it is the one in force."""
    return [(name, address.with_(columns=remember(keys)), keys == asked.columns) for name, keys in VIEWS.items()]


def _shown(asked: Asked) -> str:
    """Classes of the table: what does not stand in it, and whether somebody chose so, whatever the width."""
    hidden = "".join(f" no-{column.key}" for column in COLUMNS[1:] if column.key not in asked.columns)
    return hidden if asked.columns == AT_FIRST else " chosen" + hidden


def _heads(address: Address) -> list[Head]:
    return [
        Head(column.key, column.label, column.full, tuple(_orders(column, address)), column.numeric)
        for column in COLUMNS
    ]


def _orders(column: Column, address: Address) -> Iterator[Order]:
    if column.sort:
        yield Order(column.key, column.label, address.sorted_by(column.sort), address.direction(column.sort))
    if column.below:
        label, sort = column.below
        yield Order(sort.key, label, address.sorted_by(sort), address.direction(sort))


def _notice(asked: Asked, found: Listing) -> str | None:
    """What the address asks for and does not mean anything."""
    return left_out([*asked.ignored, *((name, getattr(asked.filters, name)) for name in found.ignored)])


def _trash_hint(found: Listing, locale: str) -> str | None:
    """Said with the suspended ones: what was closed is not among them."""
    closed = found.surroundings.strip.closed
    if found.filters.status is not Status.SUSPENDED or not closed:
        return None
    return f"{formats.number(closed, locale)} closed {'one' if closed == 1 else 'ones'} can be restored"


def _all_of(found: Listing, locale: str) -> str:
    """How many match, where that is more than the page holds."""
    if found.total <= PAGE:
        return ""
    return formats.number(found.total, locale) if found.exact else "that match"


def _empty(found: Listing, address: Address, names: dict[str, str], asking: Asking) -> Empty:
    if not found.surroundings.strip.total:
        begin = "Create the first, import many from a file" if asking.may_create else "Import many from a file"
        text = f"One holds a customer’s numbers, contacts and team. {begin}, or load an example platform: portal demo."
        # What a platform without workspaces can be filled by, as far as it is there and permitted.
        known = (
            (NEW, "New workspace", "plus", asking.may_create),
            (IMPORT, "Import workspaces", "upload", asking.may_import),
        )
        beginnings = tuple((label, url_for(endpoint), icon) for endpoint, label, icon, may_do in known if may_do)
        return Empty("No workspace yet", text, None, beginnings)
    filters = described(found.filters, names)
    title = f"No workspace matches “{found.filters.q}”" if found.filters.q else "No workspace matches these filters"
    text = " · ".join(f"{label} {value}" for label, value in filters)
    return Empty(title, text, address.without_filters())
