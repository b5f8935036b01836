"""The address of the list of users: every state of the list stands in it, in one spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from portal.queries.users import Filters, Sort, State
from portal.rules.text import MOST_CHARACTERS, clean_line
from portal.web import paging, role_words

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


class Address:
    """Where the list stands, and the addresses beside it."""

    def __init__(self, filters: Filters) -> None:
        self.filters = filters
        self.home = TRASH if filters.trash else HOME
        plain = filters.sort is Sort.NAME and not filters.reverse
        values = {
            "q": filters.q,
            "state": filters.state or "",
            "role": role_words.key(filters.role),
            "workspace": filters.workspace,
            "sort": "" if plain else order_key(filters.sort, filters.reverse),
        }
        self.values: dict[str, str] = {name: str(value) for name, value in values.items() if value}

    def with_(self, **changed: str) -> str:
        """The address with these values; a blank one takes the field out. It leads to the first page."""
        values = {**self.values, **changed}
        pairs = [(name, values[name]) for name in FIELDS if values.get(name)]
        return f"{self.home}?{urlencode(pairs)}" if pairs else self.home

    def page(self, number: int) -> str:
        """The address of a page."""
        return self.with_(page=str(number) if number > 1 else "")

    def sorted_by(self, sort: Sort) -> str:
        """What a click on a column's head leads to: sorted by it, or the other way round."""
        reverse = sort is self.filters.sort and not self.filters.reverse
        return self.with_(sort="" if sort is Sort.NAME and not reverse else order_key(sort, reverse))

    def only(self, **changed: str) -> str:
        """All users, in the same order, but for these values."""
        return self.with_(**{"q": "", "state": "", "role": "", "workspace": "", **changed})

    def sent(self, but: str) -> str:
        """The query string that keeps the list as it is, without this field."""
        return urlencode([(name, value) for name, value in self.values.items() if name != but])


def order_key(sort: Sort, reverse: bool) -> str:
    """A sort as the address spells it."""
    return ("-" if reverse else "") + sort.key
