"""What transferring a workspace will do: for the page that asks first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import (
    ApiKey,
    Hold,
    Invitation,
    Membership,
    Organization,
    OrganizationMember,
    PlanFee,
    User,
    Webhook,
    WebhookState,
    Workspace,
)
from portal.queries.candidates import House
from portal.queries.sources import sources_of
from portal.rules.access import WorkspaceRole
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.listing import derive
from portal.rules.transfers import Joining, Leaving


class Mate(NamedTuple):
    """Somebody of the workspace's team; `there`: of the new organization already."""

    public_id: str
    name: str
    email: str
    role: WorkspaceRole
    there: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would be: `mrr_minor` and `status` of the workspace there, as a child or as the `primary`; how many open
    invitations into it end, and how many API keys and webhooks for it alone; and its team."""

    primary: bool
    mrr_minor: int
    status: Status
    invitations: int
    programs: int
    team: tuple[Mate, ...]


def leaving(workspace: int) -> Leaving:
    """The workspace (integer key) where it is."""
    row = db.session.execute(
        select(
            Workspace.name,
            Workspace.status,
            Workspace.is_primary,
            Organization.name,
            Organization.currency,
            Organization.id,
        )
        .join(Organization, Organization.id == Workspace.organization_id)
        .where(Workspace.id == workspace)
    ).one()
    key = row[-1]
    others = select(func.count()).where(Workspace.organization_id == key, Workspace.id != workspace)
    return Leaving(row[0], row[1], row[2], row[3], row[4], db.session.scalar(others) or 0)


def joining(house: House) -> Joining:
    """The organization that is to have it."""
    return Joining(house.name, house.currency, house.has_primary, house.primary_closed, house.is_multi)


def outlook(workspace: int, organization: str) -> Outlook:
    """Of transferring the workspace (integer key) to the organization (public id); needs the platform's scope."""
    to = db.session.scalars(select(Organization).where(Organization.public_id == organization)).one()
    primary = db.session.execute(
        select(Workspace.plan_id).where(Workspace.organization_id == to.id, Workspace.is_primary)
    ).one_or_none()
    sources = sources_of([workspace])[workspace]
    own = _kinds(Hold.workspace_id == workspace)
    there = replace(
        sources,
        open_holds=frozenset({*own, *_kinds(Hold.organization_id == to.id)}),
        is_child=primary is not None,
        child_fee_minor=_fee(primary[0], to.currency) if primary else None,
    )
    derived = derive(there, sources.currency, {})
    pending = select(func.count()).where(Invitation.workspace_id == workspace, Invitation.is_pending)
    count = db.session.scalar(pending) or 0
    programs, people = _programs(workspace), _team(workspace, to.id)
    return Outlook(primary is None, derived.mrr_minor, derived.status, count, programs, people)


def _programs(workspace: int) -> int:
    keys = select(func.count()).where(ApiKey.workspace_id == workspace, ApiKey.revoked_at.is_(None))
    hooks = select(func.count()).where(Webhook.workspace_id == workspace, Webhook.state == WebhookState.ACTIVE)
    return db.session.scalar(select(keys.scalar_subquery() + hooks.scalar_subquery())) or 0


def _kinds(where: object) -> list[HoldKind]:
    return list(db.session.scalars(select(Hold.kind).where(Hold.lifted_at.is_(None), where)))  # type: ignore[arg-type]


def _fee(plan: int | None, currency: str) -> int | None:
    return db.session.scalar(
        select(PlanFee.child_fee_minor).where(PlanFee.plan_id == plan, PlanFee.currency == currency)
    )


def _team(workspace: int, organization: int) -> tuple[Mate, ...]:
    """The owner first, then by name."""
    there = select(OrganizationMember.id).where(
        OrganizationMember.organization_id == organization, OrganizationMember.user_id == User.id
    )
    query = (
        select(User.public_id, User.name, User.email, Membership.role, there.exists())
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.workspace_id == workspace)
        .order_by(Membership.role != WorkspaceRole.OWNER, User.name_key, User.id)
    )
    return tuple(Mate._make(row) for row in db.session.execute(query))
