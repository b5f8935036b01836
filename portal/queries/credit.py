"""Platform credit: the balance of each organization that has a ledger, and the ledger's entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import CreditEntry, CreditKind, Organization, Workspace
from portal.queries.words import holding

PAGE = 12


@dataclass(frozen=True, slots=True)
class Balance:
    """An organization's credit in minor units; `last_at`: when it was booked last, None where never."""

    organization: str
    name: str
    slug: str
    currency: str
    balance: int
    entries: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking. `workspace`: public id, None where it is for none or that is purged; `quantity` at `unit_price`."""

    public_id: str
    kind: CreditKind
    month: date | None
    detail: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount: int
    balance: int
    currency: str
    booked_at: datetime
    booked_by: str
    workspace: str | None
    workspace_name: str


@dataclass(frozen=True, slots=True)
class Share:
    """What a workspace's entries come to."""

    workspace: str | None
    name: str
    amount: int


def balances(q: str, below_zero: bool, page: int) -> tuple[list[Balance], int]:
    """Page `page` (from 1) of the organizations with a ledger, the lowest balance first, and how many there are."""
    ledger = (
        select(
            CreditEntry.organization_id,
            func.count(CreditEntry.id).label("entries"),
            func.max(CreditEntry.booked_at, type_=CreditEntry.booked_at.type).label("last_at"),
        )
        .group_by(CreditEntry.organization_id)
        .subquery()
    )
    where = holding(q, Organization.name_key)
    where += [Organization.credit_minor < 0] if below_zero else []
    joined = select(
        Organization.public_id,
        Organization.name,
        Organization.slug,
        Organization.currency,
        Organization.credit_minor,
        ledger.c.entries,
        ledger.c.last_at,
    ).join(ledger, ledger.c.organization_id == Organization.id)
    order = (Organization.credit_minor, Organization.name_key, Organization.id)
    rows = db.session.execute(joined.where(*where).order_by(*order).limit(PAGE).offset((page - 1) * PAGE))
    counted = select(func.count(Organization.id)).join(ledger, ledger.c.organization_id == Organization.id)
    return [Balance(*row) for row in rows], db.session.scalar(counted.where(*where)) or 0


def balance(organization: str) -> Balance | None:
    """That of one organization (public id), whether or not it has a ledger."""
    row = db.session.execute(
        select(
            Organization.public_id,
            Organization.name,
            Organization.slug,
            Organization.currency,
            Organization.credit_minor,
            func.count(CreditEntry.id),
            func.max(CreditEntry.booked_at, type_=CreditEntry.booked_at.type),
        )
        .outerjoin(CreditEntry, CreditEntry.organization_id == Organization.id)
        .where(Organization.public_id == organization)
        .group_by(Organization.id)
    ).one_or_none()
    return Balance(*row) if row else None


def entries(organization: str, workspace: str, page: int) -> tuple[list[Entry], int]:
    """Page `page` (from 1) of an organization's ledger (public id), perhaps of one workspace's part, the latest first;
    and how many entries there are."""
    where = [Organization.public_id == organization]
    where += [Workspace.public_id == workspace] if workspace else []
    columns = (
        CreditEntry.public_id,
        CreditEntry.kind,
        CreditEntry.month,
        CreditEntry.detail,
        CreditEntry.quantity,
        CreditEntry.unit_price,
        CreditEntry.amount_minor,
        CreditEntry.balance_minor,
        CreditEntry.currency,
        CreditEntry.booked_at,
        CreditEntry.booked_by,
        Workspace.public_id,
        CreditEntry.workspace_name,
    )
    found = _joined(select(*columns)).where(*where).order_by(CreditEntry.id.desc())
    rows = db.session.execute(found.limit(PAGE).offset((page - 1) * PAGE))
    total = db.session.scalar(_joined(select(func.count(CreditEntry.id))).where(*where))
    return [Entry(*row) for row in rows], total or 0


def shares(organization: str) -> Sequence[Share]:
    """What each workspace of an organization (public id) has used of its credit, and what was booked for none."""
    rows = db.session.execute(
        _joined(select(Workspace.public_id, CreditEntry.workspace_name, func.sum(CreditEntry.amount_minor)))
        .where(Organization.public_id == organization)
        .group_by(Workspace.public_id, CreditEntry.workspace_name)
        .order_by(func.sum(CreditEntry.amount_minor), CreditEntry.workspace_name)
    )
    return [Share(workspace, name, int(amount)) for workspace, name, amount in rows]


def workspaces(organization: str) -> list[tuple[str, str]]:
    """Public id and name of each open workspace of an organization (public id), by name."""
    rows = db.session.execute(
        select(Workspace.public_id, Workspace.name)
        .join(Organization, Organization.id == Workspace.organization_id)
        .where(Organization.public_id == organization, Workspace.cancelled_at.is_(None))
        .order_by(Workspace.name_key, Workspace.id)
    )
    return [(public_id, name) for public_id, name in rows]


def _joined(query: Any) -> Any:
    return query.join_from(CreditEntry, Organization, Organization.id == CreditEntry.organization_id).outerjoin(
        Workspace, Workspace.id == CreditEntry.workspace_id
    )
