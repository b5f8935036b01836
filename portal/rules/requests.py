"""What an organization asks the platform for: kinds, states, and what granting one takes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.rules.access import Permission
from portal.rules.errors import Conflict, Refused

LONGEST = 2_000
"""Characters of the asker's words, and of the word to the asker."""


class RequestKind(StrEnum):
    """What is asked for."""

    MULTI_WORKSPACE = "multi_workspace"
    CONSOLIDATION = "consolidation"
    VOLUME_DISCOUNT = "volume_discount"
    BRANDING = "branding"


class RequestState(StrEnum):
    """What became of it; the asker may withdraw one that is open."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


NAMES: Mapping[RequestKind, str] = {
    RequestKind.MULTI_WORKSPACE: "multi-workspace billing",
    RequestKind.CONSOLIDATION: "consolidation",
    RequestKind.VOLUME_DISCOUNT: "a volume discount",
    RequestKind.BRANDING: "branding",
}
"""What is asked for, as it stands within a sentence."""

GRANT_NEEDS: Mapping[RequestKind, Permission] = {
    RequestKind.MULTI_WORKSPACE: Permission.WORKSPACE_PLAN,
    RequestKind.VOLUME_DISCOUNT: Permission.ORGANIZATION_BILLING,
}
"""What granting a kind takes beside REQUEST_DECIDE, because it changes what that permission guards."""

_ALREADY: Mapping[RequestKind, str] = {
    RequestKind.MULTI_WORKSPACE: "{} has multi-workspace billing already.",
    RequestKind.VOLUME_DISCOUNT: "The volume discount of {} is approved already.",
    RequestKind.BRANDING: "The branding of {} is live already.",
}


def check_wanting(kind: RequestKind, has: bool, organization: str) -> None:
    """Conflict for what the organization (a name) `has` already. Consolidation may be asked for again and again."""
    if has and kind in _ALREADY:
        raise Conflict(_ALREADY[kind].format(organization) + " There is nothing to ask for.")


def check_words(kind: RequestKind, words: str) -> None:
    """Refused for consolidation that names no account: nobody could tell which."""
    if kind is RequestKind.CONSOLIDATION and not words:
        raise Refused("Name the accounts and workspaces that are to come here.", "words")
