"""The address of a list that is filtered and sorted: every state of the list stands in it, in one spelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from portal.queries.sorting import Sorting

S = TypeVar("S", bound=Sorting)
Option = tuple[str, str, bool]
"""Value, label, whether it is the one in force."""


class ListAddress(Generic[S]):
    """Where a list stands, and the addresses beside it. `values` are the fields that are set, the order among them
    unless it is the usual one."""

    fields: ClassVar[tuple[str, ...]]  # in the order in which an address has them
    may_be_blank: ClassVar[frozenset[str]] = frozenset()  # those of which "none" is said

    def __init__(self, home: str, usual: S, sort: S, reverse: bool, values: Mapping[str, str]) -> None:
        self.home = home
        self.usual = usual
        self.sort = sort
        self.reverse = reverse
        self.values = {name: str(value) for name, value in values.items() if value}
        if order := self._order(sort, reverse):
            self.values["sort"] = order

    def _order(self, sort: S, reverse: bool) -> str:
        return "" if sort is self.usual and not reverse else order_key(sort, reverse)

    def with_(self, **changed: str) -> str:
        """The address with these values; a blank one takes the field out. It leads to the first page."""
        values = {**self.values, **changed}
        pairs = [
            (name, values[name]) for name in self.fields if values.get(name) or name in self.may_be_blank & {*values}
        ]
        return f"{self.home}?{urlencode(pairs)}" if pairs else self.home

    def page(self, number: int) -> str:
        """The address of a page."""
        return self.with_(page=str(number) if number > 1 else "")

    def sorted_by(self, sort: S) -> str:
        """What a click on a column's head leads to: sorted by it, or the other way round."""
        return self.with_(sort=self._order(sort, sort is self.sort and not self.reverse))

    def direction(self, sort: S) -> str | None:
        """Of a column's head, as assistive technology is told it; None unless the list is sorted by it."""
        if sort is not self.sort:
            return None
        return "descending" if sort.descending is not self.reverse else "ascending"

    def sorts(self, names: Mapping[S, str]) -> list[Option]:
        """What can be chosen as the order, the present one marked."""
        found = [(order_key(sort, False), label) for sort, label in names.items()]
        if self.reverse:
            found.insert(0, (order_key(self.sort, True), f"{names[self.sort]}, reversed"))
        return [(key, label, key == order_key(self.sort, self.reverse)) for key, label in found]

    def kept(self, *but: str) -> list[tuple[str, str]]:
        """What a form has to send along for the list to stay as it is, its own fields left out."""
        return [(name, value) for name, value in self.values.items() if name not in but]

    def sent(self, but: str) -> str:
        """The same as a query string."""
        return urlencode(self.kept(but))


def order_key(sort: Sorting, reverse: bool) -> str:
    """A sort as the address spells it."""
    return ("-" if reverse else "") + sort.key


def any_or(choices: Iterable[tuple[str, str]], value: str) -> list[Option]:
    """Any, and these (value and label), the one in force marked."""
    return [(key, label, key == value) for key, label in [("", "Any"), *choices]]


def in_words(filters: Iterable[tuple[str, str]]) -> str:
    """The filters that are set, each by its label and its value's name."""
    return " · ".join(f"{label} {value}" for label, value in filters if value)


def left_out(ignored: Iterable[tuple[str, str]]) -> str | None:
    """What the address asks for, by field, that does not mean anything; None for nothing."""
    named = ", ".join(f"{field} “{value[:40]}”" for field, value in ignored)
    return f"The address asks for what there is not, so this was left out: {named}." if named else None
