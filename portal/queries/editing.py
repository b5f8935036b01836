"""A workspace as it can be edited: each field in the text that a form would send for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.base.db import db
from portal.models import Organization, Plan, User, Workspace
from portal.queries.domains import OWN_HOST
from portal.rules.editing import Value
from portal.rules.errors import NotFound
from portal.rules.lifecycle import Stage, Status
from portal.rules.money import to_major
from portal.rules.periods import local_day

PLAIN = (
    *("name", "web_address", "billing_email", "industry", "country", "state", "timezone", "cnam"),
    *("e911_street", "e911_city", "e911_state", "e911_postal_code", "e911_country"),
    *("admin_note", "bill_to_platform_credit", "skip_onboarding_email"),
)


@dataclass(frozen=True, slots=True)
class Present:
    """What stands there now. `key` and `plan_key` are integer keys; `texts` by field, days those of its time zone.
    `owner_invited`: has not accepted yet."""

    key: int
    public_id: str
    version: int
    sip_prefix: str
    organization_key: int
    organization: str
    is_primary: bool
    currency: str
    status: Status
    stage: Stage
    created_at: datetime
    plan_key: int | None
    plan: str
    owner: str
    owner_email: str
    owner_invited: bool
    texts: Mapping[str, Value]


def present(workspace: str) -> Present:
    """The workspace with this public id, read afresh; raises NotFound."""
    row = (
        db.session.execute(_PRESENT.where(Workspace.public_id == workspace)).first()
        if workspace.isprintable()
        else None
    )
    if row is None:
        raise NotFound()
    found: Workspace = row[0]
    return Present(
        found.id,
        found.public_id,
        found.version,
        found.sip_prefix,
        found.organization_id,
        row.organization,
        found.is_primary,
        found.currency,
        found.status,
        found.stage,
        found.created_at,
        found.plan_id,
        row.plan or "",
        row.owner or "",
        row.email or "",
        bool(row.invited),
        _texts(found, row.plan_id or "", row.email or "", row.host or ""),
    )


_PRESENT = (
    select(
        Workspace,
        Organization.name.label("organization"),
        Plan.public_id.label("plan_id"),
        Plan.name.label("plan"),
        User.name.label("owner"),
        User.email.label("email"),
        User.password_hash.is_(None).label("invited"),
        OWN_HOST.label("host"),
    )
    .join(Organization, Organization.id == Workspace.organization_id)
    .outerjoin(Plan, Plan.id == Workspace.plan_id)
    .outerjoin(User, User.id == Workspace.owner_id)
)


def _texts(row: Workspace, plan: str, owner: str, host: str) -> dict[str, Value]:
    ends = row.trial_ends_at if row.stage is Stage.TRIAL else None
    return {name: getattr(row, name) for name in PLAIN} | {
        "custom_domain": host,
        "owner_mode": "existing",
        "owner": owner,
        "plan": plan,
        "billing_cycle": row.billing_cycle.value,
        "custom_amount": _major(row.custom_amount, row.currency),
        "custom_months": "" if row.custom_months is None else str(row.custom_months),
        "trial_ends_at": local_day(ends, row.timezone).isoformat() if ends else "",
        "spend_cap": _major(row.spend_cap, row.currency),
        "suspension_behaviour": row.suspension_behaviour.value,
        "alert_threshold": str(row.alert_threshold),
    }


def _major(minor: int | None, currency: str) -> str:
    return "" if minor is None else str(to_major(minor, currency))


def same(one: Any, other: Any) -> bool:
    """Whether two texts of a field say the same: spaces around them and kinds of line ends do not count."""
    if isinstance(one, str) and isinstance(other, str):
        return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
    return bool(one == other)
