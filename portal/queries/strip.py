"""What stands around the rows of the list: the strip's figures, how many workspaces the filters leave, and what the
filters offer. One query over small tables, however many workspaces there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.sql import ColumnElement, bindparam

from portal.base.db import Instant
from portal.models import Organization, Plan, Workspace, WorkspaceBirths, WorkspaceTally, scope
from portal.queries.listing import MOST_HITS, Filters
from portal.queries.search import Search, indexed, search_values, way
from portal.rules.lifecycle import Status
from portal.rules.pricing import percent
from portal.rules.text import search_patterns


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A plan that the list can be filtered by."""

    id: int
    public_id: str
    name: str
    colour: str
    archived: bool


@dataclass(frozen=True, slots=True)
class OrganizationChoice:
    """An organization that the list can be filtered by."""

    id: int
    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The platform's totals whatever the filter, without the trash. `mrr` in minor units of the reporting currency;
    `unrated`: MRR of currencies that have no exchange rate, as (currency, minor units); `retention` in per cent, None
    where there is no workspace; `closed`: how many are in the trash."""

    total: int
    active: int
    suspended: int
    trial: int
    new_this_month: int
    mrr: int
    unrated: tuple[tuple[str, int], ...]
    retention: Decimal | None
    closed: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The strip; the plans, those in use first; the organization asked for, if there is such a one; and how many
    workspaces pass the filters, search aside (a plan or organization that does not exist is no filter). `many`: more
    than MOST_HITS are found by a search, for sure."""

    strip: Strip
    plans: tuple[PlanChoice, ...]
    organization: OrganizationChoice | None
    found: int
    many: bool

    def plan(self, public_id: str) -> PlanChoice | None:
        """The plan of this public id."""
        return next((plan for plan in self.plans if plan.public_id == public_id), None)


def _arm(
    kind: str, key: Any, label: Any, note: Any, number: Any, minor: Any, reporting: Any
) -> Select[*tuple[Any, ...]]:
    whole = [cast(value, BigInteger) for value in (number, minor, reporting)]
    return select(literal_column(f"'{kind}'").label("kind"), key, label, note, *whole)


_BLANK: ColumnElement[Any] = literal_column("''")
_NONE: ColumnElement[Any] = literal_column("0")
_RATED = case((WorkspaceTally.rated, literal_column("'rated'")), else_=_BLANK)

_TALLY = _arm(
    "tally",
    cast(WorkspaceTally.status, String),
    WorkspaceTally.currency,
    _RATED,
    func.sum(WorkspaceTally.workspaces),
    func.sum(WorkspaceTally.mrr_minor),
    func.sum(WorkspaceTally.mrr_reporting),
).group_by(WorkspaceTally.status, WorkspaceTally.currency, WorkspaceTally.rated)
_PLANS = _arm(
    "plan",
    Plan.public_id,
    Plan.name,
    cast(Plan.colour, String),
    Plan.id,
    Plan.position,
    case((Plan.archived_at.is_(None), _NONE), else_=literal_column("1")),
)
# Made this month: those of the month's first hours, where it does not begin with a day of UTC, and those of whole days.
# The month is written out: given as a value, PostgreSQL would plan the statement anew for every page.
_FIRST = _arm("new", _BLANK, _BLANK, _BLANK, func.count(), _NONE, _NONE).where(
    Workspace.cancelled_at.is_(None),
    Workspace.created_at >= bindparam("month", type_=Instant, literal_execute=True),
    Workspace.created_at < bindparam("midnight", type_=Instant, literal_execute=True),
)
_WHOLE = _arm("new", _BLANK, _BLANK, _BLANK, func.sum(WorkspaceBirths.workspaces), _NONE, _NONE).where(
    WorkspaceBirths.day >= bindparam("day", type_=Date, literal_execute=True)
)
_ORGANIZATION = _arm(
    "organization", Organization.public_id, Organization.name, _BLANK, Organization.id, _NONE, _NONE
).where(Organization.public_id == bindparam("organization"))


def _passing(names: Sequence[str], table: Any, health: Any) -> Iterator[ColumnElement[bool]]:
    """Conditions of the filters other than the organization, over the workspaces or their tally."""
    if "status" in names:
        yield cast(table.status, String) == bindparam("status", type_=String)
    if "health" in names:
        yield cast(health, String) == bindparam("health", type_=String)
    if "plan" in names:  # one that does not exist is none
        plan = select(Plan.id).where(Plan.public_id == bindparam("plan")).scalar_subquery()
        yield func.coalesce(table.plan_id, 0) == func.coalesce(plan, table.plan_id, 0)


