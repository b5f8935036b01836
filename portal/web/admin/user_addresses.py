"""The address of the list of users: every state of the list stands in it, in one spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.queries.users import Filters, Sort, State
from portal.rules.text import MOST_CHARACTERS, clean_line
from portal.web import paging, role_words
from portal.web.admin.list_addresses import ListAddress

HOME = "/admin/users/"
TRASH = "/admin/users/trash"
FIELDS = ("q", "state", "role", "workspace", "sort", "page")
SORTS = {sort.key: sort for sort in Sort}
WORKSPACE = re.compile(r"ws_[0-9A-Za-z]{1,20}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `ignored`: field and value of what it says that means nothing."""

    filters: Filters
    ignored: tuple[tuple[str, str], ...]


def read(arguments: Mapping[str, str], *, trash: bool = False) -> Asked:
    """What the query string says."""
    given = {name: clean_line(arguments.get(name, ""))[:MOST_CHARACTERS] for name in FIELDS}
    order = given["sort"].removeprefix("-")
    known = {
        "state": given["state"] in map(str, State),
        "role": given["role"] in role_words.BY_KEY,
        "workspace": WORKSPACE.fullmatch(given["workspace"]) is not None,
        "sort": order in SORTS,
        "page": paging.number(given["page"]) != 1 or given["page"] == "1",
    }
    filters = Filters(
        q=given["q"],
        state=State(given["state"]) if known["state"] else None,
        role=role_words.BY_KEY.get(given["role"]),
        workspace=given["workspace"] if known["workspace"] else "",
        sort=SORTS.get(order, Sort.NAME),
        reverse=known["sort"] and given["sort"].startswith("-"),
        page=paging.number(given["page"]),
        trash=trash,
    )
    return Asked(filters, tuple((name, given[name]) for name, good in known.items() if given[name] and not good))


class Address(ListAddress[Sort]):
    """Where the list stands, and the addresses beside it."""

    fields = FIELDS

    def __init__(self, filters: Filters) -> None:
        self.filters = filters
        values = {
            "q": filters.q,
            "state": filters.state or "",
            "role": role_words.key(filters.role),
            "workspace": filters.workspace,
        }
        super().__init__(TRASH if filters.trash else HOME, Sort.NAME, filters.sort, filters.reverse, values)

    def only(self, **changed: str) -> str:
        """All users, in the same order, but for these values."""
        return self.with_(**{"q": "", "state": "", "role": "", "workspace": "", **changed})
