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
from portal.web import formats, hold_words
from portal.web.access import may


def context(profile: Profile, slug: str, brand: str, locale: str) -> dict[str, Any]:
    """What the page needs: `reasons`, what to do about each hold, none said twice, and the `admins` of the
    organization (with this slug), whom one asks."""
    house = profile.organization
    since = min((hold.opened_at for hold in profile.holds), default=None)
    return {
        "mark_name": profile.name,
        "mark_initials": initials(profile.name),
        "reasons": _once(hold_words.why(hold.kind, hold.public_reason, brand, house.name) for hold in profile.holds),
        "to_go_on": _once(
            hold_words.to_go_on(hold.kind, brand, house.name, profile.public_id) for hold in profile.holds
        ),
        "admins": ", ".join(map(formats.isolated, account_users.admins(slug))),
        "since": formats.day(local_day(since, profile.timezone), locale) if since else "",
        "is_capped": any(hold.kind is HoldKind.SPEND_CAP for hold in profile.holds),
        "public_id": profile.public_id,
        "export_url": url_for("workspace_contacts.export") if may(Permission.TENANT_CONTACT_EXPORT) else None,
        "recordings_url": url_for("workspace_recordings.export") if may(Permission.TENANT_EXPORT) else None,
    }


def _once(texts: Any) -> list[str]:
    return list(dict.fromkeys(texts))
