"""The filters of a list by state, or by another thing of which there are few: chips with how many there are of each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask import url_for

from portal.web import formats

State = TypeVar("State", bound=StrEnum)


def chips(
    endpoint: str,
    states: Mapping[State, tuple[str, str]],
    counts: Mapping[State, int],
    chosen: State | None,
    locale: str,
    name: str = "state",
    /,
    **values: Any,
) -> list[tuple[str, str, str, bool]]:
    """Label, count, address and whether it is chosen: all, then each state. `states`: anything, such as a badge's look,
    and the word; `name`: what the address calls it; `values` stay in the address, those that are None left out."""
    found = [("All", sum(counts.values()), None), *((states[each][1], counts.get(each, 0), each) for each in states)]
    return [
        (label, formats.number(count, locale), url_for(endpoint, **{**values, name: state}), state is chosen)
        for label, count, state in found
    ]
