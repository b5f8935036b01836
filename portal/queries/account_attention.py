"""What an organization's people should know at a glance: why it or its workspaces are suspended, and what
it owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select

from portal.base.db import db
from portal.models import Hold, Invoice, Organization, Workspace
from portal.queries.invoices import is_late
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.periods import utc_day

MOST = 20


class Held(NamedTuple):
    """An open hold in the customer's words. `workspace`: its name, None where the whole organization is held."""

    kind: HoldKind
    public_reason: str
    workspace: str | None


class Trial(NamedTuple):
    """A workspace on trial."""

    name: str
    trial_ends_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """`overdue`: invoices unpaid after their day; `credit`: platform credit in minor units of the organization's
    currency."""

    overdue: int
    credit: int


def held(organization: int) -> tuple[Held, ...]:
    """The first MOST open holds of the organization (its integer key) and of its suspended workspaces: its own first,
    then by the workspace's name."""
    here = and_(Workspace.organization_id == organization, Workspace.status == Status.SUSPENDED)
    query = (
        select(Hold.kind, Hold.public_reason, Workspace.name)
        .outerjoin(Workspace, Workspace.id == Hold.workspace_id)
        .where(Hold.lifted_at.is_(None), or_(Hold.organization_id == organization, here))
        .order_by(Hold.workspace_id.is_not(None), Workspace.name_key, Hold.id)
        .limit(MOST)
    )
    return tuple(map(Held._make, db.session.execute(query)))


def trials(organization: int) -> tuple[Trial, ...]:
    """The first MOST of the organization's (its integer key) workspaces on trial, as they end."""
    query = (
        select(Workspace.name, Workspace.trial_ends_at)
        .where(Workspace.organization_id == organization, Workspace.status == Status.TRIAL)
        .where(Workspace.trial_ends_at.is_not(None))
        .order_by(Workspace.trial_ends_at, Workspace.id)
        .limit(MOST)
    )
    return tuple(map(Trial._make, db.session.execute(query)))


def standing(organization: int, now: datetime) -> Standing:
    """What the organization (its integer key) owes, and its credit."""
    late = and_(Invoice.organization_id == organization, is_late(utc_day(now)))
    row = db.session.execute(
        select(select(func.count(Invoice.id)).where(late).scalar_subquery(), Organization.credit_minor).where(
            Organization.id == organization
        )
    ).one()
    return Standing(*row)
