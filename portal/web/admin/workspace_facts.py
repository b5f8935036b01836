"""What a workspace's page says beside its figures: head, holds, what it is, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from flask import url_for

from portal.models import DomainState
from portal.queries.detail import DomainOf, OpenHold, Profile
from portal.rules.access import Permission
from portal.rules.lifecycle import Status, days_left, may_lift, purge_at
from portal.rules.periods import local_day
from portal.rules.pricing import Cycle, months_of, next_cycle_on
from portal.rules.text import initials
from portal.web import formats, health_words
from portal.web.access import may, opens, permissions
from portal.web.admin import workspace_actions
from portal.web.admin.workspace_actions import Actions
from portal.web.admin.workspace_addresses import HOME
from portal.web.workspace_words import AT_THE_CAP, CYCLES, HOLDS, STATUSES

FRESH = timedelta(hours=1)  # how old health may be without a word
LIFT = "admin_workspaces.lift_ask"
TABS = (
    ("overview", "Overview", "admin_workspaces.detail", "", Permission.WORKSPACE_VIEW),
    ("limits", "Limits", "admin_workspaces.detail", "limits", Permission.WORKSPACE_VIEW),
    ("orders", "Orders", "admin_workspaces.orders", "", Permission.ORDER_VIEW),
    ("audit", "Audit", "admin_workspaces.audit", "", Permission.AUDIT_VIEW),
)


class Fact(NamedTuple):
    """A line of the rail: `note` stands below the text, `icon` behind it; `url` is where the text leads."""

    label: str
    text: str
    note: str | None = None
    icon: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """One open hold in words; `lift_url` for who may lift it."""

    kind: str
    public_reason: str
    rest: str
    lift_url: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above every tab. `crumbs`: label, address; `line`: icon, text; `tabs`: label, address, current.
    `reasons`: level, rule, sentence. `trash`: what becomes of a closed one, or blank."""

    public_id: str
    name: str
    initials: str
    status: str
    status_label: str
    plan: str | None
    plan_colour: str | None
    health: str | None
    health_label: str
    health_since: str | None
    health_is_old: bool
    health_why: str
    reasons: tuple[tuple[str, str, str], ...]
    crumbs: tuple[tuple[str, str | None], ...]
    line: tuple[tuple[str, str], ...]
    tabs: tuple[tuple[str, str, bool], ...]
    holds_title: str
    holds: tuple[Hold, ...]
    trash: str
    actions: Actions


def head(profile: Profile, tab: str, now: datetime, locale: str) -> Head:
    """The head of the page of which `tab` is shown."""
    return Head(
        public_id=profile.public_id,
        name=profile.name,
        initials=initials(profile.name),
        status=profile.status.value,
        status_label=STATUSES[profile.status],
        plan=profile.plan.name if profile.plan else None,
        plan_colour=profile.plan.colour.value if profile.plan else None,
        health=profile.health.value if profile.health else None,
        health_label=health_words.LEVELS[profile.health] if profile.health else "",
        health_since=_worked_out(profile, now, locale),
        health_is_old=profile.health_at is not None and now - profile.health_at > FRESH,
        health_why=_why_not_rated(profile),
        reasons=tuple(health_words.lines(profile.reasons, locale)),
        crumbs=(*crumbs_to(profile.status is Status.CANCELLED), (profile.name, None)),
        line=_line(profile),
        tabs=_tabs(profile, tab),
        holds_title=_holds_title(profile, locale),
        holds=tuple(_hold(hold, profile, now, locale) for hold in profile.holds),
        trash=_trash(profile, now, locale),
        actions=workspace_actions.of(profile),
    )


def about(profile: Profile, now: datetime, locale: str) -> tuple[Fact, ...]:
    """The facts of the rail; those that are not set are left out where nobody would miss them."""
    facts: list[Fact | None] = [
        Fact("Organization", profile.organization.name, _family(profile, locale), url=_organization(profile)),
        _owner(profile),
        _team(profile, locale),
        _domain(profile.domain, now, locale),
        Fact("Web address", f"/w/{profile.web_address}/"),
        Fact("SIP prefix", profile.sip_prefix, icon="lock"),
        Fact("Billing", _billing(profile, locale), _next_cycle(profile, now, locale)),
        _trial(profile, now, locale),
        _optional("Billing e-mail", profile.billing_email or profile.organization.billing_email),
        _spend_cap(profile, locale),
        Fact("Time zone", profile.timezone),
        _optional("Country", _place(profile, locale)),
        _optional("Industry", profile.industry),
        _optional("Caller name", profile.cnam),
        Fact("Created", _day(profile.created_at, profile, locale)),
        _optional("Activated", formats.day(profile.activated_on, locale) if profile.activated_on else ""),
        Fact("Last seen", formats.ago(profile.last_seen_at, now, locale)),
    ]
    return tuple(fact for fact in facts if fact)


