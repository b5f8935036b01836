"""Where people are at home: the workspaces that they belong to, and one of them as the guard looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, and_, bindparam, select

from portal.base.db import db
from portal.models import Branding, Hold, Membership, Organization, OrganizationMember, Workspace, scope
from portal.queries import brands
from portal.queries.brands import Brand
from portal.queries.words import holding
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.lifecycle import HoldKind, Status

MOST_PLACES = 50


@dataclass(frozen=True, slots=True)
class Tenant:
    """A workspace, and what the person is in it: `role` None for somebody who is no member. `key`: integer key;
    `member_seen_at`: when the person was last seen there. The counts are the stored ones. `brand`: the live one."""

    key: int
    public_id: str
    name: str
    web_address: str
    timezone: str
    status: Status
    cancelled_at: datetime | None
    organization: str
    organization_slug: str
    role: WorkspaceRole | None
    organization_role: OrganizationRole | None
    member_seen_at: datetime | None
    numbers: int
    extensions: int
    contacts: int
    campaigns: int
    team: int
    version: int
    organization_key: int
    brand: Brand | None


class Place(NamedTuple):
    """A workspace that a person belongs to."""

    key: int
    public_id: str
    name: str
    web_address: str
    status: Status
    is_child: bool
    organization_id: int
    organization: str
    role: WorkspaceRole


class Here(NamedTuple):
    """The workspace that a browser is in."""

    name: str
    web_address: str


def is_capped(workspace: int) -> bool:
    """Whether the workspace (its integer key) is suspended for its spend cap, whatever else it is suspended for."""
    mine = (Hold.workspace_id == workspace, Hold.kind == HoldKind.SPEND_CAP, Hold.lifted_at.is_(None))
    return db.session.scalar(select(Hold.id).where(*mine).limit(1)) is not None


_USER = bindparam("user", type_=Integer)
_TENANT = (
    select(
        Workspace.id,
        Workspace.public_id,
        Workspace.name,
        Workspace.web_address,
        Workspace.timezone,
        Workspace.status,
        Workspace.cancelled_at,
        Organization.name,
        Organization.slug,
        Membership.role,
        OrganizationMember.role,
        Membership.last_seen_at,
        Workspace.number_count,
        Workspace.extension_count,
        Workspace.contact_count,
        Workspace.campaign_count,
        Workspace.user_count,
        Workspace.version,
        Organization.id,
        *brands.COLUMNS,
    )
    .join(Organization, Organization.id == Workspace.organization_id)
    .outerjoin(Branding, brands.LIVE)
    .outerjoin(Membership, and_(Membership.workspace_id == Workspace.id, Membership.user_id == _USER))
    .outerjoin(
        OrganizationMember,
        and_(OrganizationMember.organization_id == Organization.id, OrganizationMember.user_id == _USER),
    )
    .where(Workspace.web_address == bindparam("address"))
)
_PLACES = (
    select(
        Workspace.id,
        Workspace.public_id,
        Workspace.name,
        Workspace.web_address,
        Workspace.status,
        Workspace.is_primary.is_(False),
        Organization.id,
        Organization.name,
        Membership.role,
    )
    .join(Membership, Membership.workspace_id == Workspace.id)
    .join(Organization, Organization.id == Workspace.organization_id)
    .where(Membership.user_id == _USER)
    .order_by(
        Workspace.cancelled_at.is_not(None),
        Membership.last_seen_at.is_(None),
        Membership.last_seen_at.desc(),
        Workspace.name_key,
        Workspace.id,
    )
)
_HERE = (
    select(Workspace.name, Workspace.web_address)
    .join(Membership, Membership.workspace_id == Workspace.id)
    .where(Workspace.id == bindparam("workspace", type_=Integer), Membership.user_id == _USER)
)
_RECENT = _PLACES.limit(bindparam("most", type_=Integer))


def tenant(address: str, user_id: int) -> Tenant | None:
    """The workspace with this web address, as this person stands to it; None if there is none."""
    with scope.platform():  # the row is bound to one workspace and one person
        found = scope.rows(_TENANT, {"address": address, "user": user_id})
    return Tenant(*brands.with_brand(found[0])) if found else None


def here(workspace: int | None, user_id: int) -> Here | None:
    """The workspace with this integer key, if the person is still a member of it."""
    with scope.platform():  # the row is bound to one workspace and one person
        found = scope.rows(_HERE, {"workspace": workspace, "user": user_id})
    return Here._make(found[0]) if found else None


def recent_places(user_id: int, most: int) -> tuple[Place, ...]:
    """The person's workspaces, those used last first, closed ones last."""
    with scope.platform():  # a person's own memberships lie in several workspaces
        return tuple(map(Place._make, scope.rows(_RECENT, {"user": user_id, "most": most})))


def matching_places(user_id: int, q: str) -> Sequence[Place]:
    """The same, up to MOST_PLACES, of which every word occurs in name, address or organization."""
    words = holding(q, Workspace.name_key, Workspace.web_address, Organization.name_key)
    with scope.platform():
        rows = db.session.execute(_PLACES.where(*words).limit(MOST_PLACES), {"user": user_id})
        return list(map(Place._make, rows))
