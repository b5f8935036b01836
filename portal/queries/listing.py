"""What the list of workspaces can be asked for: filters and sorts, and the statements that answer them.

Statements are built once for each shape (which filters are set, which sort, which search) and then only given other
values, so that SQLAlchemy compiles each of them once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Subquery, case, func, literal_column, select, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement, bindparam
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from portal.models import Workspace
from portal.queries.search import Search, Statement, matching, planned
from portal.queries.sorting import Sorting, in_order
from portal.rules.health import Level
from portal.rules.lifecycle import Status

PAGE = 12
MOST_HITS = 1000
"""Up to this many hits of a search are sorted exactly; above it the total is "1,000+"."""


class Sort(Sorting):
    """What the list of workspaces can be sorted by."""

    MRR = ("mrr", Workspace.mrr_reporting, True, True)
    CREATED = ("created", Workspace.created_at, True, False)
    LAST_SEEN = ("last_seen", Workspace.last_seen_at, True, True)
    NAME = ("name", Workspace.name_key, False, False)
    STATUS = ("status", Workspace.status, False, False)
    PLAN = ("plan", Workspace.plan_key, False, True)
    HEALTH = ("health", Workspace.health_rank, False, True)
    ORGANIZATION = ("organization", Workspace.organization_key, False, False)
    OWNER = ("owner", Workspace.owner_key, False, True)
    USERS = ("users", Workspace.user_count, True, False)
    NUMBERS = ("numbers", Workspace.number_count, True, False)
    EXTENSIONS = ("extensions", Workspace.extension_count, True, False)
    SIP_PREFIX = ("sip_prefix", Workspace.sip_prefix, False, False)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of the list. `plan` and `organization` are public ids, blank for any; `reverse` turns the sort's
    own direction round; `page` counts from 1."""

    q: str = ""
    status: Status | None = None
    plan: str = ""
    health: Level | None = None
    organization: str = ""
    sort: Sort = Sort.MRR
    reverse: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement depends on; its values come later.

    `filters` are names of `CONDITIONS`; those that are also in `aside` are kept from the indexes (see `aside_of`).
    `patterns` is how many words are searched for."""

    filters: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    sort: Sort = Sort.MRR
    reverse: bool = False
    search: Search = Search.NONE
    patterns: int = 0


CONDITIONS: dict[str, InstrumentedAttribute[Any]] = {
    "status": Workspace.status,
    "plan": Workspace.plan_id,
    "health": Workspace.health_rank,
    "organization": Workspace.organization_id,
}
INDEXED = frozenset({Sort.MRR, Sort.CREATED, Sort.LAST_SEEN, Sort.NAME})
"""Sorts that have an index behind each combination of the status and plan filters too (migration 0002)."""


def aside_of(filters: Filters, names: Sequence[str], offset: int, found: int, total: int) -> tuple[str, ...]:
    """Which filters SQLite must not take an index for: it keeps no statistics, and would rather sort 80,000 rows of one
    status than look at a few hundred in the order that is wanted. `found` of `total` workspaces pass the filters.

    An organization is few rows, sorted at once. Else the order's index is walked if that is likely to meet fewer rows
    than there are to sort, or if the filters are common; PostgreSQL decides for itself."""
    if "organization" in names:
        return tuple(name for name in names if name != "organization")
    walking = (offset + PAGE) * total <= found * found
    if not walking and filters.health in (Level.RISK, Level.WATCH):
        return tuple(name for name in names if name != "health")
    if not walking and names == ("health",):
        return ()
    covered = filters.sort in INDEXED or not walking
    return tuple(name for name in names if name == "health" or not covered)


def _condition(name: str, aside: bool) -> ColumnElement[bool]:
    column: ColumnElement[Any] = CONDITIONS[name].expression
    value = bindparam(name, type_=column.type)
    return (UnaryExpression(column, operator=custom_op("+")) if aside else column) == value


def order(shape: Shape, column: ColumnElement[Any], key: ColumnElement[int]) -> tuple[ColumnElement[Any], ...]:
    """ORDER BY of a shape, over the sort's column and the integer key."""
    return in_order(shape.sort, shape.reverse, column, key)


def narrowed(statement: Statement, shape: Shape) -> Statement:
    """The statement over workspaces, narrowed to those of a shape; those in the trash are in none."""
    conditions = [_condition(name, name in shape.aside) for name in shape.filters]
    found = statement.where(Workspace.cancelled_at.is_(None), *conditions)
    return matching(found, shape.search, shape.patterns)


def listed(shape: Shape) -> Statement:
    """The integer keys of all workspaces of a shape."""
    return narrowed(select(Workspace.id), shape)


@lru_cache(maxsize=512)
def walk(shape: Shape, rows: int, begin: bool) -> Subquery:
    """The keys of one page of so many rows: the sort's index walked, from `offset` on unless it is the `begin`.

    Both are written out as figures: PostgreSQL keeps no plan for a page of which it cannot tell the rows."""
    page = listed(shape).order_by(*order(shape, shape.sort.column.expression, Workspace.id.expression))
    page = page.limit(literal_column(str(rows), Integer))
    return (page if begin else page.offset(bindparam("offset", type_=Integer, literal_execute=True))).subquery("page")


@lru_cache(maxsize=512)
def hits(shape: Shape) -> Statement:
    """(key, number of hits) of one page of a search; of the last page where `offset` is behind it. At most
    MOST_HITS + 1 hits are looked at, so with more of them the page is any page: walk instead."""
    found = listed(shape).add_columns(shape.sort.column.label("sorted_by")).limit(MOST_HITS + 1).cte("found")
    number = select(func.count().label("hits")).select_from(found).cte("number")
    last = number.c.hits - 1 - (number.c.hits - 1) % PAGE
    begin = case((bindparam("offset") > last, last), else_=bindparam("offset"))
    page = select(found.c.id, number.c.hits).select_from(found.join(number, true()))
    page = page.order_by(*order(shape, found.c.sorted_by, found.c.id)).limit(PAGE)
    return planned(page.offset(select(begin).scalar_subquery()), shape.search)


@lru_cache(maxsize=128)
def counted(shape: Shape) -> Statement:
    """How many workspaces a shape has; its sort does not matter."""
    return planned(select(func.count()).select_from(listed(shape).subquery("found")), shape.search)


def last_offset(total: int, offset: int) -> int:
    """The offset, or that of the last page where it is behind that."""
    return min(offset, max(0, total - 1) // PAGE * PAGE)