def crumbs_to(closed: bool) -> list[tuple[str, str | None]]:
    """What stands above a workspace's own page: a closed one is in the trash."""
    listed = may(Permission.WORKSPACE_LIST)
    crumbs = [("Workspaces", HOME if listed else None)]
    if closed:
        crumbs.append(("Trash", url_for("admin_workspaces.trash") if listed else None))
    return crumbs


def _tabs(profile: Profile, current: str) -> tuple[tuple[str, str, bool], ...]:
    return _tabs_of(profile.public_id, permissions(), current)


@lru_cache(maxsize=1_000)
def _tabs_of(workspace: str, held: frozenset[Permission], current: str) -> tuple[tuple[str, str, bool], ...]:
    return tuple(
        (label, url_for(endpoint, ws=workspace, _anchor=anchor or None), name == current)
        for name, label, endpoint, anchor, permission in TABS
        if permission in held
    )


def _line(profile: Profile) -> tuple[tuple[str, str], ...]:
    place = {True: ", primary", False: ", child"}[profile.is_primary] if profile.organization.workspaces > 1 else ""
    items = [("world", profile.web_address), ("building", profile.organization.name + place)]
    if profile.owner:
        items.append(("user", profile.owner.name))
    return (*items, ("hash", f"SIP {profile.sip_prefix}"))


def _why_not_rated(profile: Profile) -> str:
    if profile.status is Status.SUSPENDED:
        return "Health is not rated while a workspace is suspended."
    if profile.status is Status.CANCELLED:
        return "Health is not rated once a workspace is closed."
    return "Health has not been worked out yet. The command portal doctor --repair does it."


def _worked_out(profile: Profile, now: datetime, locale: str) -> str | None:
    """The instant whose facts its health was worked out from."""
    if profile.health_at is None:
        return None
    when = formats.moment(profile.health_at, now, locale, formats.reader_timezone())
    return f"as of {when[0].lower() + when[1:]}"


def _holds_title(profile: Profile, locale: str) -> str:
    count = len(profile.holds)
    if not count:
        return ""
    since = _day(profile.holds[0].opened_at, profile, locale)
    by = "an open hold" if count == 1 else f"{count} open holds"
    return f"Suspended by {by} since {since}" if profile.status is Status.SUSPENDED else f"There is {by} since {since}"


def _hold(hold: OpenHold, profile: Profile, now: datetime, locale: str) -> Hold:
    when = formats.moment(hold.opened_at, now, locale, formats.reader_timezone())
    parts = [f"Private: {hold.note.rstrip('.')}." if hold.note else ""]
    parts.append("On the whole organization." if hold.of_organization else "")
    parts.append(f"Opened by {hold.opened_by}, {when}.")
    liftable = profile.status is Status.SUSPENDED and may_lift(hold.kind, permissions()) and opens(LIFT)
    url = url_for(LIFT, ws=profile.public_id, hold=hold.public_id) if liftable else None
    return Hold(HOLDS[hold.kind], hold.public_reason, " ".join(part for part in parts if part), url)


def _trash(profile: Profile, now: datetime, locale: str) -> str:
    if profile.cancelled_at is None:
        return ""
    left = days_left(profile.cancelled_at, now)
    timezone = formats.reader_timezone()  # as the dialog has said it, which names the minute
    since, when = (
        formats.day(local_day(at, timezone), locale) for at in (profile.cancelled_at, purge_at(profile.cancelled_at))
    )
    closed = f"In the trash since {since}."
    if not left:
        return f"{closed} It has been due for purging since {when}."
    return f"{closed} All of its data is purged on {when}, in {left} {'day' if left == 1 else 'days'}."


def _family(profile: Profile, locale: str) -> str | None:
    others = profile.organization.workspaces
    if others <= 1:
        return None
    place = "Primary" if profile.is_primary else "Child"
    return f"{place}, one of {formats.number(others, locale)} workspaces"


