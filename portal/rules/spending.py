"""Spend caps: what follows when a month's spend nears or reaches a workspace's cap. Minor units."""

from __future__ import annotations


def reached(spend: int, cap: int | None) -> bool:
    """Whether the cap is used up: 0 is so from the start, none never."""
    return cap is not None and spend >= cap


def near(spend: int, cap: int | None, threshold: int) -> bool:
    """Whether the spend is at `threshold` per cent of the cap, or above."""
    return cap is not None and spend * 100 >= cap * threshold
