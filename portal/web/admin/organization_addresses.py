"""The address of the list of organizations: every state of the list stands in it, in one spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.queries.organizations import Filters, Sort
from portal.rules.organizations import Breadth, Standing
from portal.rules.text import MOST_CHARACTERS, clean_line
from portal.web import paging
from portal.web.admin.list_addresses import ListAddress

HOME = "/admin/organizations/"
FIELDS = ("q", "status", "type", "plan", "sort", "page")
SORTS = {sort.key: sort for sort in Sort}
PLAN = re.compile(r"pln_[0-9A-Za-z]{1,20}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `ignored`: field and value of what it says that means nothing."""

    filters: Filters
    ignored: tuple[tuple[str, str], ...]


def read(arguments: Mapping[str, str]) -> Asked:
    """What the query string says."""
    given = {name: clean_line(arguments.get(name, ""))[:MOST_CHARACTERS] for name in FIELDS}
    order = given["sort"].removeprefix("-")
    known = {
        "status": given["status"] in map(str, Standing),
        "type": given["type"] in map(str, Breadth),
        "plan": PLAN.fullmatch(given["plan"]) is not None,
        "sort": order in SORTS,
        "page": paging.number(given["page"]) != 1 or given["page"] == "1",
    }
    filters = Filters(
        q=given["q"],
        status=Standing(given["status"]) if known["status"] else None,
        type=Breadth(given["type"]) if known["type"] else None,
        plan=given["plan"] if known["plan"] else "",
        sort=SORTS.get(order, Sort.NAME),
        reverse=known["sort"] and given["sort"].startswith("-"),
        page=paging.number(given["page"]),
    )
    return Asked(filters, tuple((name, given[name]) for name, good in known.items() if given[name] and not good))


class Address(ListAddress[Sort]):
    """Where the list stands, and the addresses beside it."""

    fields = FIELDS

    def __init__(self, filters: Filters) -> None:
        self.filters = filters
        values = {"q": filters.q, "status": filters.status or "", "type": filters.type or "", "plan": filters.plan}
        super().__init__(HOME, Sort.NAME, filters.sort, filters.reverse, values)

    def only(self, **changed: str) -> str:
        """All organizations, in the same order, but for these values."""
        return self.with_(**{"q": "", "status": "", "type": "", "plan": "", **changed})