def _owner(profile: Profile) -> Fact:
    owner = profile.owner
    if owner is None:
        return Fact("Owner", formats.NONE, "nobody owns it")
    url = _person_url(owner.public_id) if may(Permission.USER_VIEW) else None
    return Fact("Owner", owner.name, f"{owner.email}, invited" if owner.invited else owner.email, url=url)


def _team(profile: Profile, locale: str) -> Fact:
    """How many are in it, and who they are."""
    url = _people_url(profile.public_id) if may(Permission.USER_LIST) else None
    return Fact(
        "Team", f"{formats.number(profile.team, locale)} {'person' if profile.team == 1 else 'people'}", url=url
    )


def _organization(profile: Profile) -> str | None:
    """Its organization's page."""
    if not may(Permission.ORGANIZATION_VIEW):
        return None
    return _organization_url(profile.organization.public_id)


@lru_cache(maxsize=1_000)
def _organization_url(public_id: str) -> str:
    return url_for("admin_organizations.detail", org=public_id)


@lru_cache(maxsize=1_000)
def _people_url(workspace: str) -> str:
    return url_for("admin_users.listing", workspace=workspace)


@lru_cache(maxsize=1_000)
def _person_url(public_id: str) -> str:
    return url_for("admin_users.detail", usr=public_id)


def _domain(domain: DomainOf | None, now: datetime, locale: str) -> Fact:
    if domain is None:
        return Fact("Domain", "None")
    checked = domain.last_checked_at
    words = {
        DomainState.VERIFIED: "verified",
        DomainState.PENDING: "TXT record not found",
        DomainState.FAILING: "TXT record missing",
        DomainState.FAILED: "check failed",
    }[domain.state]
    found = f"{words}, checked {formats.ago(checked, now, locale)}" if checked else "not checked yet"
    return Fact("Domain", domain.host, found + ("; the organization's" if domain.of_organization else ""))


def _billing(profile: Profile, locale: str) -> str:
    if profile.billing_cycle is Cycle.CUSTOM and profile.custom_amount is not None:
        amount = formats.money(profile.custom_amount, profile.currency, locale)
        months = profile.custom_months or 1
        return f"{amount} every {'month' if months == 1 else f'{months} months'}"
    return f"{CYCLES[profile.billing_cycle].capitalize()}, {profile.currency}"


def _next_cycle(profile: Profile, now: datetime, locale: str) -> str | None:
    months = months_of(profile.billing_cycle, profile.custom_months)
    notes = []
    if months and profile.activated_on and profile.status is Status.ACTIVE and profile.plan:
        today = local_day(now, profile.timezone)
        notes.append(f"next cycle {formats.day(next_cycle_on(profile.activated_on, months, today), locale)}")
    if profile.bill_to_platform_credit:
        notes.append("usage on platform credit")
    return ", ".join(notes) or None


def _trial(profile: Profile, now: datetime, locale: str) -> Fact | None:
    ends = profile.trial_ends_at
    if profile.status is not Status.TRIAL or ends is None:
        return None
    days = -((now - ends) // timedelta(days=1))
    note = "over" if ends <= now else f"in {days} {'day' if days == 1 else 'days'}"
    return Fact("Trial ends", _day(ends, profile, locale), note)


def _spend_cap(profile: Profile, locale: str) -> Fact:
    if profile.spend_cap is None:
        return Fact("Spend cap", "None")
    alert = f"alert at {formats.percent(profile.alert_threshold, locale, 0)}"
    amount = formats.money(profile.spend_cap, profile.currency, locale, whole=True)
    return Fact("Spend cap", amount, f"{AT_THE_CAP[profile.suspension_behaviour]}, {alert}")


def _place(profile: Profile, locale: str) -> str:
    """State and country; each may be written in a direction of its own, and they stand in that of the page."""
    both = list(filter(None, (profile.state, _country(profile, locale))))
    return "\u200e" + ", ".join(map(formats.isolated, both)) if len(both) > 1 else "".join(both)


def _country(profile: Profile, locale: str) -> str:
    return formats.country(profile.country, locale) if profile.country else ""


def _optional(label: str, text: str) -> Fact | None:
    return Fact(label, text) if text else None


def _day(value: datetime, profile: Profile, locale: str) -> str:
    """A day of the workspace, as all of its days are."""
    return formats.day(local_day(value, profile.timezone), locale)
