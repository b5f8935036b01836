"""The list of all organizations: who passes the filters, a page of them, and the figures above it; and those whose
names match what is typed.

What its workspaces come to is added up as it is asked for, over an index that holds no more than that (migration 0012).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from portal.base.db import db
from portal.models import Hold, Organization, OrganizationMember, Plan, PlanColour, User, Workspace, WorkspaceTally
from portal.queries.listing import PAGE, last_offset
from portal.queries.sorting import Sorting, in_order
from portal.queries.words import holding
from portal.rules.lifecycle import HoldKind
from portal.rules.organizations import Breadth, Standing, standing_of

MOST_MATCHES = 10

Primary = aliased(Workspace, name="primary_workspace")
PrimaryPlan = aliased(Plan, name="primary_plan")
_BILLING_EMAIL = func.nullif(func.lower(Organization.billing_email), "")
_SUMS = (
    select(
        Workspace.organization_id,
        func.count().label("workspaces"),
        func.sum(Workspace.mrr_reporting).label("mrr"),
    )
    .where(Workspace.cancelled_at.is_(None))
    .group_by(Workspace.organization_id)
    .subquery("sums")
)
PRESENT = OrganizationMember.user_id.not_in(select(User.id).where(User.trashed_at.is_not(None)))
"""That a member's account is not in the trash. Few are, and an index knows them."""
_PEOPLE = (
    select(OrganizationMember.organization_id, func.count().label("people"))
    .where(PRESENT)
    .group_by(OrganizationMember.organization_id)
    .subquery("people")
)
_HELD = select(Hold.id).where(Hold.organization_id == Organization.id, Hold.lifted_at.is_(None)).exists()
_IS_MULTI = func.coalesce(PrimaryPlan.multi_workspace, false())
_WORKSPACES = func.coalesce(_SUMS.c.workspaces, 0)


class Sort(Sorting):
    """What the list of organizations can be sorted by."""

    NAME = ("name", Organization.name_key, False, False)
    TYPE = ("type", _IS_MULTI, True, False)
    WORKSPACES = ("workspaces", _WORKSPACES, True, False)
    PEOPLE = ("people", func.coalesce(_PEOPLE.c.people, 0), True, False)
    OWNER = ("owner", Primary.owner_key, False, True)
    MRR = ("mrr", _SUMS.c.mrr, True, True)
    STATUS = ("status", _HELD, True, False)
    PLAN = ("plan", Primary.plan_key, False, True)
    BILLING_EMAIL = ("billing_email", _BILLING_EMAIL, False, True)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of the list. `plan`: the primary's, a public id, blank for any; `page` counts from 1."""

    q: str = ""
    status: Standing | None = None
    type: Breadth | None = None
    plan: str = ""
    sort: Sort = Sort.NAME
    reverse: bool = False
    page: int = 1

    @property
    def narrow(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.q or self.status or self.type or self.plan)


class PlanChoice(NamedTuple):
    """A plan that the list can be filtered by."""

    key: int
    public_id: str
    name: str


class Totals(NamedTuple):
    """The figures above the list. `mrr` in minor units of the reporting currency; `unrated`: MRR of currencies that
    have no exchange rate, as (currency, minor units)."""

    total: int
    multi: int
    single: int
    suspended: int
    mrr: int
    unrated: tuple[tuple[str, int], ...]


