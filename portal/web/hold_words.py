"""Why something is suspended and how it goes on, in the words of its people."""

from __future__ import annotations

from portal.rules.lifecycle import HoldKind
from portal.web import formats

RAISE = "Raise the spend cap, or wait for the new month."  # whoever may
STAFF = "Write to the staff of {brand} and name {id}."
WHY = {
    HoldKind.MANUAL: "The staff of {brand} suspended it.",
    HoldKind.PAST_DUE: "An invoice of {organization} is overdue.",
    HoldKind.SPEND_CAP: "The month’s spend reached the cap of this workspace.",
    HoldKind.TRIAL_ENDED: "The trial has ended.",
    HoldKind.ABUSE: "The staff of {brand} suspended it over what was sent from it.",
}
TO_GO_ON = {
    HoldKind.MANUAL: STAFF,
    HoldKind.PAST_DUE: "Pay what {organization} owes. Service returns when nothing is overdue.",
    HoldKind.SPEND_CAP: "Have {owner} raise the spend cap, or wait for the new month.",
    HoldKind.TRIAL_ENDED: "Choose a plan with the staff of {brand}.",
    HoldKind.ABUSE: STAFF,
}


def why(kind: HoldKind, public_reason: str, brand: str, organization: str) -> str:
    """The reason that was given, or what its kind means. Of a spend cap Portal gave it by itself."""
    if public_reason and kind is HoldKind.SPEND_CAP:
        return formats.priced(public_reason, formats.reader_locale())
    if public_reason:
        return f"“{formats.isolated(public_reason)}”"
    return WHY[kind].format(brand=brand, organization=formats.isolated(organization))


def to_go_on(kind: HoldKind, brand: str, organization: str, public_id: str, owner: str = "") -> str:
    """What is to be done. `public_id`: what the staff are told; `owner`: who raises the spend cap, by name."""
    who = formats.isolated(owner) if owner else "the workspace’s owner"
    return TO_GO_ON[kind].format(brand=brand, organization=formats.isolated(organization), id=public_id, owner=who)
