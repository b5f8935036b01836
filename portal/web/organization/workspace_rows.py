"""Workspaces of an organization, ready to show to its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from portal.queries.account_workspaces import Row
from portal.rules.access import Permission
from portal.rules.lifecycle import purge_at
from portal.web import formats
from portal.web.access import may
from portal.web.platform import brand
from portal.web.role_words import WORKSPACE_ROLES
from portal.web.workspace_words import STATUSES


@dataclass(frozen=True, slots=True)
class Line:
    """A workspace. `opens`: the person who looks is a member of it; `yours`: as what. `closed`: what becomes of a
    closed one, else blank. Addresses are None where that
    cannot be done, or not by the reader."""

    public_id: str
    name: str
    address: str
    kind: str
    status: str
    status_label: str
    closed: str
    plan: str
    colour: str
    owner: str
    users: str
    contacts: str
    numbers: str
    opens: bool
    yours: str
    close_url: str | None


def row(found: Row, locale: str) -> Line:
    """The workspace in the reader's language."""
    return Line(
        public_id=found.public_id,
        name=found.name,
        address=found.web_address,
        kind="Primary" if found.is_primary else "",
        status=found.status.value.lower() if found.cancelled_at is None else "draft",
        status_label=STATUSES[found.status] if found.cancelled_at is None else "Closed",
        closed=_closed(found.cancelled_at, locale) if found.cancelled_at else "",
        plan=found.plan or "Free",
        colour=found.colour.value if found.colour else "slate",
        owner=found.owner or "",
        users=formats.number(found.users, locale),
        contacts=formats.number(found.contacts, locale),
        numbers=formats.number(found.numbers, locale),
        opens=found.role is not None,
        yours=WORKSPACE_ROLES[found.role].lower() if found.role else "",
        close_url=_close_url(found),
    )


def _closed(at: datetime, locale: str) -> str:
    when = formats.day(formats.day_of(purge_at(at), formats.reader_timezone()), locale)
    return f"Purged for good on {when}. Until then the staff of {brand()} can restore it."


def _close_url(found: Row) -> str | None:
    if found.cancelled_at is not None or not may(Permission.ACCOUNT_WORKSPACE_CLOSE):
        return None
    return url_for("organization_workspaces.close", workspace=found.public_id)
