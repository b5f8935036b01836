"""The domains of an organization, ready to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from portal.models import DomainState
from portal.models.domains import SERVED
from portal.queries import domains as reads
from portal.queries.domains import AccountDomain
from portal.rules.domains import SERVED_FOR
from portal.web import formats, organizations
from portal.web.domain_words import STATES

ALL = "All workspaces"


@dataclass(frozen=True, slots=True)
class Line:
    """A domain, ready to show. `serves`: what answers there. `missing`: since when its proof is gone, and `lapses`:
    until when it is served all the same; blank where neither is so."""

    host: str
    url: str
    serves: str
    badge: str
    state: str
    checked: str
    missing: str
    lapses: str


def lines(now: datetime, locale: str) -> list[Line]:
    """All domains of the organization of this request."""
    return [line(each, now, locale) for each in reads.of_account(organizations.organization().key)]


def line(found: AccountDomain, now: datetime, locale: str) -> Line:
    """One of them."""
    badge, state = STATES[found.state]
    since = found.failing_since if found.state is not DomainState.VERIFIED else None
    return Line(
        host=found.host,
        url=url_for("organization_branding.domain", domain=found.public_id),
        serves=found.workspace_name or ALL,
        badge=badge,
        state=state,
        checked=formats.ago(found.last_checked_at, now, locale) if found.last_checked_at else "",
        missing=formats.day(since.date(), locale) if since else "",
        lapses=formats.day((since + SERVED_FOR).date(), locale) if since and found.state in SERVED else "",
    )