_closed = select(func.coalesce(func.sum(WorkspaceTally.workspaces), 0)).where(WorkspaceTally.status == Status.CANCELLED)


@lru_cache(maxsize=32)
def _statement(names: tuple[str, ...], searched: bool) -> CompoundSelect[*tuple[Any, ...]]:
    arms = [_TALLY, _PLANS, _FIRST, _WHOLE]
    if searched:  # those in the trash are in the index too
        most = literal_column(str(MOST_HITS + 1), Integer) + _closed.scalar_subquery()
        arms.append(_arm("hits", _BLANK, _BLANK, _BLANK, func.count(), _NONE, _NONE).select_from(indexed(most)))
    if names:
        found = _arm("found", _BLANK, _BLANK, _BLANK, func.sum(WorkspaceTally.workspaces), _NONE, _NONE)
        passing = _passing(names, WorkspaceTally, WorkspaceTally.health)
        arms.append(found.where(WorkspaceTally.status != literal_column("'cancelled'"), *passing))
    if "organization" in names:
        organization = select(Organization.id).where(Organization.public_id == bindparam("organization"))
        there = _arm("there", _BLANK, _BLANK, _BLANK, func.count(), _NONE, _NONE)
        within = Workspace.organization_id == organization.scalar_subquery()
        passing = _passing(names, Workspace, Workspace.health)
        arms += [_ORGANIZATION, there.where(Workspace.cancelled_at.is_(None), within, *passing)]
    return union_all(*arms)


def surroundings(filters: Filters, month: datetime) -> Surroundings:
    """What stands around the list so filtered; `month` is the instant at which the platform's month began."""
    asked = {name: getattr(filters, name) for name in ("status", "plan", "health", "organization")}
    values = {name: str(value) for name, value in asked.items() if value}
    patterns = search_patterns(filters.q)
    # A short word that many have is told by SQLite's index in a third of the time that it takes to look at them.
    searched = not values and way(patterns, walking=False) is Search.TRIGRAMS
    given = {**values, **search_values(Search.TRIGRAMS, patterns)} if searched else values
    statement = _statement(tuple(values), searched)
    rows: dict[str, list[Any]] = {}
    midnight = _next_midnight(month)
    for kind, *row in scope.rows(statement, {**given, "month": month, "midnight": midnight, "day": midnight.date()}):
        rows.setdefault(kind, []).append(row)
    organization = next((_organization(row) for row in rows.get("organization", ())), None)
    strip = _strip(rows.get("tally", ()), sum(row[3] or 0 for row in rows["new"]))
    counted = rows.get("there" if organization else "found")
    found = counted[0][3] or 0 if counted else strip.total
    many = searched and rows["hits"][0][3] > MOST_HITS + strip.closed
    return Surroundings(strip, _plans(rows.get("plan", ())), organization, found, many)


def _next_midnight(instant: datetime) -> datetime:
    """The instant, or else the first after it, at which a day of UTC begins."""
    day = datetime.combine(instant.astimezone(UTC).date(), time(), UTC)
    return day if day == instant else day + timedelta(days=1)


def _organization(row: list[Any]) -> OrganizationChoice:
    public_id, name, _, key, _, _ = row
    return OrganizationChoice(key, public_id, name)


def _plans(rows: Iterable[list[Any]]) -> tuple[PlanChoice, ...]:
    ordered = sorted(rows, key=lambda row: (row[5], row[4], row[1]))
    return tuple(
        PlanChoice(key, public_id, name, colour, bool(archived))
        for public_id, name, colour, key, _position, archived in ordered
    )


def _strip(rows: Iterable[list[Any]], new: int) -> Strip:
    count = dict.fromkeys(map(str, Status), 0)
    unrated: dict[str, int] = {}
    mrr = 0
    for status, currency, rated, number, minor, reporting in rows:
        count[status] += number
        if status == Status.CANCELLED:
            continue
        mrr += reporting
        if not rated and minor:
            unrated[currency] = unrated.get(currency, 0) + minor
    closed = count.pop(Status.CANCELLED)
    total = sum(count.values())
    return Strip(
        total=total,
        active=count[Status.ACTIVE],
        suspended=count[Status.SUSPENDED],
        trial=count[Status.TRIAL],
        new_this_month=new,
        mrr=mrr,
        unrated=tuple(sorted(unrated.items())),
        retention=percent(count[Status.ACTIVE], total),
        closed=closed,
    )
