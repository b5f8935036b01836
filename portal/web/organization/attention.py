"""What needs the attention of an organization's people, each with the page where it is seen to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import url_for

from portal.queries.account_workspaces import Unsettled
from portal.queries.own_organizations import OwnOrganization
from portal.rules.access import Permission
from portal.rules.lifecycle import Status
from portal.rules.periods import local_day
from portal.web import formats
from portal.web.access import may
from portal.web.attention import SOON, Entry, ranked


def entries(organization: OwnOrganization, rows: Sequence[Unsettled], now: datetime, locale: str) -> tuple[Entry, ...]:
    """Workspaces that are suspended, or whose trial ends; that there is none."""
    return ranked(_entries(organization, rows, now, locale))


def _entries(organization: OwnOrganization, rows: Sequence[Unsettled], now: datetime, locale: str) -> Iterator[Entry]:
    opens = may(Permission.ACCOUNT_WORKSPACE_VIEW)
    action = ("Workspaces", url_for("organization_workspaces.listing")) if opens else None
    for row in rows:
        if row.status is Status.SUSPENDED:
            yield Entry("risk", row.name, "Suspended: its people see why, and what to do", action)
        elif row.status is Status.TRIAL and row.trial_ends_at:
            when = formats.day(local_day(row.trial_ends_at, organization.timezone), locale)
            over = row.trial_ends_at <= now
            level = "risk" if over else "watch" if row.trial_ends_at - now <= SOON else "info"
            yield Entry(level, row.name, f"Trial {'ended' if over else 'ends'} {when}", action)
    if not organization.workspaces:
        yield Entry("info", "No workspace", "All workspaces of this organization are closed", action)
