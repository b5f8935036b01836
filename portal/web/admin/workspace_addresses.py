"""The address of the list: every state of the list stands in it, in one spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from portal.queries.listing import Filters, Sort
from portal.rules.health import Level
from portal.rules.lifecycle import Status
from portal.rules.text import MOST_CHARACTERS, clean_line
from portal.web import paging
from portal.web.admin.list_addresses import ListAddress
from portal.web.health_words import LEVELS
from portal.web.workspace_words import LISTED

HOME = "/admin/workspaces/"
SORTS = {sort.key: sort for sort in Sort}
FIELDS = ("q", "status", "plan", "health", "organization", "sort", "columns", "page")
NAMES = {"plan": re.compile(r"pln_[0-9A-Za-z]{1,20}"), "organization": re.compile(r"org_[0-9A-Za-z]{1,20}")}


class Column(NamedTuple):
    """A column of the table: the key that its cells are marked with, its head, and what a click on that sorts by.
    `below` is the second line of its cells, with a head and an order of its own."""

    key: str
    label: str
    sort: Sort | None
    numeric: bool = False
    at_first: bool = True
    full: str = ""
    below: tuple[str, Sort] | None = None


COLUMNS = (
    Column("name", "Workspace", Sort.NAME),
    Column("org", "Organization", Sort.ORGANIZATION, full="Organization, owner", below=("owner", Sort.OWNER)),
    Column("status", "Status", Sort.STATUS),
    Column("plan", "Plan", Sort.PLAN),
    Column("mrr", "MRR", Sort.MRR, numeric=True),
    Column("sent", "Sent, 7 days", None, numeric=True),
    Column("health", "Health", Sort.HEALTH),
    Column("users", "Users", Sort.USERS, numeric=True),
    Column("numbers", "Nos.", Sort.NUMBERS, numeric=True, full="Numbers"),
    Column("extensions", "Ext.", Sort.EXTENSIONS, numeric=True, full="Extensions"),
    Column("sip", "SIP prefix", Sort.SIP_PREFIX, at_first=False),
    Column("seen", "Last seen", Sort.LAST_SEEN),
    Column("created", "Created", Sort.CREATED, at_first=False),
)
CHOICES = tuple(column.key for column in COLUMNS[1:])
AT_FIRST = tuple(column.key for column in COLUMNS[1:] if column.at_first)
VIEWS = {
    "Overview": AT_FIRST,
    "Tenants": ("org", "status", "plan", "users", "numbers", "extensions", "sip", "created"),
}
"""Columns that go together, by what they are called; the first is what one sees who chose nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `ignored`: field and value of what it says that means nothing. `columns` are those to
    show; `chosen` is whether the address names them."""

    filters: Filters
    ignored: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    chosen: bool


def read(arguments: MultiDict[str, str], remembered: str | None) -> Asked:
    """What the query string says; `remembered` are the columns chosen last, as `remember` spells them."""
    return _read(tuple(arguments.items(multi=True)), remembered)


@lru_cache(maxsize=500)
def _read(pairs: tuple[tuple[str, str], ...], remembered: str | None) -> Asked:
    arguments = MultiDict(pairs)
    given = {name: clean_line(arguments.get(name, ""))[:MOST_CHARACTERS] for name in FIELDS}
    order = given["sort"].removeprefix("-")
    known = {
        "status": given["status"] in map(str, LISTED),
        "health": given["health"] in map(str, LEVELS),
        "sort": order in SORTS,
        "plan": NAMES["plan"].fullmatch(given["plan"]) is not None,
        "organization": NAMES["organization"].fullmatch(given["organization"]) is not None,
        "page": paging.number(given["page"]) != 1 or given["page"] == "1",
    }
    ignored = tuple((name, given[name]) for name, good in known.items() if given[name] and not good)
    filters = Filters(
        q=given["q"],
        status=Status(given["status"]) if known["status"] else None,
        plan=given["plan"] if known["plan"] else "",
        health=Level(given["health"]) if known["health"] else None,
        organization=given["organization"] if known["organization"] else "",
        sort=SORTS.get(order, Sort.MRR),
        reverse=known["sort"] and given["sort"].startswith("-"),
        page=paging.number(given["page"]),
    )
    chosen = "columns" in arguments
    columns = _columns(",".join(arguments.getlist("columns"))) if chosen else _remembered(remembered)
    return Asked(filters, ignored, columns, chosen)


def _columns(text: str) -> tuple[str, ...]:
    named = set(text.split(","))
    return tuple(key for key in CHOICES if key in named)


def _remembered(text: str | None) -> tuple[str, ...]:
    return AT_FIRST if text is None else _columns(text)


def remember(columns: tuple[str, ...]) -> str:
    """The columns as the cookie keeps them."""
    return ",".join(columns)


class Address(ListAddress[Sort]):
    """Where the list stands, and the addresses beside it."""

    fields = FIELDS
    may_be_blank = frozenset({"columns"})

    def __init__(self, filters: Filters, columns: tuple[str, ...] | None = None) -> None:
        """`columns` where the address names them."""
        self.filters = filters
        values = {
            "q": filters.q,
            "status": filters.status or "",
            "plan": filters.plan,
            "health": filters.health or "",
            "organization": filters.organization,
        }
        super().__init__(HOME, Sort.MRR, filters.sort, filters.reverse, values)
        if columns is not None:
            self.values["columns"] = remember(columns)

    def without_filters(self) -> str:
        """All workspaces, in the same order."""
        return self.only("")

    def only(self, status: str) -> str:
        """All workspaces of a status, in the same order."""
        return self.with_(**dict.fromkeys(("q", "plan", "health", "organization"), ""), status=status)


def described(filters: Filters, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and value of each filter that is set, search aside; `names` are those of the plan and the organization."""
    found = [
        ("Status", LISTED[filters.status] if filters.status else ""),
        ("Plan", names.get("plan", "")),
        ("Health", LEVELS[filters.health] if filters.health else ""),
        ("Organization", names.get("organization", "")),
    ]
    return [(label, value) for label, value in found if value]
