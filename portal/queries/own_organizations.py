"""Organizations as their people stand to them: what the guard looks at, and where a person may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Integer, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Branding, Organization, OrganizationMember, Plan, User, Workspace, scope
from portal.queries import brands
from portal.queries.brands import Brand
from portal.queries.words import holding
from portal.rules.access import OrganizationRole

MOST_ACCOUNTS = 50


@dataclass(frozen=True, slots=True)
class OwnOrganization:
    """An organization, and the role of one of its people. `key`: integer key. `is_multi`: its primary is on a plan for
    several workspaces. `timezone`: its primary's. Counts: workspaces that are not closed, and people. `brand`: the live
    one."""

    key: int
    public_id: str
    name: str
    slug: str
    currency: str
    version: int
    role: OrganizationRole
    timezone: str
    is_multi: bool
    workspaces: int
    people: int
    brand: Brand | None


class Account(NamedTuple):
    """An organization of whose pages a person may see some."""

    key: int
    name: str
    slug: str
    role: OrganizationRole


_USER = bindparam("user", type_=Integer)
_primary = and_(Workspace.organization_id == Organization.id, Workspace.is_primary)
_timezone = select(Workspace.timezone).where(_primary).limit(1).correlate(Organization).scalar_subquery()
_is_multi = (
    select(Workspace.id)
    .join(Plan, Plan.id == Workspace.plan_id)
    .where(_primary, Plan.multi_workspace)
    .correlate(Organization)
    .exists()
)
_open_workspaces = (
    select(func.count(Workspace.id))
    .where(Workspace.organization_id == Organization.id, Workspace.cancelled_at.is_(None))
    .correlate(Organization)
    .scalar_subquery()
)
_Person = aliased(OrganizationMember, name="person")
_people = (
    select(func.count(_Person.id))
    .join(User, User.id == _Person.user_id)
    .where(_Person.organization_id == Organization.id, User.trashed_at.is_(None))
    .correlate(Organization)
    .scalar_subquery()
)
_OWN = (
    select(
        Organization.id,
        Organization.public_id,
        Organization.name,
        Organization.slug,
        Organization.currency,
        Organization.version,
        OrganizationMember.role,
        func.coalesce(_timezone, "UTC"),
        _is_multi,
        _open_workspaces,
        _people,
        *brands.COLUMNS,
    )
    .join(
        OrganizationMember,
        and_(OrganizationMember.organization_id == Organization.id, OrganizationMember.user_id == _USER),
    )
    .outerjoin(Branding, brands.LIVE)
    .where(Organization.slug == bindparam("slug"))
)
_ACCOUNTS = (
    select(Organization.id, Organization.name, Organization.slug, OrganizationMember.role)
    .join(OrganizationMember, OrganizationMember.organization_id == Organization.id)
    .where(OrganizationMember.user_id == _USER, OrganizationMember.role != OrganizationRole.MEMBER)
    .order_by(Organization.name_key, Organization.id)
    .limit(MOST_ACCOUNTS)
)


def own(slug: str, user_id: int) -> OwnOrganization | None:
    """The organization with this slug, as this person stands to it; None where they are none of its people."""
    found = scope.rows(_OWN, {"slug": slug, "user": user_id})
    return OwnOrganization(*brands.with_brand(found[0])) if found else None


def accounts(user_id: int) -> tuple[Account, ...]:
    """Those of the person's organizations whose pages their role opens, by name."""
    return tuple(map(Account._make, scope.rows(_ACCOUNTS, {"user": user_id})))


def matching_accounts(user_id: int, q: str) -> Sequence[Account]:
    """The same, of whose name every word of the query is a part."""
    rows = db.session.execute(_ACCOUNTS.where(*holding(q, Organization.name_key)), {"user": user_id})
    return list(map(Account._make, rows))
