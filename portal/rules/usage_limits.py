"""The page of usage limits: which fields of a workspace it has, and how far a spend is from its cap."""

from __future__ import annotations

from enum import StrEnum

from portal.rules.limits import Limit
from portal.rules.spending import near, reached

SPEND = ("spend_cap", "alert_threshold", "suspension_behaviour")
LIMITS = (Limit.EXTENSIONS, Limit.NUMBERS, Limit.MONTHLY_MINUTES)
OVERRIDES = {limit: f"override_{limit.value}" for limit in LIMITS}
FIELDS = (*SPEND, *OVERRIDES.values())


class Standing(StrEnum):
    """How far a month's spend is from its cap."""

    NEAR = "near"
    OVER = "over"
    CAPPED = "capped"
    FREE = "free"


def standing(spend: int, cap: int | None, threshold: int) -> Standing:
    """OVER from the cap on, NEAR from the alert threshold on, CAPPED below, FREE without a cap."""
    if reached(spend, cap):
        return Standing.OVER
    if near(spend, cap, threshold):
        return Standing.NEAR
    return Standing.FREE if cap is None else Standing.CAPPED
