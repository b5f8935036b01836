"""The page "Service suspended": why, what to do, and what stays open."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.queries.detail import Profile
from portal.rules.access import Permission
from portal.rules.lifecycle import HoldKind
from portal.rules.periods import local_day
from portal.rules.text import initials
from portal.web import formats
from portal.web.access import may

WHY = {
    HoldKind.MANUAL: "The staff of {brand} suspended it.",
    HoldKind.PAST_DUE: "An invoice of {organization} is overdue.",
    HoldKind.SPEND_CAP: "The month's spend reached the cap of this workspace.",
    HoldKind.TRIAL_ENDED: "The trial has ended.",
    HoldKind.ABUSE: "The staff of {brand} suspended it over what was sent from it.",
}
TO_GO_ON = {
    HoldKind.MANUAL: "Write to the staff of {brand} and name the id below.",
    HoldKind.PAST_DUE: "Pay what {organization} owes. Service returns when nothing is overdue.",
    HoldKind.SPEND_CAP: "Ask the staff of {brand} to raise the spend cap, or wait for the new month.",
    HoldKind.TRIAL_ENDED: "Choose a plan with the staff of {brand}.",
    HoldKind.ABUSE: "Write to the staff of {brand} and name the id below.",
}


def context(profile: Profile, brand: str, locale: str) -> dict[str, Any]:
    """What the page needs: `reasons` and what to do about each hold, none said twice."""
    values = {"brand": brand, "organization": formats.isolated(profile.organization.name)}
    since = min((hold.opened_at for hold in profile.holds), default=None)
    return {
        "mark_name": profile.name,
        "mark_initials": initials(profile.name),
        "reasons": _once(
            f"“{formats.isolated(hold.public_reason)}”" if hold.public_reason else WHY[hold.kind].format(**values)
            for hold in profile.holds
        ),
        "to_go_on": _once(TO_GO_ON[hold.kind].format(**values) for hold in profile.holds),
        "since": formats.day(local_day(since, profile.timezone), locale) if since else "",
        "is_capped": any(hold.kind is HoldKind.SPEND_CAP for hold in profile.holds),
        "public_id": profile.public_id,
        "export_url": url_for("workspace_contacts.export") if may(Permission.TENANT_CONTACT_EXPORT) else None,
    }


def _once(texts: Any) -> list[str]:
    return list(dict.fromkeys(texts))
