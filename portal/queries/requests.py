"""What organizations ask the platform for: one request, what is open of an organization, and the staff's list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from portal.base.db import db
from portal.models import Organization, Plan, Request, User, Workspace
from portal.rules.requests import RequestKind, RequestState


class RequestView(NamedTuple):
    """A request. `words` are the asker's, `word` the answer; `asker`: public id of who asked, where they still are;
    `organization_key`: its integer key."""

    public_id: str
    kind: RequestKind
    state: RequestState
    words: str
    asked_by: str
    asker: str | None
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    word: str
    organization_key: int
    organization: str
    organization_name: str


_VIEW: Select[*tuple[Any, ...]] = (
    select(
        Request.public_id,
        Request.kind,
        Request.state,
        Request.words,
        Request.asked_by,
        User.public_id,
        Request.asked_at,
        Request.decided_by,
        Request.decided_at,
        Request.word,
        Request.organization_id,
        Organization.public_id,
        Organization.name,
    )
    .join(Organization, Organization.id == Request.organization_id)
    .outerjoin(User, User.id == Request.asked_by_id)
)


def open_of(organization_key: int) -> dict[RequestKind, RequestView]:
    """What the organization (integer key) has asked for and has no answer to yet, by kind."""
    asked = _VIEW.where(Request.organization_id == organization_key, Request.state == RequestState.OPEN)
    found = [RequestView._make(row) for row in db.session.execute(asked.order_by(Request.id))]
    return {each.kind: each for each in found}


def all_of(organization_key: int) -> Sequence[RequestView]:
    """All requests of the organization (integer key), the latest first."""
    asked = _VIEW.where(Request.organization_id == organization_key).order_by(Request.id.desc())
    return [RequestView._make(row) for row in db.session.execute(asked)]


def has(organization_key: int) -> frozenset[RequestKind]:
    """What the organization (integer key) need not ask for, having it already."""
    row = db.session.execute(
        select(Organization.volume_discount, Organization.branding_granted, func.coalesce(Plan.multi_workspace, False))
        .outerjoin(Workspace, (Workspace.organization_id == Organization.id) & Workspace.is_primary)
        .outerjoin(Plan, Plan.id == Workspace.plan_id)
        .where(Organization.id == organization_key)
    ).one()
    kinds = (RequestKind.VOLUME_DISCOUNT, RequestKind.BRANDING, RequestKind.MULTI_WORKSPACE)
    return frozenset(kind for kind, there in zip(kinds, row, strict=True) if there)
