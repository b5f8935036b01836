"""What a picker finds, fit to be chosen or not: people, organizations, workspaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Organization, Plan, User, Workspace
from portal.queries.words import holding
from portal.rules.lifecycle import Status

MOST = 8


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. Staff, and who is suspended or in the trash, cannot own a workspace."""

    public_id: str
    name: str
    email: str
    is_staff: bool
    suspended: bool


@dataclass(frozen=True, slots=True)
class House:
    """An organization; `workspaces` counts those not closed. It takes one more if it has none, or is multi and its
    primary is not closed."""

    public_id: str
    slug: str
    name: str
    currency: str
    workspaces: int
    has_primary: bool
    is_multi: bool
    primary_closed: bool


_PEOPLE = select(
    User.public_id,
    User.name,
    User.email,
    User.staff_role.is_not(None),
    User.barred_at.is_not(None),
)
_Sibling, _Primary = aliased(Workspace), aliased(Workspace)
_ROOMS = select(
    Workspace.public_id, Workspace.web_address, Workspace.name, Organization.name, Organization.slug, Workspace.status
).join(Organization, Organization.id == Workspace.organization_id)
_siblings = (
    select(func.count())
    .select_from(_Sibling)
    .where(_Sibling.organization_id == Organization.id, _Sibling.cancelled_at.is_(None))
    .correlate(Organization)
    .scalar_subquery()
)
_HOUSES = (
    select(
        Organization.public_id,
        Organization.slug,
        Organization.name,
        Organization.currency,
        _siblings,
        _Primary.id.is_not(None),
        func.coalesce(Plan.multi_workspace, False),
        _Primary.cancelled_at.is_not(None),
    )
    .outerjoin(_Primary, (_Primary.organization_id == Organization.id) & _Primary.is_primary)
    .outerjoin(Plan, Plan.id == _Primary.plan_id)
)


@dataclass(frozen=True, slots=True)
class Room:
    """A workspace, with its organization's name and address."""

    public_id: str
    web_address: str
    name: str
    organization: str
    slug: str
    status: Status


def people(q: str, most: int = MOST) -> list[Person]:
    """The first by name, at most so many, whose name or e-mail holds every word of the query; nobody in the trash."""
    here = _PEOPLE.where(User.trashed_at.is_(None))
    query = here.where(*holding(q, User.name_key, User.email_key)).order_by(User.name_key, User.id)
    return [Person(*row) for row in db.session.execute(query.limit(most))]


def person(reference: str) -> Person | None:
    """The person with this public id or e-mail."""
    known = reference.strip()
    if not known.isprintable():
        return None
    where = or_(User.public_id == known, User.email_key == known.casefold())
    row = db.session.execute(_PEOPLE.where(where)).first()
    return Person(*row) if row else None


def houses(q: str, most: int = MOST) -> list[House]:
    """The first by name, at most so many, whose name or address holds every word of the query."""
    query = _HOUSES.where(*holding(q, Organization.name_key, Organization.slug))
    return [
        _house(row) for row in db.session.execute(query.order_by(Organization.name_key, Organization.id).limit(most))
    ]


def house(reference: str) -> House | None:
    """The organization with this public id or address."""
    known = reference.strip()
    if not known.isprintable():
        return None
    where = or_(Organization.public_id == known, Organization.slug == known.lower())
    row = db.session.execute(_HOUSES.where(where)).first()
    return _house(row) if row else None


def rooms(q: str, organization: str = "", most: int = MOST) -> list[Room]:
    """The first workspaces by name, at most so many, whose name or web address holds every word of the query; of the
    organization with this public id or address, blank for any. None in the trash."""
    query = _ROOMS.where(Workspace.cancelled_at.is_(None), *holding(q, Workspace.name_key, Workspace.web_address))
    known = organization.strip()
    if known:
        query = query.where(or_(Organization.public_id == known, Organization.slug == known.lower()))
    return [Room(*row) for row in db.session.execute(query.order_by(Workspace.name_key, Workspace.id).limit(most))]


def room(reference: str) -> Room | None:
    """The workspace with this public id or web address, not in the trash."""
    known = reference.strip()
    if not known.isprintable():
        return None
    where = or_(Workspace.public_id == known, Workspace.web_address == known.lower())
    row = db.session.execute(_ROOMS.where(where, Workspace.cancelled_at.is_(None))).first()
    return Room(*row) if row else None


def _house(row: Any) -> House:
    public_id, slug, name, currency, workspaces, *truths = row
    return House(public_id, slug, name, currency, workspaces, *map(bool, truths))
