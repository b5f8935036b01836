"""What needs the attention of a workspace's people, the most urgent first, each with the page where it is seen to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import url_for

from portal.models import DomainState
from portal.queries.detail import Standing
from portal.rules.access import Permission
from portal.rules.health import Level
from portal.rules.lifecycle import Status
from portal.rules.limits import Limit
from portal.rules.periods import local_day
from portal.web import formats
from portal.web.access import may
from portal.web.attention import SOON, Entry, ranked
from portal.web.limit_bars import Bar

PAGES = {
    Limit.NUMBERS: ("workspace_numbers.listing", "Numbers", Permission.TENANT_NUMBER_VIEW),
    Limit.USERS: ("workspace_team.listing", "Team", Permission.TENANT_TEAM_VIEW),
    Limit.CONTACTS: ("workspace_contacts.listing", "Contacts", Permission.TENANT_CONTACT_VIEW),
    Limit.CAMPAIGNS: ("workspace_campaigns.listing", "Campaigns", Permission.TENANT_CAMPAIGN_VIEW),
    Limit.BROADCASTS: ("workspace_broadcasts.listing", "Broadcasts", Permission.TENANT_BROADCAST_VIEW),
    Limit.EXTENSIONS: ("workspace_extensions.listing", "Extensions", Permission.TENANT_EXTENSION_VIEW),
}
USAGE = ("workspace_usage.page", "Usage", Permission.TENANT_USAGE_VIEW)


def entries(found: Standing, bars: Sequence[Bar], spend: Entry | None, now: datetime, locale: str) -> tuple[Entry, ...]:
    """A cap and limits that are (nearly) used up, a trial that ends, a domain that is not verified."""
    some = [_limit(bar) for bar in sorted(bars, key=lambda bar: -(bar.percent or 0)) if bar.level]
    some += filter(None, (spend, _trial(found, now, locale), _domain(found)))
    return ranked(some)


def _limit(bar: Bar) -> Entry:
    full = bar.level == Level.RISK.value
    title = f"{bar.label}: {'all used' if full else 'almost all used'}"
    endpoint, label, permission = PAGES.get(Limit(bar.name), USAGE)
    action = (label, url_for(endpoint)) if may(permission) else None
    return Entry(bar.level or "info", title, f"{bar.used} of {bar.effective}", action)


def _trial(found: Standing, now: datetime, locale: str) -> Entry | None:
    ends = found.profile.trial_ends_at
    if found.profile.status is not Status.TRIAL or ends is None:
        return None
    when = formats.day(local_day(ends, found.profile.timezone), locale)
    if ends <= now:
        return Entry("risk", "Trial is over", when, None)
    return Entry("watch" if ends - now <= SOON else "info", "Trial ends", when, None)


def _domain(found: Standing) -> Entry | None:
    domain = found.profile.domain
    if domain is None or domain.state is DomainState.VERIFIED:
        return None
    if domain.state is DomainState.FAILING:
        return Entry("watch", domain.host, "TXT record missing", None)
    text = "TXT record not found yet" if domain.last_checked_at else "Not checked yet"
    return Entry("info", domain.host, text, None)
