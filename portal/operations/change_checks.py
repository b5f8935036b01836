"""The check of what somebody wants changed about a workspace. What was not changed is not checked again: a plan that
was archived since, or a price that is gone, stays until somebody chooses another."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.base.emails import email_key
from portal.models import Domain, Workspace
from portal.models.columns import NAME
from portal.operations import draft_billing, draft_fields
from portal.operations.addresses import suggestions
from portal.operations.draft_checks import check_legible, owner_of
from portal.operations.draft_fields import line, timezone_name
from portal.operations.drafts import Faults, NewOwner, NewWorkspace
from portal.queries.directory import Directory, KnownPlan, KnownUser
from portal.queries.editing import Present
from portal.rules.addresses import check_host, check_web_address
from portal.rules.editing import Value
from portal.rules.emergency import EMERGENCY
from portal.rules.errors import Invalid, Refused
from portal.rules.lifecycle import Stage
from portal.rules.pricing import check_family

COLUMNS = {"plan": "plan_id"}  # where a field's column has another name
WITH_CYCLE = {"plan", "custom_amount", "custom_months"}  # what another cycle may put in the wrong


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the workspace shall belong to; `asked` is false where that is who owns it. `owner` None: see `faults`."""

    asked: bool
    owner: KnownUser | NewOwner | None
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fit:
    """What will be written. `host` None: the domain stays; blank: it goes. `owner` None: the owner stays."""

    columns: Mapping[str, Any]
    host: str | None
    owner: KnownUser | NewOwner | None


def new_owner(before: Present, draft: NewWorkspace, wanted: Mapping[str, Value], directory: Directory) -> Asked:
    """Whether somebody else than the present owner is asked for, and whom."""
    invites = str(wanted.get("owner_mode", "")).strip().lower() == "invite"
    named = "owner_email" in wanted if invites else "owner" in wanted
    typed = str(wanted.get("owner_email" if invites else "owner", ""))
    if not named or email_key(typed) == email_key(before.owner_email):
        return Asked(False, None, {})
    check_legible(draft)
    faults = Faults()
    found = owner_of(draft, directory, faults)
    if isinstance(found, KnownUser) and email_key(found.email) == email_key(before.owner_email):
        return Asked(False, None, {})
    return Asked(True, found, faults.found)


def check(
    before: Present, draft: NewWorkspace, changed: Collection[str], asked: Asked, directory: Directory, now: datetime
) -> Fit:
    """What the changed fields come to. Raises Invalid with every fault of theirs."""
    check_legible(draft)
    faults = Faults()
    plain = replace(directory.platform, default_cnam="")  # a blank caller name is none here, not the default
    columns = draft_fields.profile(draft, plain, faults)
    columns["name"] = faults.take("name", line, draft.name, "name", "a name", NAME, required=True)
    columns["timezone"] = faults.take("timezone", timezone_name, draft.timezone, directory.platform.default_timezone)
    agreed = draft_billing.terms(draft, directory, before.currency, faults)
    columns |= agreed.columns
    host = None
    if "web_address" in changed:
        columns["web_address"] = faults.take("web_address", _address, draft, before, directory)
    if "custom_domain" in changed:
        host = faults.take("custom_domain", _host, draft, before, directory)
    if "trial_ends_at" in changed:
        zone = str(columns["timezone"] or before.texts["timezone"])
        columns["trial_ends_at"] = faults.take("trial_ends_at", _trial_end, draft, before, zone, now)
    if "plan" in changed and not faults.found.get("plan"):
        faults.take("plan", _keeps_family, before, agreed.plan)
    written = set(changed) | (WITH_CYCLE - {"plan"} if "billing_cycle" in changed else set())
    concerned = written | (WITH_CYCLE if "billing_cycle" in changed else set())
    if concerned & set(EMERGENCY):  # the whole address is checked, and what was lacking before is seen too
        concerned |= set(EMERGENCY)
    found = {name: text for name, text in faults.found.items() if name in concerned} | dict(asked.faults)
    if found or (asked.asked and asked.owner is None):
        raise Invalid(found)
    kept = {COLUMNS.get(name, name): columns[COLUMNS.get(name, name)] for name in written if name != "custom_domain"}
    return Fit(kept, host, asked.owner)


def put_host(session: Session, row: Workspace, host: str, now: datetime) -> None:
    """In the open unit: the workspace's own domain is this one, to be verified anew; or it has none."""
    session.execute(delete(Domain).where(Domain.workspace_id == row.id))
    if host:
        session.add(
            Domain(
                host=host,
                organization_id=row.organization_id,
                workspace_id=row.id,
                token=secrets.token_hex(20),
                created_at=now,
            )
        )


def _address(draft: NewWorkspace, before: Present, directory: Directory) -> str:
    address = check_web_address(draft.web_address)
    if address != before.texts["web_address"] and directory.addresses_taken([address]):
        others = suggestions(address, draft.country.strip()[:2], directory.addresses_taken)
        raise Refused(f"“{address}” is taken by another workspace. Try {' or '.join(others)}.", "web_address")
    return address


def _host(draft: NewWorkspace, before: Present, directory: Directory) -> str | None:
    if not draft.custom_domain.strip():
        return ""
    host = check_host(draft.custom_domain)
    if host == before.texts["custom_domain"]:
        return None
    if directory.host_taken(host):
        raise Refused(f"{host} is in use already. Remove it there first, or give another domain.", "custom_domain")
    return host


def _trial_end(draft: NewWorkspace, before: Present, zone: str, now: datetime) -> datetime:
    if before.stage is Stage.ACTIVE:
        raise Refused("This workspace is past its trial: leave this empty.", "trial_ends_at")
    if not draft.trial_ends_at.strip():
        raise Refused("Give the day on which the trial ends.", "trial_ends_at")
    return draft_billing.trial_end(draft.trial_ends_at.strip(), zone, now)


def _keeps_family(before: Present, plan: KnownPlan | None) -> None:
    """A primary with others beside it stays on a plan for several workspaces."""
    if not before.is_primary or (plan and plan.is_multi):
        return
    others = db.session.scalar(
        select(func.count())
        .select_from(Workspace)
        .where(
            Workspace.organization_id == before.organization_key,
            Workspace.id != before.key,
            Workspace.cancelled_at.is_(None),
        )
    )
    check_family(before.organization, others or 0)
