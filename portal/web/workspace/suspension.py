"""The page "Service suspended": why, what to do, and what stays open."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.queries import account_users
from portal.queries.detail import Profile
from portal.rules.access import Permission
from portal.rules.lifecycle import HoldKind
from portal.rules.periods import local_day
from portal.rules.text import initials
from portal.web import formats, hold_words, tenancy
from portal.web.access import may


def context(profile: Profile, slug: str, brand: str, locale: str) -> dict[str, Any]:
    """What the page needs: `reasons`, what to do about each hold, none said twice, and the `admins` of the
    organization (with this slug), whom one asks, and where whoever may raises the spend cap."""
    house = profile.organization
    is_capped = any(hold.kind is HoldKind.SPEND_CAP for hold in profile.holds)
    since = min((hold.opened_at for hold in profile.holds), default=None)
    return {
        "mark_name": profile.name,
        "mark_initials": initials(profile.name),
        "reasons": _once(hold_words.why(hold.kind, hold.public_reason, brand, house.name) for hold in profile.holds),
        "to_go_on": _once(_to_go_on(hold.kind, profile, brand) for hold in profile.holds),
        "cap_url": url_for("workspace_usage.cap") if is_capped and tenancy.may_raise_cap() else None,
        "admins": ", ".join(map(formats.isolated, account_users.admins(slug))),
        "since": formats.day(local_day(since, profile.timezone), locale) if since else "",
        "is_capped": is_capped,
        "public_id": profile.public_id,
        "export_url": url_for("workspace_contacts.export") if may(Permission.TENANT_CONTACT_EXPORT) else None,
        "recordings_url": url_for("workspace_recordings.export") if may(Permission.TENANT_EXPORT) else None,
    }


def _to_go_on(kind: HoldKind, profile: Profile, brand: str) -> str:
    if kind is HoldKind.SPEND_CAP and tenancy.may_raise_cap():
        return hold_words.RAISE
    owner = profile.owner.name if profile.owner else ""
    return hold_words.to_go_on(kind, brand, profile.organization.name, profile.public_id, owner)


def _once(texts: Any) -> list[str]:
    return list(dict.fromkeys(texts))
