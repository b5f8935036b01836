"""The list of all users: who passes the filters, a page of them with their places, and the figures above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.sql import ColumnElement

from portal.base.db import as_of_now, db
from portal.models import Membership, Organization, OrganizationMember, User, Workspace
from portal.queries.listing import PAGE, last_offset
from portal.queries.search import USERS, looked_into, matching, planned, search_values, way
from portal.queries.sorting import Sorting, in_order
from portal.rules.access import OrganizationRole, Role, StaffRole, WorkspaceRole
from portal.rules.text import search_patterns

COUNTED = 1_000  # beyond so many a filtered list says "1,000+", and is not counted to its end
SHOWN = 2  # places of each sort that stand in a row; the others are counted
CHUNK = 500
MOST_MATCHES = 10


class State(StrEnum):
    """What the list can be narrowed to. `invited`: without a password yet, so that nobody has ever logged in."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    INVITED = "invited"
    SUSPENDED = "suspended"
    STAFF = "staff"


class Sort(Sorting):
    """What the list of users can be sorted by."""

    NAME = ("name", User.name_key, False, False)
    EMAIL = ("email", User.email_key, False, False)
    CREATED = ("created", User.created_at, True, False)
    LAST_SEEN = ("last_seen", User.last_seen_at, True, True)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of the list. `workspace` is a public id, blank for any; `trash`: those in the trash, else all
    others. `page` counts from 1."""

    q: str = ""
    state: State | None = None
    role: Role | None = None
    workspace: str = ""
    sort: Sort = Sort.NAME
    reverse: bool = False
    page: int = 1
    trash: bool = False

    @property
    def narrow(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.q or self.state or self.role or self.workspace)


class Totals(NamedTuple):
    """The figures above the list; those in the trash are in none but the last."""

    total: int
    verified: int
    invited: int
    suspended: int
    staff: int
    trashed: int


class Place(NamedTuple):
    """An organization or a workspace of somebody, and the role there."""

    name: str
    role: OrganizationRole | WorkspaceRole


@dataclass(slots=True)
class Places:
    """The first few by name, and how many there are."""

    first: list[Place] = field(default_factory=list)
    count: int = 0


class Listed(NamedTuple):
    """A person as the list shows them."""

    id: int
    public_id: str
    name: str
    email: str
    staff_role: StaffRole | None
    invited: bool
    verified: bool
    has_second_factor: bool
    suspended_at: datetime | None
    trashed_at: datetime | None
    last_seen_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. `workspace_name` is that of the filter; None where there is no such workspace, which is then
    left out. Where not `exact`, there are more than `total`."""

    filters: Filters
    workspace_name: str | None
    totals: Totals
    total: int
    exact: bool
    rows: tuple[Listed, ...]
    organizations: dict[int, Places]
    workspaces: dict[int, Places]


_ROW = select(
    User.id,
    User.public_id,
    User.name,
    User.email,
    User.staff_role,
    User.password_hash.is_(None),
    User.email_verified_at.is_not(None),
    User.totp_enabled_at.is_not(None),
    User.suspended_at,
    User.trashed_at,
    User.last_seen_at,
    User.created_at,
)
STATES: dict[State, ColumnElement[bool]] = {
    State.VERIFIED: User.email_verified_at.is_not(None),
    State.UNVERIFIED: User.email_verified_at.is_(None),
    State.INVITED: User.password_hash.is_(None),
    State.SUSPENDED: User.suspended_at.is_not(None),
    State.STAFF: User.staff_role.is_not(None),
}


def listing(asked: Filters) -> Listing:
    """The page asked for, or the last one where that is behind it."""
    place = _workspace(asked.workspace)
    key = place[0] if place else None
    sums = totals()
    total, exact = _count(asked, key, sums)
    offset = (asked.page - 1) * PAGE
    begin = last_offset(total, offset) if exact else offset
    rows = _page(asked, key, begin, total)
    if not exact and len(rows) <= PAGE:  # the last page after all
        total, exact = begin + len(rows), True
    shown = tuple(rows[:PAGE])
    people = [row.id for row in shown]
    return Listing(
        filters=asked,
        workspace_name=place[1] if place else None,
        totals=sums,
        total=total,
        exact=exact,
        rows=shown,
        organizations=_organizations(people),
        workspaces=workspaces_of(people),
    )


