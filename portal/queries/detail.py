"""One workspace as staff see it: itself and what surrounds it, in few queries whatever its size."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, bindparam, cast, false, func, or_, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import (
    AuditEvent,
    Broadcast,
    Campaign,
    Contact,
    Domain,
    DomainState,
    Hold,
    Order,
    Organization,
    Plan,
    PlanColour,
    SuspensionBehaviour,
    User,
    Workspace,
    scope,
)
from portal.queries import audit, limits, orders, usage
from portal.queries.limits import Account, LimitState, Subject
from portal.rules.errors import NotFound
from portal.rules.health import Level, Reason
from portal.rules.lifecycle import HoldKind, Stage, Status
from portal.rules.limits import Limit
from portal.rules.periods import local_day
from portal.rules.pricing import Cycle, lifetime_value

LATEST_EVENTS = 4
SAMPLE_PHONES = ("+12025550100", "+12025550199")  # sample contacts have numbers kept for fiction: an index finds them


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that is open. `note` is for staff, `public_reason` for the customer."""

    public_id: str
    kind: HoldKind
    note: str
    public_reason: str
    opened_at: datetime
    opened_by: str
    of_organization: bool


@dataclass(frozen=True, slots=True)
class OrganizationOf:
    """The organization that a workspace belongs to; `workspaces` counts those not closed."""

    key: int
    public_id: str
    name: str
    billing_email: str
    workspaces: int
    is_multi: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """Its owner; `invited`: has an account, and no password yet."""

    public_id: str
    name: str
    email: str
    invited: bool


@dataclass(frozen=True, slots=True)
class PlanOf:
    """The plan it chose."""

    public_id: str
    name: str
    colour: PlanColour


