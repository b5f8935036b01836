"""Spend caps: what follows when a month's spend nears or reaches a workspace's cap. Minor units."""

from __future__ import annotations

from datetime import date


def reached(spend: int, cap: int | None) -> bool:
    """Whether the cap is used up: 0 is so from the start, none never."""
    return cap is not None and spend >= cap


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
