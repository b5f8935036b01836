"""How an organization stands, as its list says it."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """`suspended`: a hold on the whole of it is open. `empty`: none, and it has no workspace that is not closed."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EMPTY = "empty"


class Breadth(StrEnum):
    """How many workspaces its primary's plan is for; single also without a primary."""

    SINGLE = "single"
    MULTI = "multi"


def standing_of(held: bool, workspaces: int) -> Standing:
    """`held`: a hold on the whole of it is open; `workspaces` counts those not closed."""
    if held:
        return Standing.SUSPENDED
    return Standing.ACTIVE if workspaces else Standing.EMPTY