def totals() -> Totals:
    """How many people there are of each sort, by one query: each figure is the length of a small index."""

    def number(*where: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(User).where(*where).scalar_subquery()

    here = User.trashed_at.is_(None)
    found = select(
        number(here),
        number(here, STATES[State.UNVERIFIED]),
        number(here, STATES[State.INVITED]),
        number(here, STATES[State.SUSPENDED]),
        number(here, STATES[State.STAFF]),
        number(User.trashed_at.is_not(None)),
    )
    total, unverified, invited, suspended, staff, trashed = db.session.execute(found).one()
    return Totals(total, total - unverified, invited, suspended, staff, trashed)


def each(asked: Filters) -> Iterator[Listed]:
    """All pages of the list in its order, as of one instant, a few hundred at a time."""
    as_of_now()
    place = _workspace(asked.workspace)
    statement, values = _narrowed(_ROW, asked, place[0] if place else None, walking=True)
    for row in db.session.execute(statement.order_by(*_order(asked)), values, execution_options={"yield_per": CHUNK}):
        yield Listed._make(row)


def number_of(asked: Filters) -> int:
    """How many the filters leave."""
    place = _workspace(asked.workspace)
    statement, values = _narrowed(select(User.id), asked, place[0] if place else None, walking=False)
    return db.session.scalar(select(func.count()).select_from(statement.subquery()), values) or 0


def _workspace(public_id: str) -> tuple[int, str] | None:
    if not public_id:
        return None
    row = db.session.execute(select(Workspace.id, Workspace.name).where(Workspace.public_id == public_id)).one_or_none()
    return (row.id, row.name) if row else None


def workspace_matches(q: str) -> list[tuple[str, str]]:
    """Public id and name of the first workspaces by name that match as in their own list; without a query of all."""
    patterns = search_patterns(q)
    search = way(patterns, walking=True)
    query = select(Workspace.public_id, Workspace.name).where(Workspace.cancelled_at.is_(None))
    query = matching(query, search, len(patterns)).order_by(Workspace.name_key, Workspace.id).limit(MOST_MATCHES)
    return [(row[0], row[1]) for row in db.session.execute(query, search_values(search, patterns))]


def _count(asked: Filters, workspace: int | None, sums: Totals) -> tuple[int, bool]:
    if not asked.narrow:
        return (sums.trashed if asked.trash else sums.total), True
    statement, values = _narrowed(select(User.id), asked, workspace, walking=False)
    some = statement.limit(COUNTED + 1).subquery("some")
    found: int = db.session.scalar(planned_for(asked, select(func.count()).select_from(some)), values) or 0
    return min(found, COUNTED), found <= COUNTED


def planned_for(asked: Filters, statement: Any) -> Any:
    """Searches are planned for their words (PostgreSQL)."""
    return planned(statement, way(search_patterns(asked.q), walking=False))


def _page(asked: Filters, workspace: int | None, offset: int, total: int) -> list[Listed]:
    """The page's rows, and one more where its being the last is not known. Of many hits the order's index is walked."""
    walking = total >= COUNTED
    statement, values = _narrowed(_ROW, asked, workspace, walking=walking)
    statement = statement.order_by(*_order(asked)).limit(PAGE + 1).offset(offset)
    return [Listed._make(row) for row in db.session.execute(planned_for(asked, statement), values)]


def _narrowed(
    statement: Select[*tuple[Any, ...]], asked: Filters, workspace: int | None, *, walking: bool
) -> tuple[Select[*tuple[Any, ...]], dict[str, str]]:
    """The statement over users, narrowed to the filters; and the values of its search."""
    here = User.trashed_at.is_not(None) if asked.trash else User.trashed_at.is_(None)
    found = statement.where(here, *_criteria(asked, workspace))
    patterns = search_patterns(asked.q)
    search = way(patterns, walking=walking)
    count = looked_into(search, patterns)
    return matching(found, search, count, USERS), search_values(search, patterns)


def _criteria(asked: Filters, workspace: int | None) -> list[ColumnElement[bool]]:
    found = [STATES[asked.state]] if asked.state else []
    inside = [Membership.workspace_id == workspace] if workspace else []
    role = asked.role
    if isinstance(role, StaffRole):
        found.append(User.staff_role == role)
    elif isinstance(role, OrganizationRole):
        found.append(User.id.in_(select(OrganizationMember.user_id).where(OrganizationMember.role == role)))
    elif isinstance(role, WorkspaceRole):
        inside.append(Membership.role == role)
    if inside:
        found.append(User.id.in_(select(Membership.user_id).where(*inside)))
    return found


def _order(asked: Filters) -> tuple[ColumnElement[Any], ...]:
    return in_order(asked.sort, asked.reverse, asked.sort.column.expression, User.id.expression)


def _organizations(people: list[int]) -> dict[int, Places]:
    statement = _ranked(OrganizationMember, Organization)
    return _places(statement.join(Organization, Organization.id == OrganizationMember.organization_id), people)


def workspaces_of(people: list[int], *which: ColumnElement[bool]) -> dict[int, Places]:
    """Of each of them (integer keys): the workspaces that are not closed, or those of which `which` is true too."""
    statement = _ranked(Membership, Workspace).join(Workspace, Workspace.id == Membership.workspace_id)
    return _places(statement.where(Workspace.cancelled_at.is_(None), *which), people)


def _ranked(role: type[Membership | OrganizationMember], place: type[Organization | Workspace]) -> Select[Any]:
    """Who, which place, as what; the how manieth of theirs by name it is, and of how many."""
    by_name = (place.name_key, place.id)
    rank = func.row_number().over(partition_by=role.user_id, order_by=by_name).label("rank")
    return select(role.user_id, place.name, role.role, rank, func.count().over(partition_by=role.user_id))


def _places(statement: Select[Any], people: list[int]) -> dict[int, Places]:
    found = {person: Places() for person in people}
    if not people:
        return found
    who = statement.selected_columns[0]
    ranked = statement.where(who.in_(people)).subquery("ranked")
    for person, name, role, _, count in db.session.execute(select(ranked).where(ranked.c.rank <= SHOWN)):
        places = found[person]
        places.first.append(Place(name, role))
        places.count = count
    return found
