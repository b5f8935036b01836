"""A workspace, as it is sent and as it is told."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any, Literal

from pydantic.json_schema import SkipJsonSchema

from portal.api.shapes import Amount, Instant, LongText, Shape, Text, Told
from portal.models import SuspensionBehaviour
from portal.operations.drafts import NewWorkspace
from portal.queries.workspace_records import Record
from portal.rules.editing import Value
from portal.rules.health import Level
from portal.rules.lifecycle import Stage, Status, purge_at
from portal.rules.money import to_major
from portal.rules.pricing import Cycle

MONEY = ("spend_cap", "custom_amount")
DRAFTED = {each.name for each in fields(NewWorkspace)}


class Fields(Shape):
    """What can be set and changed. null, like blank, is "not given". Amounts are minor units of its currency."""

    web_address: Text | None = None
    """Its slug; blank when creating: made from the name."""
    owner_mode: Literal["existing", "invite"] | SkipJsonSchema[None] = None
    """Whether the owner has an account, or is to be invited."""
    owner: Text | None = None
    """The e-mail or `id` of somebody who has an account."""
    owner_name: Text | None = None
    owner_email: Text | None = None
    """Who is to be invited."""
    custom_domain: Text | None = None
    plan: Text | None = None
    """The `id` or name of a plan; blank: the free one."""
    industry: Text | None = None
    country: Text | None = None
    """ISO 3166, two letters."""
    state: Text | None = None
    timezone: Text | None = None
    """IANA, for example Asia/Kolkata."""
    billing_cycle: Cycle | SkipJsonSchema[None] = None
    custom_amount: Amount | None = None
    custom_months: int | None = None
    billing_email: Text | None = None
    trial_ends_at: Text | None = None
    """A day, which is its last in the workspace's time zone, or an instant."""
    spend_cap: Amount | None = None
    """By the month."""
    suspension_behaviour: SuspensionBehaviour | SkipJsonSchema[None] = None
    alert_threshold: int | SkipJsonSchema[None] = None
    """Per cent of the spend cap."""
    cnam: Text | None = None
    e911_street: Text | None = None
    """The emergency address: all of it, or none; only the state may be missing."""
    e911_city: Text | None = None
    e911_state: Text | None = None
    e911_postal_code: Text | None = None
    e911_country: Text | None = None
    bill_to_platform_credit: bool | SkipJsonSchema[None] = None
    skip_onboarding_email: bool | SkipJsonSchema[None] = None
    admin_note: LongText | None = None
    """Read by staff alone."""


class NewFields(Fields):
    """A new workspace. Its name and its owner are needed, nothing else."""

    name: Text
    organization: Text | None = None
    """The `id` or slug of an organization; blank: a new one."""
    organization_name: Text | None = None
    """Of a new one; blank: named as the workspace."""
    status: Literal["trial", "active", "suspended"] | SkipJsonSchema[None] = None
    currency: Text | None = None
    """ISO 4217, of a new organization."""
    rate_card: Text | None = None
    cap_monthly_messages: int | None = None
    cap_daily_messages: int | None = None
    cap_numbers: int | None = None
    cap_users: int | None = None
    seed_sample_data: bool = False


class ChangedFields(Fields):
    """What shall be another; what is not sent stays."""

    name: Text | SkipJsonSchema[None] = None
    version: int | SkipJsonSchema[None] = None
    """The one that you have seen: `conflict` where somebody changed it since. `If-Match` does the same."""


class Owner(Told):
    """Whose it is."""

    id: str
    name: str
    email: str


class Named(Told):
    """A thing with a name."""

    id: str
    name: str


class Counts(Told):
    """How many it has."""

    users: int
    numbers: int
    extensions: int
    contacts: int
    campaigns: int
    broadcasts: int


class Workspace(Told):
    """A workspace. Amounts are minor units of `currency`."""

    id: str
    name: str
    web_address: str
    sip_prefix: str
    organization: Named
    is_primary: bool
    status: Status
    stage: Stage
    plan: Named | None
    """null: the free plan."""
    billing_cycle: Cycle
    custom_amount: int | None
    custom_months: int | None
    currency: str
    mrr: int
    owner: Owner | None
    custom_domain: str
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
    bill_to_platform_credit: bool
    skip_onboarding_email: bool
    admin_note: str | None
    """null for a key that is for one workspace alone."""
    spend_cap: int | None
    suspension_behaviour: SuspensionBehaviour
    alert_threshold: int
    trial_ends_at: Instant | None
    activated_on: date | None
    cancelled_at: Instant | None
    purge_at: Instant | None
    """From when on a closed one is purged and can no longer be restored."""
    created_at: Instant
    last_seen_at: Instant | None
    health: Level | None
    """null while it is suspended or closed, and for a key that is for one workspace alone."""
    counts: Counts
    version: int


def told(row: Record, only: str = "") -> Workspace:
    """The record as it is told; `only`: to a key for one workspace, which reads nothing that is for staff."""
    own: dict[str, Any] = {name: getattr(row, name) for name in Workspace.model_fields if hasattr(row, name)}
    own |= {
        "id": row.public_id,
        "organization": Named(id=row.organization, name=row.organization_name),
        "plan": Named(id=row.plan, name=row.plan_name or "") if row.plan else None,
        "owner": Owner(id=row.owner, name=row.owner_name or "", email=row.owner_email or "") if row.owner else None,
        "mrr": row.mrr_minor,
        "custom_domain": row.custom_domain or "",
        "admin_note": None if only else row.admin_note,
        "health": None if only else row.health,
        "purge_at": purge_at(row.cancelled_at) if row.cancelled_at else None,
        "counts": Counts(
            users=row.user_count,
            numbers=row.number_count,
            extensions=row.extension_count,
            contacts=row.contact_count,
            campaigns=row.campaign_count,
            broadcasts=row.broadcast_count,
        ),
    }
    return Workspace(**own)


def as_form(sent: Fields, currency: str) -> dict[str, Value]:
    """The members that were sent, as a form would send them: `currency` is the one of their amounts."""
    given = {name: getattr(sent, name) for name in sent.model_fields_set if name in DRAFTED}
    return {name: _typed(name, value, currency) for name, value in given.items()}


def _typed(name: str, value: Any, currency: str) -> Value:
    if isinstance(value, bool):
        return value
    if value is None:
        return ""
    return str(to_major(value, currency)) if name in MONEY else str(value)
