"""Custom domains of workspaces and organizations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, select

from portal.base.db import db
from portal.models import (
    Branding,
    Domain,
    DomainState,
    Membership,
    Organization,
    OrganizationMember,
    User,
    Workspace,
    scope,
)
from portal.models.domains import SERVED
from portal.queries import brands
from portal.queries.brands import Brand, House


@dataclass(frozen=True, slots=True)
class OwnDomain:
    """A workspace's own domain, with the token that proves whose it is."""

    public_id: str
    host: str
    token: str
    state: DomainState
    last_checked_at: datetime | None


def own_domain(workspace_id: int) -> OwnDomain | None:
    """That of the workspace (integer key); none where it has none of its own."""
    row = db.session.execute(
        select(Domain.public_id, Domain.host, Domain.token, Domain.state, Domain.last_checked_at)
        .where(Domain.workspace_id == workspace_id)
        .order_by(Domain.id)
        .limit(1)
    ).one_or_none()
    return OwnDomain(*row) if row else None


class AccountDomain(NamedTuple):
    """A domain of an organization; `workspace`: public id and name of the one that it serves alone, blank for all."""

    public_id: str
    host: str
    token: str
    state: DomainState
    last_checked_at: datetime | None
    failing_since: datetime | None
    workspace: str
    workspace_name: str


OWN_HOST = (
    select(Domain.host)
    .where(Domain.workspace_id == Workspace.id)
    .order_by(Domain.id)
    .limit(1)
    .correlate(Workspace)
    .scalar_subquery()
)
"""The host of the domain that serves the workspace of the row alone, whatever its state; null for none."""

_OF_ACCOUNT = select(
    Domain.public_id,
    Domain.host,
    Domain.token,
    Domain.state,
    Domain.last_checked_at,
    Domain.failing_since,
    func.coalesce(Workspace.public_id, ""),
    func.coalesce(Workspace.name, ""),
).outerjoin(Workspace, Workspace.id == Domain.workspace_id)


def of_account(organization_key: int) -> Sequence[AccountDomain]:
    """All domains of the organization (integer key) and its workspaces, the organization's own first."""
    mine = _OF_ACCOUNT.where(Domain.organization_id == organization_key)
    rows = db.session.execute(mine.order_by(Domain.workspace_id.is_not(None), Domain.host))
    return list(map(AccountDomain._make, rows))


def account_domain(organization_key: int, domain: str) -> AccountDomain | None:
    """The organization's domain with this public id."""
    mine = _OF_ACCOUNT.where(Domain.organization_id == organization_key, Domain.public_id == domain)
    row = db.session.execute(mine).one_or_none()
    return AccountDomain._make(row) if row else None


@dataclass(frozen=True, slots=True)
class Served:
    """A verified domain, and whose it is: of an organization, or of one workspace of it alone (integer keys). `name`:
    theirs; `brand`: the live one."""

    host: str
    organization_key: int
    workspace_key: int | None
    name: str
    brand: Brand | None


_SERVED = (
    select(
        Domain.host,
        Domain.organization_id,
        Domain.workspace_id,
        func.coalesce(Workspace.name, Organization.name),
        *brands.COLUMNS,
    )
    .join(Organization, Organization.id == Domain.organization_id)
    .outerjoin(Workspace, Workspace.id == Domain.workspace_id)
    .outerjoin(Branding, brands.LIVE)
    .where(Domain.host == bindparam("host"), Domain.state.in_(SERVED))
)


def served(host: str) -> Served | None:
    """The verified domain with this host (in lower case, without a port)."""
    found = scope.rows(_SERVED, {"host": host})
    return Served(*brands.with_brand(found[0])) if found else None


def belongs(user_id: int, host: str) -> bool:
    """Whether this person is one of those whom the domain is for: of its workspace, or of its organization. Nobody of
    the staff is."""
    here = (Domain.host == host, Domain.state.in_(SERVED))
    member = select(Membership.id).where(Membership.workspace_id == Domain.workspace_id, Membership.user_id == user_id)
    person = select(OrganizationMember.id).where(
        OrganizationMember.organization_id == Domain.organization_id, OrganizationMember.user_id == user_id
    )
    mine = case((Domain.workspace_id.is_not(None), member.exists()), else_=person.exists())
    staff = select(User.id).where(User.id == user_id, User.staff_role.is_not(None))
    with scope.platform():  # the row is bound to one domain and one person
        return db.session.scalar(select(Domain.id).where(*here, mine, ~staff.exists())) is not None


def house_of(organization_key: int) -> House:
    """Whose name mails of this organization (integer key) bear, and the domain of its own, the oldest verified one."""
    own = (Domain.organization_id == Organization.id, Domain.workspace_id.is_(None))
    host = select(Domain.host).where(*own, Domain.state.in_(SERVED)).order_by(Domain.id).limit(1)
    found = select(Organization.name, Organization.branding_granted, host.correlate(Organization).scalar_subquery())
    name, granted, domain = db.session.execute(found.where(Organization.id == organization_key)).one()
    return House(name if granted else "", domain or "")
