"""The orders that a list can be asked for."""

from __future__ import annotations

from enum import Enum
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement

Column = InstrumentedAttribute[Any] | ColumnElement[Any]
"""Of a table, or worked out."""


class Sorting(Enum):
    """What a list can be sorted by: the name in the address, the column, whether the largest comes first, and whether
    the column has blanks, which are last in both directions. Each list has its own."""

    def __init__(self, key: str, column: Column, descending: bool, blanks: bool) -> None:
        self.key = key
        self.column = column
        self.descending = descending
        self.blanks = blanks


def in_order(
    sort: Sorting, reverse: bool, column: ColumnElement[Any], key: ColumnElement[int]
) -> tuple[ColumnElement[Any], ...]:
    """ORDER BY over the sort's column and the integer key: ties by key, blanks last in both directions.

    Spelled as the indexes of migration 0002 are, which PostgreSQL insists on."""
    first = column.desc() if sort.descending is not reverse else column.asc()
    if sort.blanks:
        first = first.nulls_last()
    return first, key.desc() if reverse else key.asc()
