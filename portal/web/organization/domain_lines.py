"""The domains of an organization, ready to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from portal.queries import domains as reads
from portal.queries.domains import AccountDomain
from portal.web import formats, organizations
from portal.web.domain_words import STATES

ALL = "All workspaces"


@dataclass(frozen=True, slots=True)
class Line:
    """A domain, ready to show. `serves`: what answers there."""

    host: str
    url: str
    serves: str
    badge: str
    state: str
    checked: str


def lines(now: datetime, locale: str) -> list[Line]:
    """All domains of the organization of this request."""
    return [line(each, now, locale) for each in reads.of_account(organizations.organization().key)]


def line(found: AccountDomain, now: datetime, locale: str) -> Line:
    """One of them."""
    badge, state = STATES[found.state]
    return Line(
        host=found.host,
        url=url_for("organization_branding.domain", domain=found.public_id),
        serves=found.workspace_name or ALL,
        badge=badge,
        state=state,
        checked=formats.ago(found.last_checked_at, now, locale) if found.last_checked_at else "",
    )
