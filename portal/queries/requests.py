"""What organizations ask the platform for: one request, what is open of an organization, and the staff's list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, select

from portal.base.db import db
from portal.models import Organization, Plan, Request, User, Workspace
from portal.queries.listing import PAGE
from portal.rules.errors import NotFound
from portal.rules.pricing import Cycle
from portal.rules.requests import RequestKind, RequestState


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests; None or blank for any. `organization`: public id."""

    kind: RequestKind | None = None
    state: RequestState | None = None
    organization: str = ""


class Terms(NamedTuple):
    """How an organization's primary workspace pays."""

    name: str
    cycle: Cycle
    currency: str


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


def latest_of(organization_key: int, most: int) -> Sequence[RequestView]:
    """So many requests of the organization (integer key): those without an answer, then the latest."""
    asked = _VIEW.where(Request.organization_id == organization_key)
    rows = db.session.execute(asked.order_by(Request.decided_at.is_not(None), Request.id.desc()).limit(most))
    return [RequestView._make(row) for row in rows]


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


def primary_terms(organization_key: int) -> Terms | None:
    """How the primary workspace of the organization (integer key) pays; None where there is none."""
    query = select(Workspace.name, Workspace.billing_cycle, Workspace.currency)
    primary = query.where(Workspace.organization_id == organization_key, Workspace.is_primary)
    row = db.session.execute(primary).one_or_none()
    return Terms._make(row) if row else None


def request(public_id: str) -> RequestView:
    """The request with this public id. Raises NotFound."""
    row = db.session.execute(_VIEW.where(Request.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound()
    return RequestView._make(row)


def listing(wanted: Wanted, page: int) -> tuple[Sequence[RequestView], int]:
    """A page (from 1) of the requests wanted: what is open first, the longest waiting one before the others; then what
    was answered last. And how many there are."""
    where = _where(wanted)
    waiting = case((Request.decided_at.is_(None), Request.asked_at))
    order = (waiting.is_(None), waiting, Request.decided_at.desc(), Request.id)
    rows = db.session.execute(_VIEW.where(*where).order_by(*order).limit(PAGE).offset((page - 1) * PAGE))
    total = db.session.scalar(select(func.count()).select_from(Request).where(*where)) or 0
    return [RequestView._make(row) for row in rows], total


def by_state(wanted: Wanted) -> dict[RequestState, int]:
    """How many requests there are in each state, whatever state is wanted."""
    query = select(Request.state, func.count().label("number")).group_by(Request.state)
    rows = db.session.execute(query.where(*_where(replace(wanted, state=None))))
    return {row.state: row.number for row in rows}


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [column == value for column, value in ((Request.kind, wanted.kind), (Request.state, wanted.state)) if value]
    if wanted.organization:
        of = select(Organization.id).where(Organization.public_id == wanted.organization)
        found.append(Request.organization_id == of.scalar_subquery())
    return found
