"""Workspaces as machines read them: one record for the list and for a single one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from portal.base.db import db
from portal.models import Hold, LimitOverride, Organization, Plan, SuspensionBehaviour, User, Workspace, scope
from portal.queries.domains import OWN_HOST
from portal.queries.search import looked_into, matching, planned, search_values, way
from portal.rules.errors import NotFound, Refused
from portal.rules.health import Level
from portal.rules.lifecycle import HoldKind, Stage, Status
from portal.rules.limits import Limit
from portal.rules.pricing import Cycle
from portal.rules.text import search_patterns


@dataclass(frozen=True, slots=True)
class Record:
    """A workspace. Amounts are minor units of `currency`; `organization`, `plan` (blank: the free one) and `owner` are
    public ids."""

    public_id: str
    name: str
    web_address: str
    sip_prefix: str
    is_primary: bool
    status: Status
    stage: Stage
    currency: str
    mrr_minor: int
    billing_cycle: Cycle
    custom_amount: int | None
    custom_months: int | None
    billing_email: str
    industry: str
    country: str
    state: str
    timezone: str
    cnam: str
    e911_street: str
    e911_city: str
    e911_state: str
    e911_postal_code: str
    e911_country: str
    admin_note: str
    bill_to_platform_credit: bool
    skip_onboarding_email: bool
    spend_cap: int | None
    suspension_behaviour: SuspensionBehaviour
    alert_threshold: int
    trial_ends_at: datetime | None
    activated_on: date | None
    cancelled_at: datetime | None
    created_at: datetime
    last_seen_at: datetime | None
    health: Level | None
    version: int
    user_count: int
    number_count: int
    extension_count: int
    contact_count: int
    campaign_count: int
    broadcast_count: int
    organization: str
    organization_name: str
    plan: str | None
    plan_name: str | None
    owner: str | None
    owner_name: str | None
    owner_email: str | None
    custom_domain: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the list. `plan` and `organization` are public ids, `only` that of the one workspace that may be
    seen; blank for any. Without a status, closed ones are not among them."""

    q: str = ""
    status: Status | None = None
    plan: str = ""
    health: Level | None = None
    organization: str = ""
    only: str = ""


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that is open. `note` is for staff."""

    public_id: str
    kind: HoldKind
    whole_organization: bool
    note: str
    public_reason: str
    opened_at: datetime
    opened_by: str


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """An override, expired or not."""

    limit: Limit
    value: int
    reason: str
    expires_at: datetime | None
    created_at: datetime
    created_by: str


_RECORDS: Any = (
    select(
        *(getattr(Workspace, each.name) for each in fields(Record) if hasattr(Workspace, each.name)),
        *(Organization.public_id, Organization.name, Plan.public_id, Plan.name),
        *(User.public_id, User.name, User.email, OWN_HOST),
    )
    .join(Organization, Organization.id == Workspace.organization_id)
    .outerjoin(Plan, Plan.id == Workspace.plan_id)
    .outerjoin(User, User.id == Workspace.owner_id)
)


def record(workspace: str) -> Record:
    """The workspace with this public id, closed ones included; raises NotFound."""
    query = _RECORDS.where(Workspace.public_id == workspace)
    row = db.session.execute(query).one_or_none() if workspace.isprintable() else None
    if row is None:
        raise NotFound()
    return Record(*row)


def records(wanted: Wanted, after: str, limit: int) -> tuple[Sequence[Record], bool]:
    """At most so many, in the order in which they were created, behind the one with the public id `after` (blank: from
    the first); and whether there are more. Raises Refused for an `after` that is no workspace."""
    patterns = search_patterns(wanted.q)
    search = way(patterns, walking=False)
    query = planned(matching(_RECORDS, search, looked_into(search, patterns)), search).where(*_conditions(wanted))
    if after:
        key = db.session.scalar(select(Workspace.id).where(_is(after))) if after.isprintable() else None
        if key is None:
            raise Refused("There is no such workspace to go on behind.", "starting_after")
        query = query.where(Workspace.id > key)
    rows = db.session.execute(query.order_by(Workspace.id).limit(limit + 1), search_values(search, patterns)).all()
    return [Record(*row) for row in rows[:limit]], len(rows) > limit


def open_holds(workspace: str) -> list[OpenHold]:
    """The open holds of the workspace with this public id and of its organization, the oldest first."""
    here = select(Workspace.id, Workspace.organization_id).where(_is(workspace)).subquery()
    query: Any = (
        select(
            *(Hold.public_id, Hold.kind, Hold.organization_id.is_not(None)),
            *(Hold.note, Hold.public_reason, Hold.opened_at, Hold.opened_by),
        )
        .join(here, or_(Hold.workspace_id == here.c.id, Hold.organization_id == here.c.organization_id))
        .where(Hold.lifted_at.is_(None))
        .order_by(Hold.id)
    )
    return [OpenHold(*row) for row in db.session.execute(query)]


def overrides(workspace: str) -> list[OwnLimit]:
    """The overrides of the workspace with this public id, in the catalogue's order."""
    query = (
        select(
            *(LimitOverride.name, LimitOverride.value, LimitOverride.reason),
            *(LimitOverride.expires_at, LimitOverride.created_at, LimitOverride.created_by),
        )
        .join(Workspace, Workspace.id == LimitOverride.workspace_id)
        .where(_is(workspace))
    )
    with scope.platform():
        rows = [OwnLimit(*row) for row in db.session.execute(query)]
    return sorted(rows, key=lambda each: list(Limit).index(each.limit))


def _is(public_id: str) -> Any:
    return Workspace.public_id == public_id


def _conditions(wanted: Wanted) -> list[Any]:
    found: list[Any] = []
    if wanted.status is None:
        found.append(Workspace.cancelled_at.is_(None))
    else:
        found.append(Workspace.status == wanted.status)
    if wanted.health is not None:
        found.append(Workspace.health == wanted.health)
    for column, value in (
        (Plan.public_id, wanted.plan),
        (Organization.public_id, wanted.organization),
        (Workspace.public_id, wanted.only),
    ):
        if value:
            found.append(column == value)
    return found