class Listed(NamedTuple):
    """An organization as the list shows it. `workspaces` and `mrr_minor` (in `currency`) count those not closed."""

    key: int
    public_id: str
    name: str
    slug: str
    currency: str
    billing_email: str
    owner: str | None
    owner_email: str | None
    plan: str | None
    plan_colour: PlanColour | None
    is_multi: bool
    workspaces: int
    mrr_minor: int
    people: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. `plan`: that of the filter; None where there is no such plan, which is then left out.
    `holds`: kinds of open holds on the whole of an organization, by its key."""

    filters: Filters
    plan: PlanChoice | None
    plans: Sequence[PlanChoice]
    totals: Totals
    total: int
    rows: Sequence[Listed]
    holds: dict[int, list[HoldKind]]

    def standing(self, row: Listed) -> Standing:
        """How this one stands."""
        return standing_of(row.key in self.holds, row.workspaces)


class Match(NamedTuple):
    """An organization whose name matches."""

    public_id: str
    name: str


def listing(asked: Filters) -> Listing:
    """The page asked for, or the last one where that is behind it."""
    plans = _plans()
    plan = next((each for each in plans if each.public_id == asked.plan), None)
    sums = totals()
    total = _count(asked, plan) if asked.narrow else sums.total
    keys = _keys(asked, plan, last_offset(total, (asked.page - 1) * PAGE))
    return Listing(asked, plan, plans, sums, total, _rows(keys), _holds(keys))


def totals() -> Totals:
    """How many organizations there are of each sort, and what all of their workspaces come to."""

    def number(of: Any, *where: Any) -> Any:
        return select(func.count(of)).where(*where).scalar_subquery()

    several = select(Plan.id).where(Plan.multi_workspace)
    total, multi, suspended = db.session.execute(
        select(
            number(Organization.id),
            number(Workspace.id, Workspace.is_primary, Workspace.plan_id.in_(several)),
            number(Hold.organization_id.distinct(), Hold.lifted_at.is_(None), Hold.organization_id.is_not(None)),
        )
    ).one()
    tally, summed = WorkspaceTally, func.coalesce(func.sum(WorkspaceTally.mrr_reporting), 0)
    mrr = db.session.scalar(select(summed).where(tally.rated)) or 0
    loose = select(tally.currency, func.sum(tally.mrr_minor)).where(~tally.rated, tally.mrr_minor > 0)
    unrated = db.session.execute(loose.group_by(tally.currency).order_by(tally.currency))
    found = tuple((code, int(minor)) for code, minor in unrated)
    return Totals(total, multi, total - multi, suspended, int(mrr), found)


def matches(q: str, most: int = MOST_MATCHES) -> list[Match]:
    """The first by name, at most so many, whose folded name holds every word of the query; a word of one or two letters
    has to begin one. Without a query the first of all."""
    statement = select(Organization.public_id, Organization.name).order_by(Organization.name_key, Organization.id)
    found = statement.where(*holding(q, Organization.name_key))
    return [Match._make(row) for row in db.session.execute(found.limit(most))]


# ---------------------------------------------------------------- which


def _count(asked: Filters, plan: PlanChoice | None) -> int:
    found = _narrowed(asked, plan, frozenset()).subquery("found")
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def _keys(asked: Filters, plan: PlanChoice | None, offset: int) -> list[int]:
    sort = asked.sort
    order = in_order(sort, asked.reverse, sort.column.expression, Organization.id.expression)
    page = _narrowed(asked, plan, PARTS.get(sort, frozenset())).order_by(*order).limit(PAGE).offset(offset)
    return list(db.session.scalars(page))


STANDS: dict[Standing, list[Any]] = {
    Standing.SUSPENDED: [_HELD],
    Standing.ACTIVE: [~_HELD, _WORKSPACES > 0],
    Standing.EMPTY: [~_HELD, _WORKSPACES == 0],
}
PRIMARY, SUMS, PEOPLE = "primary", "sums", "people"
PARTS = {
    Sort.TYPE: frozenset({PRIMARY}),
    Sort.OWNER: frozenset({PRIMARY}),
    Sort.PLAN: frozenset({PRIMARY}),
    Sort.WORKSPACES: frozenset({SUMS}),
    Sort.MRR: frozenset({SUMS}),
    Sort.PEOPLE: frozenset({PEOPLE}),
}
"""What a sort has to have joined; the others look at the organization alone."""


def _narrowed(asked: Filters, plan: PlanChoice | None, parts: frozenset[str]) -> Select[Any]:
    """The keys of the organizations that pass, with these parts joined, and those that the filters need."""
    where: list[ColumnElement[bool]] = []
    if plan:
        parts |= {PRIMARY}
        where.append(Primary.plan_id == plan.key)
    if asked.type:
        parts |= {PRIMARY}
        where.append(_IS_MULTI if asked.type is Breadth.MULTI else ~_IS_MULTI)
    if asked.status:
        parts |= {SUMS} if asked.status is not Standing.SUSPENDED else frozenset()
        where += STANDS[asked.status]
    query: Any = _joined(select(Organization.id), parts).where(*where)
    found: Select[Any] = query.where(*holding(asked.q, Organization.name_key, Organization.slug, _BILLING_EMAIL))
    return found


def _joined(query: Any, parts: frozenset[str]) -> Any:
    if PRIMARY in parts:
        query = query.outerjoin(Primary, (Primary.organization_id == Organization.id) & Primary.is_primary)
        query = query.outerjoin(PrimaryPlan, PrimaryPlan.id == Primary.plan_id)
    if SUMS in parts:
        query = query.outerjoin(_SUMS, _SUMS.c.organization_id == Organization.id)
    if PEOPLE in parts:
        query = query.outerjoin(_PEOPLE, _PEOPLE.c.organization_id == Organization.id)
    return query


# ---------------------------------------------------------------- rows


def _own(what: Any, table: Any, *where: ColumnElement[bool]) -> Any:
    """Of one organization, for the few that are shown."""
    query = select(what).select_from(table).where(table.organization_id == Organization.id, *where)
    return query.correlate(Organization).scalar_subquery()


_OPEN = Workspace.cancelled_at.is_(None)
_ROW = (
    select(
        Organization.id,
        Organization.public_id,
        Organization.name,
        Organization.slug,
        Organization.currency,
        Organization.billing_email,
        User.name,
        User.email,
        PrimaryPlan.name,
        PrimaryPlan.colour,
        _IS_MULTI,
        _own(func.count(), Workspace, _OPEN),
        _own(func.coalesce(func.sum(Workspace.mrr_minor), 0), Workspace, _OPEN),
        _own(func.count(), OrganizationMember, PRESENT),
    )
    .outerjoin(Primary, (Primary.organization_id == Organization.id) & Primary.is_primary)
    .outerjoin(PrimaryPlan, PrimaryPlan.id == Primary.plan_id)
    .outerjoin(User, User.id == Primary.owner_id)
)


def _rows(keys: Sequence[int]) -> list[Listed]:
    found = {row[0]: Listed._make(row) for row in db.session.execute(_ROW.where(Organization.id.in_(keys)))}
    return [found[key] for key in keys]


def _holds(keys: Sequence[int]) -> dict[int, list[HoldKind]]:
    query = select(Hold.organization_id, Hold.kind).where(Hold.organization_id.in_(keys), Hold.lifted_at.is_(None))
    found: defaultdict[int, list[HoldKind]] = defaultdict(list)
    for key, kind in db.session.execute(query.order_by(Hold.id)):
        if key is not None:
            found[key].append(kind)
    return dict(found)


def _plans() -> list[PlanChoice]:
    query = select(Plan.id, Plan.public_id, Plan.name).order_by(Plan.position, Plan.name_key, Plan.id)
    return [PlanChoice._make(row) for row in db.session.execute(query)]
