"""Pages of a long list: which one is asked for, and the links to its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.web import formats

LARGEST = 1_000_000  # a page number beyond this is a slip of the hand
DIGITS = 20  # beyond, it is not even read
AROUND = 1  # pages named at either side of the present one

Turn = Callable[[int], str]
"""The address of a page."""


@dataclass(frozen=True, slots=True)
class Pager:
    """As `components/pager.html` draws it. `pages`: label, address, whether it is the present one."""

    text: str
    previous: str | None
    next: str | None
    pages: list[tuple[str, str | None, bool]]


def turning(endpoint: str, field: str = "page", /, **values: Any) -> Turn:
    """The addresses of the pages of a list: the first has no number. `field` says which page; `values` that are None
    are left out."""
    return lambda page: url_for(endpoint, **(values | {field: said(page)}))


def said(page: int) -> int | None:
    """The page as an address says it: not at all for the first."""
    return page if page > 1 else None


def number(text: str | None) -> int:
    """The page that an address asks for; the first where it says nothing sensible."""
    if not text or not text.isascii() or not text.isdigit():
        return 1
    return max(1, min(int(text[:DIGITS]), LARGEST))


def asked(text: str | None, total: int, per_page: int) -> int:
    """The same, and the last page where there are not so many."""
    return min(number(text), max(1, -(-total // per_page)))


def pager(page: int, per_page: int, total: int, turn: Turn, locale: str, *, more: bool = False) -> Pager:
    """Text and links. With `more` there are more than `total` rows and nobody counted them: no page numbers."""
    first, last = (page - 1) * per_page + 1, page * per_page
    if not more:
        last = min(last, total)
    shown = f"{formats.number(first, locale)}–{formats.number(last, locale)}" if total else "0"
    pages = max(1, -(-total // per_page))
    return Pager(
        text=f"{shown} of {formats.number(total, locale)}{'+' if more else ''}",
        previous=turn(page - 1) if page > 1 else None,
        next=turn(page + 1) if more or page < pages else None,
        pages=[] if more else _pages(page, pages, turn, locale),
    )


def _pages(page: int, pages: int, turn: Turn, locale: str) -> list[tuple[str, str | None, bool]]:
    near = {1, pages, *range(page - AROUND, page + AROUND + 1)}
    found: list[tuple[str, str | None, bool]] = []
    before = 0
    for each in sorted(n for n in near if 1 <= n <= pages):
        if each == before + 2:
            found.append((formats.number(before + 1, locale), turn(before + 1), False))
        elif each > before + 2:
            found.append(("…", None, False))
        found.append((formats.number(each, locale), turn(each), each == page))
        before = each
    return found
