"""Many workspaces at once for tests of the list: derived columns set as they are given, totals counted from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.models import DailyUsage, Organization, Plan, User, Workspace, scope
from portal.operations.tally import recount
from portal.operations.unit import unit
from portal.rules.health import Level
from portal.rules.lifecycle import Stage, Status
from portal.rules.listing import HEALTH_RANK
from portal.rules.text import search_text, sort_key

SINCE = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Given:
    """A workspace as a test wants it. `plan` and `organization` by name; `mrr` None: its currency has no rate."""

    name: str
    status: Status = Status.ACTIVE
    plan: str = ""
    organization: str = "Acme Group"
    owner: str = "Olive Owner"
    owner_email: str = ""
    health: Level | None = Level.GOOD
    mrr: int | None = 0
    currency: str = "INR"
    created_at: datetime = SINCE
    last_seen_at: datetime | None = None
    cancelled_at: datetime | None = None
    users: int = 0
    numbers: int = 0
    extensions: int = 0
    address: str = ""
    sip_prefix: str = ""
    billing_email: str = ""
    timezone: str = "Asia/Kolkata"
    sent: dict[date, int] = field(default_factory=dict)
    key: int = 0

    @property
    def public_id(self) -> str:
        """Derived from the key, so that tests can name it."""
        return f"ws_{self.key:016d}"


def fill(given: Iterable[Given], *, first: int = 1) -> list[Given]:
    """The database holds these workspaces, in this order, with whom and what they name; each is given its key, counted
    from `first`: beyond those of workspaces that are there already."""
    every = list(given)
    with scope.platform(), unit() as session:
        organizations = _named(session, Organization, "org", {each.organization for each in every})
        plans = _named(session, Plan, "pln", {each.plan for each in every if each.plan})
        owners = _owners(session, every)
        rows = []
        for number, each in enumerate(every, first):
            each.key = number
            each.address = each.address or f"w{number:05d}"
            each.sip_prefix = each.sip_prefix or f"s{number:05d}"
            rows.append(_row(each, organizations, plans, owners))
        if rows:
            session.execute(insert(Workspace.__table__), rows)  # not by the ORM, which takes None for the default
        days = [
            {"workspace_id": each.key, "day": day, "sent": sent} for each in every for day, sent in each.sent.items()
        ]
        if days:
            session.execute(insert(DailyUsage), days)
        recount(session)
    return every


def _named(session: Session, model: Any, prefix: str, names: set[str]) -> dict[str, int]:
    found = {}
    for number, name in enumerate(sorted(names), 1):
        extra = {"slug": f"{prefix}-{number}", "currency": "INR"} if model is Organization else {"position": number}
        public_id = f"{prefix}_{number:016d}"
        row = model(public_id=public_id, name=name, name_key=sort_key(name), created_at=SINCE, **extra)
        session.add(row)
        session.flush()
        found[name] = row.id
    return found


def _owners(session: Session, every: list[Given]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for each in every:
        who = (each.owner, each.owner_email)
        if who in found or not any(who):
            continue
        taken = {email for _, email in found}
        email = each.owner_email if each.owner_email not in taken | {""} else f"owner-{len(found)}@example.test"
        row = User(name=each.owner, name_key=sort_key(each.owner), email=email, email_key=email, created_at=SINCE)
        row.password_hash = "set"
        session.add(row)
        session.flush()
        found[who] = row.id
    return found


def _row(
    each: Given, organizations: dict[str, int], plans: dict[str, int], owners: dict[tuple[str, str], int]
) -> dict[str, Any]:
    health = each.health if each.status in (Status.ACTIVE, Status.TRIAL) else None
    texts = (each.name, each.address, each.sip_prefix, each.owner, each.owner_email, each.billing_email)
    return {
        "id": each.key,
        "public_id": each.public_id,
        "organization_id": organizations[each.organization],
        "is_primary": False,
        "name": each.name,
        "web_address": each.address,
        "sip_prefix": each.sip_prefix,
        "plan_id": plans.get(each.plan),
        "billing_email": each.billing_email,
        "timezone": each.timezone,
        "stage": Stage.TRIAL if each.status is Status.TRIAL else Stage.ACTIVE,
        "cancelled_at": each.cancelled_at,
        "created_at": each.created_at,
        "last_seen_at": each.last_seen_at,
        "status": each.status,
        "currency": each.currency,
        "mrr_minor": each.mrr if each.mrr is not None else 100,
        "mrr_reporting": each.mrr,
        "health": health,
        "health_rank": HEALTH_RANK[health] if health else None,
        "user_count": each.users,
        "number_count": each.numbers,
        "extension_count": each.extensions,
        "owner_id": owners.get((each.owner, each.owner_email)),
        "name_key": sort_key(each.name),
        "owner_key": sort_key(each.owner) or None,
        "organization_key": sort_key(each.organization),
        "plan_key": sort_key(each.plan) or None,
        "search_text": search_text(*texts),
    }
