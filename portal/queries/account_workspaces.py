"""An organization's workspaces, as its own people see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select

from portal.base.db import db
from portal.models import Membership, Plan, PlanColour, User, Workspace, scope
from portal.queries.words import holding
from portal.rules.access import WorkspaceRole
from portal.rules.lifecycle import Status

PER_PAGE = 25


class Row(NamedTuple):
    """A workspace. Counts: people, contacts, numbers. `plan`: None for the free one. `role`: that of the person who
    looks, None where they are no member."""

    public_id: str
    name: str
    web_address: str
    is_primary: bool
    status: Status
    cancelled_at: datetime | None
    trial_ends_at: datetime | None
    plan: str | None
    colour: PlanColour | None
    users: int
    contacts: int
    numbers: int
    owner: str | None
    role: WorkspaceRole | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of those that match, the primary first, then by name, closed ones last; `total` of all pages."""

    page: int
    total: int
    rows: tuple[Row, ...]


_COLUMNS = (
    Workspace.public_id,
    Workspace.name,
    Workspace.web_address,
    Workspace.is_primary,
    Workspace.status,
    Workspace.cancelled_at,
    Workspace.trial_ends_at,
    Plan.name,
    Plan.colour,
    Workspace.user_count,
    Workspace.contact_count,
    Workspace.number_count,
    User.name,
    Membership.role,
)


def workspaces(organization: int, user_id: int, q: str, page: int, per_page: int = PER_PAGE) -> Found:
    """Those of the organization (its integer key), with every word of `q` in name or address."""
    which = (Workspace.organization_id == organization, *holding(q, Workspace.name_key, Workspace.web_address))
    total: int = db.session.scalar(select(func.count()).select_from(Workspace).where(*which)) or 0
    page = min(page, max(1, -(-total // per_page)))
    mine = and_(Membership.workspace_id == Workspace.id, Membership.user_id == user_id)
    query = (
        select(*_COLUMNS)
        .outerjoin(Plan, Plan.id == Workspace.plan_id)
        .outerjoin(User, User.id == Workspace.owner_id)
        .outerjoin(Membership, mine)
        .where(*which)
        .order_by(Workspace.cancelled_at.is_not(None), Workspace.is_primary.desc(), Workspace.name_key, Workspace.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    with scope.organization(organization):
        return Found(page, total, tuple(map(Row._make, db.session.execute(query))))


class Sums(NamedTuple):
    """Over all workspaces that are not closed: a month's subscriptions in minor units of the organization's currency,
    and contacts."""

    mrr_minor: int
    contacts: int


def sums(organization: int) -> Sums:
    """Of the organization (its integer key)."""
    row = db.session.execute(
        select(
            func.coalesce(func.sum(Workspace.mrr_minor), 0),
            func.coalesce(func.sum(Workspace.contact_count), 0),
        ).where(Workspace.organization_id == organization, Workspace.cancelled_at.is_(None))
    ).one()
    return Sums(int(row[0]), int(row[1]))
