"""Spend caps in words: what follows from one that is reached as soon as it is saved."""

from __future__ import annotations

from collections.abc import Collection

from portal.models import SuspensionBehaviour
from portal.queries.usage_limits import Capped
from portal.rules.lifecycle import Status
from portal.rules.usage_limits import Standing

SOON = {
    SuspensionBehaviour.SUSPEND: "So much is spent already: it is suspended within minutes.",
    SuspensionBehaviour.BLOCK_OUTBOUND: "So much is spent already: nothing is sent from now on.",
}


def soon(found: Capped, changed: Collection[str]) -> str | None:
    """What the cap that was just saved does as soon as it is looked at, being reached already."""
    acts = found.standing is Standing.OVER and found.status is Status.ACTIVE
    return SOON.get(found.behaviour) if acts and is_touched(changed) else None


def is_touched(changed: Collection[str]) -> bool:
    """Whether these fields say what happens at which cap."""
    return not {"spend_cap", "suspension_behaviour"}.isdisjoint(changed)