@dataclass(frozen=True, slots=True)
class DomainOf:
    """The domain that serves it: its own, or else its organization's."""

    host: str
    state: DomainState
    last_checked_at: datetime | None
    of_organization: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """A workspace. Amounts are minor units of `currency`; counts are the stored ones. `plan` None: the free plan."""

    key: int
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
    admin_note: str
    bill_to_platform_credit: bool
    spend_cap: int | None
    suspension_behaviour: SuspensionBehaviour
    alert_threshold: int
    trial_ends_at: datetime | None
    activated_on: date | None
    cancelled_at: datetime | None
    created_at: datetime
    last_seen_at: datetime | None
    health: Level | None
    health_at: datetime | None
    numbers: int
    campaigns: int
    broadcasts: int
    contacts: int
    team: int
    extensions: int
    reasons: tuple[Reason, ...]
    organization: OrganizationOf
    account: Account | None
    owner: Owner | None
    plan: PlanOf | None
    domain: DomainOf | None
    holds: tuple[OpenHold, ...]
    orders: int
    events: int
    has_samples: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What its own people see of it as well."""

    profile: Profile
    usage: usage.Usage
    limits: tuple[LimitState, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """All that the detail page shows, as of `now`. `lifetime_minor`: MRR shown × months begun since activated_on."""

    profile: Profile
    usage: usage.Usage
    lifetime_minor: int
    limits: tuple[LimitState, ...]
    orders: tuple[orders.OrderRow, ...]
    events: tuple[audit.Event, ...]


# Short names: a statement of more than 4,096 characters is read anew by psycopg each time.
_Primary = aliased(Workspace, name="prime")
_PrimaryPlan = aliased(Plan, name="prime_plan")
_Sibling = aliased(Workspace, name="sibling")

# What Profile takes straight from the table, by the name that it has there.
_NAMES = """public_id name web_address sip_prefix is_primary status stage currency mrr_minor billing_cycle custom_amount
    custom_months billing_email industry country state timezone cnam admin_note bill_to_platform_credit spend_cap
    suspension_behaviour alert_threshold trial_ends_at activated_on cancelled_at created_at last_seen_at health
    health_at"""
_OWN: dict[str, Any] = {name: getattr(Workspace, name) for name in _NAMES.split()} | {
    "numbers": Workspace.number_count,
    "campaigns": Workspace.campaign_count,
    "broadcasts": Workspace.broadcast_count,
    "contacts": Workspace.contact_count,
    "team": Workspace.user_count,
    "extensions": Workspace.extension_count,
}
_CALLS = (
    Workspace.cnam,
    Workspace.e911_street,
    Workspace.e911_city,
    Workspace.e911_state,
    Workspace.e911_postal_code,
    Workspace.e911_country,
)
_siblings = (_Sibling.organization_id == Workspace.organization_id, _Sibling.cancelled_at.is_(None))
_domain = (
    select(Domain.id)
    .where(
        or_(
            Domain.workspace_id == Workspace.id,
            (Domain.organization_id == Workspace.organization_id) & Domain.workspace_id.is_(None),
        )
    )
    .order_by(Domain.workspace_id.is_(None), Domain.id)
    .limit(1)
    .correlate(Workspace)
    .scalar_subquery()
)


def _sample(kind: Any, *where: Any) -> Any:
    return select(kind.id).where(kind.workspace_id == Workspace.id, kind.is_sample, *where).exists()


_PROFILE = (
    select(
        Workspace.id.label("key"),
        *_OWN.values(),
        cast(Workspace.health_reasons, Text).label("health_reasons"),
        Workspace.plan_id,
        Organization.id.label("org_key"),
        Organization.public_id.label("org_id"),
        Organization.name.label("org_name"),
        Organization.billing_email.label("org_email"),
        select(func.count()).select_from(_Sibling).where(*_siblings).scalar_subquery().label("siblings"),
        select(func.sum(_Sibling.contact_count)).where(*_siblings).scalar_subquery().label("pooled"),
        _Primary.id.label("primary_id"),
        _Primary.name.label("primary_name"),
        _Primary.plan_id.label("primary_plan_id"),
        func.coalesce(_PrimaryPlan.multi_workspace, false()).label("is_multi"),
        User.public_id.label("owner_id"),
        User.name.label("owner_name"),
        User.email.label("owner_email"),
        User.password_hash.is_(None).label("owner_invited"),
        Plan.public_id.label("plan_public_id"),
        Plan.name.label("plan_name"),
        Plan.colour.label("plan_colour"),
        Domain.host.label("domain_host"),
        Domain.state.label("domain_state"),
        Domain.last_checked_at.label("domain_checked"),
        Domain.workspace_id.is_(None).label("domain_shared"),
        Hold.public_id.label("hold_id"),
        Hold.kind.label("hold_kind"),
        Hold.note.label("hold_note"),
        Hold.public_reason.label("hold_public"),
        Hold.opened_at.label("hold_at"),
        Hold.opened_by.label("hold_by"),
        Hold.workspace_id.is_(None).label("hold_shared"),
        select(func.count(Order.id)).where(Order.workspace_id == Workspace.id).scalar_subquery().label("order_count"),
        select(func.count(AuditEvent.id))
        .where(AuditEvent.workspace_id == Workspace.id)
        .scalar_subquery()
        .label("event_count"),
        or_(
            _sample(Campaign),
            _sample(Broadcast),
            _sample(Contact, Contact.phone.between(*SAMPLE_PHONES)),
        ).label("has_samples"),
    )
    .join(Organization, Organization.id == Workspace.organization_id)
    .outerjoin(_Primary, (_Primary.organization_id == Workspace.organization_id) & _Primary.is_primary)
    .outerjoin(_PrimaryPlan, _PrimaryPlan.id == _Primary.plan_id)
    .outerjoin(User, User.id == Workspace.owner_id)
    .outerjoin(Plan, Plan.id == Workspace.plan_id)
    .outerjoin(Domain, Domain.id == _domain)
    # A row for each open hold: there are few, and one query less is worth the repetition.
    .outerjoin(
        Hold,
        Hold.lifted_at.is_(None)
        & or_(Hold.workspace_id == Workspace.id, Hold.organization_id == Workspace.organization_id),
    )
    .where(Workspace.public_id == bindparam("workspace"))
    .order_by(Hold.opened_at, Hold.id)
)
_STANDING = _PROFILE.add_columns(usage.WRITTEN.label("usage"))


def calls(workspace: int) -> dict[str, str]:
    """Caller name and emergency address of the workspace (its integer key), by the names of their columns."""
    row = db.session.execute(select(*_CALLS).where(Workspace.id == workspace)).mappings().one()
    return dict(row)


def profile(workspace: str) -> Profile:
    """The workspace with this public id, closed ones included; raises NotFound."""
    return _known(_read(_PROFILE, workspace))[0]


def standing(workspace: str, now: datetime) -> Standing:
    """The workspace with this public id, its usage and its limits as of `now`; raises NotFound."""
    rows = _read(_STANDING, workspace, since=usage.since(now))
    found, subject = _known(rows)
    recent = usage.recent(rows[0].usage, local_day(now, found.timezone))
    used = (
        (Limit.MONTHLY_MESSAGES, recent.month_sent),
        (Limit.DAILY_MESSAGES, recent.sent_today),
        (Limit.MONTHLY_MINUTES, recent.month_minutes),
    )
    subject = replace(subject, counted=subject.counted + used)
    return Standing(found, recent, limits.limits_of(subject, now))


def detail(workspace: str, now: datetime) -> Detail:
    """The workspace with this public id as of `now`; raises NotFound."""
    stands = standing(workspace, now)
    found = stands.profile
    return Detail(
        profile=found,
        usage=stands.usage,
        lifetime_minor=lifetime_value(found.mrr_minor, found.activated_on, now, found.timezone),
        limits=stands.limits,
        orders=orders.recent_paid_orders(found.key) if found.orders else (),
        events=audit.latest(found.key, LATEST_EVENTS) if found.events else (),
    )


def _read(statement: Any, workspace: str, **values: Any) -> tuple[Any, ...]:
    # PostgreSQL takes no NUL in a text, not even to say that there is no such row.
    known = workspace.isprintable()
    rows: Sequence[Any] = scope.rows(statement, {"workspace": workspace, **values}) if known else ()
    if not rows:
        raise NotFound()
    return tuple(rows)


@lru_cache(maxsize=1_000)
def _known(rows: tuple[Any, ...]) -> tuple[Profile, Subject]:
    """What these rows say, put together once for the same."""
    row = rows[0]
    account = _account(row)
    found = Profile(
        key=row.key,
        **dict(zip(_OWN, row[1:], strict=False)),
        reasons=tuple(Reason.from_json(each) for each in json.loads(row.health_reasons or "null") or ()),
        organization=OrganizationOf(
            row.org_key, row.org_id, row.org_name, row.org_email, row.siblings, bool(row.is_multi)
        ),
        account=account,
        owner=Owner(row.owner_id, row.owner_name, row.owner_email, bool(row.owner_invited)) if row.owner_id else None,
        plan=PlanOf(row.plan_public_id, row.plan_name, row.plan_colour) if row.plan_public_id else None,
        domain=_domain_of(row),
        holds=tuple(_hold_of(each) for each in rows if each.hold_id),
        orders=row.order_count,
        events=row.event_count,
        has_samples=bool(row.has_samples),
    )
    counted = (
        (Limit.NUMBERS, found.numbers),
        (Limit.USERS, found.team),
        (Limit.CONTACTS, found.contacts),
        (Limit.CAMPAIGNS, found.campaigns),
        (Limit.EXTENSIONS, found.extensions),
    )
    return found, Subject(row.key, row.plan_id, found.timezone, counted, account)


def _account(row: Any) -> Account | None:
    if not row.is_multi:
        return None
    return Account(row.primary_id, row.primary_name, row.primary_plan_id, row.siblings, int(row.pooled or 0))


def _domain_of(row: Any) -> DomainOf | None:
    if row.domain_host is None:
        return None
    return DomainOf(row.domain_host, row.domain_state, row.domain_checked, bool(row.domain_shared))


def _hold_of(row: Any) -> OpenHold:
    return OpenHold(
        row.hold_id,
        row.hold_kind,
        row.hold_note,
        row.hold_public,
        row.hold_at,
        row.hold_by,
        bool(row.hold_shared),
    )
