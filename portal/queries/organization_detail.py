"""One organization as staff see it: itself, its workspaces, its people, what holds it, and what it paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from portal.base.db import db
from portal.models import (
    Hold,
    Invoice,
    Membership,
    Order,
    OrderState,
    Organization,
    OrganizationMember,
    Plan,
    PlanColour,
    RateCard,
    User,
    Workspace,
)
from portal.queries.detail import OpenHold
from portal.queries.listing import PAGE
from portal.queries.orders import OrderRow
from portal.queries.organizations import PRESENT
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.errors import NotFound
from portal.rules.lifecycle import Status
from portal.rules.organizations import Standing, standing_of

SHOWN = 12
"""So many workspaces stand on the page; the others in their own list."""
RECENT = 6


@dataclass(frozen=True, slots=True)
class Account:
    """The organization. `workspaces`, `mrr_minor` (in `currency`) count those not closed, `closed` those in the trash;
    `people`: whose accounts are not in the trash; `invoiced`: an invoice exists, which fixes the currency; `primary`:
    public id of its primary workspace."""

    key: int
    public_id: str
    name: str
    slug: str
    company_name: str
    address: str
    country: str
    tax_id: str
    billing_email: str
    currency: str
    rate_card: str | None
    rate_card_id: str | None
    volume_discount: bool
    branding_granted: bool
    created_at: datetime
    version: int
    primary: str | None
    primary_status: Status | None
    plan: str | None
    plan_id: str | None
    plan_colour: PlanColour | None
    is_multi: bool
    workspaces: int
    closed: int
    mrr_minor: int
    people: int
    invoiced: bool
    holds: tuple[OpenHold, ...] = ()

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return standing_of(bool(self.holds), self.workspaces)


class Tenant(NamedTuple):
    """A workspace of it, not closed."""

    public_id: str
    name: str
    web_address: str
    is_primary: bool
    status: Status
    plan: str | None
    plan_colour: PlanColour | None
    mrr_minor: int
    users: int
    contacts: int


class InWorkspace(NamedTuple):
    """A workspace of a person's."""

    public_id: str
    name: str
    role: WorkspaceRole


@dataclass(slots=True)
class Person:
    """Somebody of it whose account is not in the trash, with their workspaces here that are not closed; `invited`: has
    no password yet."""

    public_id: str
    name: str
    email: str
    role: OrganizationRole
    invited: bool
    suspended: bool
    last_seen_at: datetime | None
    workspaces: list[InWorkspace] = field(default_factory=list)


def _number(of: Any, *where: Any) -> Any:
    return select(func.count(of)).where(*where).correlate(Organization).scalar_subquery()


_MINE = Workspace.organization_id == Organization.id
_OPEN = Workspace.cancelled_at.is_(None)
_ACCOUNT: Select[*tuple[Any, ...]] = (
    select(
        Organization.id,
        Organization.public_id,
        Organization.name,
        Organization.slug,
        Organization.company_name,
        Organization.address,
        Organization.country,
        Organization.tax_id,
        Organization.billing_email,
        Organization.currency,
        RateCard.name,
        RateCard.public_id,
        Organization.volume_discount,
        Organization.branding_granted,
        Organization.created_at,
        Organization.version,
    )
    .outerjoin(RateCard, RateCard.id == Organization.rate_card_id)
    .add_columns(
        _number(Workspace.id, _MINE, _OPEN),
        _number(Workspace.id, _MINE, ~_OPEN),
        select(func.coalesce(func.sum(Workspace.mrr_minor), 0)).where(_MINE, _OPEN).scalar_subquery(),
        _number(OrganizationMember.id, OrganizationMember.organization_id == Organization.id, PRESENT),
        _number(Invoice.id, Invoice.organization_id == Organization.id),
    )
)
_PRIMARY: Select[*tuple[Any, ...]] = (
    select(
        Workspace.public_id,
        Workspace.status,
        Plan.name,
        Plan.public_id,
        Plan.colour,
        func.coalesce(Plan.multi_workspace, False),
    )
    .outerjoin(Plan, Plan.id == Workspace.plan_id)
    .where(Workspace.is_primary)
)


def account(organization: str) -> Account:
    """The organization with this public id, read afresh. Raises NotFound."""
    row = db.session.execute(_ACCOUNT.where(Organization.public_id == organization)).one_or_none()
    if row is None:
        raise NotFound()
    *own, workspaces, closed, mrr, people, invoices = row
    primary = db.session.execute(_PRIMARY.where(Workspace.organization_id == row[0])).one_or_none()
    head: Any = primary or (None, None, None, None, None, False)
    values: list[Any] = [*own, *head, workspaces, closed, int(mrr), people, bool(invoices), _holds(row[0])]
    return Account(*values)


def _holds(key: int) -> tuple[OpenHold, ...]:
    query = select(Hold).where(Hold.organization_id == key, Hold.lifted_at.is_(None))
    return tuple(
        OpenHold(each.public_id, each.kind, each.note, each.public_reason, each.opened_at, each.opened_by, True)
        for each in db.session.scalars(query.order_by(Hold.opened_at, Hold.id))
    )


def workspaces(key: int, most: int = SHOWN) -> Sequence[Tenant]:
    """The first workspaces of the organization (integer key): the primary, then by name."""
    query = select(
        Workspace.public_id,
        Workspace.name,
        Workspace.web_address,
        Workspace.is_primary,
        Workspace.status,
        Plan.name,
        Plan.colour,
        Workspace.mrr_minor,
        Workspace.user_count,
        Workspace.contact_count,
    ).outerjoin(Plan, Plan.id == Workspace.plan_id)
    mine = query.where(Workspace.organization_id == key, _OPEN)
    rows = db.session.execute(mine.order_by(~Workspace.is_primary, Workspace.name_key, Workspace.id).limit(most))
    return [Tenant._make(row) for row in rows]


def people(key: int, page: int) -> Sequence[Person]:
    """Page `page` (from 1) of the organization's people (its integer key) by name, each with their workspaces."""
    query = (
        select(
            User.id,
            User.public_id,
            User.name,
            User.email,
            OrganizationMember.role,
            User.password_hash.is_(None),
            User.suspended_at.is_not(None),
            User.last_seen_at,
        )
        .join(OrganizationMember, OrganizationMember.user_id == User.id)
        .where(OrganizationMember.organization_id == key, User.trashed_at.is_(None))
        .order_by(User.name_key, User.id)
    )
    rows = db.session.execute(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    found = {row[0]: Person(*row[1:]) for row in rows}
    inside = (
        select(Membership.user_id, Workspace.public_id, Workspace.name, Membership.role)
        .join(Workspace, Workspace.id == Membership.workspace_id)
        .where(Workspace.organization_id == key, _OPEN, Membership.user_id.in_(found))
        .order_by(~Workspace.is_primary, Workspace.name_key, Workspace.id)
    )
    for user, *place in db.session.execute(inside):
        found[user].workspaces.append(InWorkspace._make(place))
    return list(found.values())


def orders(key: int, most: int = RECENT) -> Sequence[tuple[str, OrderRow]]:
    """The latest paid orders of the organization (integer key), each with the name of its workspace as issued."""
    query = select(
        Order.workspace_name,
        Order.public_id,
        Order.paid_at,
        Order.description,
        Order.method,
        Order.reference,
        Order.state,
        Order.amount_minor,
        Order.currency,
    ).where(Order.organization_id == key, Order.state == OrderState.PAID)
    rows: Any = db.session.execute(query.order_by(Order.paid_at.desc(), Order.id.desc()).limit(most))
    return [(row[0], OrderRow(*row[1:])) for row in rows]
