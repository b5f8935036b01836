"""Spend caps: what follows when a month's spend nears or reaches a workspace's cap. Minor units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from portal.rules.lifecycle import Status


class SuspensionBehaviour(StrEnum):
    """What happens when the month's spend reaches the cap."""

    SUSPEND = "suspend"
    BLOCK_OUTBOUND = "block_outbound"
    NOTIFY_ONLY = "notify_only"


def reached(spend: int, cap: int | None) -> bool:
    """Whether the cap is used up: 0 is so from the start, none never."""
    return cap is not None and spend >= cap


def blocks(status: Status, behaviour: SuspensionBehaviour, cap: int | None, spend: Callable[[], int]) -> bool:
    """Whether nothing goes out now because of the cap: it is reached, and blocks. A trial is charged nothing. `spend`:
    of the running month; it is asked only where it matters, since working it out is dear."""
    if behaviour is not SuspensionBehaviour.BLOCK_OUTBOUND or cap is None or status is not Status.ACTIVE:
        return False
    return reached(spend(), cap)


def near(spend: int, cap: int | None, threshold: int) -> bool:
    """Whether the spend is at `threshold` per cent of the cap, or above."""
    return cap is not None and spend * 100 >= cap * threshold


def share(spend: int, cap: int | None) -> int | None:
    """How much of the cap is spent, in whole per cent; of a cap of 0 all. None without a cap."""
    if cap is None:
        return None
    return spend * 100 // cap if cap else 100


def alert_occasion(month: date) -> str:
    """What an alert is told for: once a month (its first day)."""
    return f"{month:%Y-%m}"


def cap_occasion(month: date, cap: int, behaviour: str) -> str:
    """What a cap that was reached is acted on for: once for its month, amount and behaviour."""
    return f"{month:%Y-%m} {cap} {behaviour}"
