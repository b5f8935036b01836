"""The thresholds of health as the platform's owner sets them: within which bounds, and which must be above which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields

from portal.rules.health import Thresholds

NAMES = tuple(each.name for each in fields(Thresholds))
DAYS, PER_CENT = (0, 3650), (0, 100)
BOUNDS: Mapping[str, tuple[int, int]] = {
    "overdue_watch_days": (1, 3650),
    "overdue_risk_days": (1, 3650),
    "failed_charges_watch": (1, 1000),
    "failed_charges_risk": (1, 1000),
    "trial_ends_within_days": DAYS,
    "usage_least_weekly_mean": (0, 10**6),
    "usage_least_age_days": DAYS,
    "usage_watch_drop": (1, 100),
    "usage_risk_drop": (1, 100),
    "seen_watch_days": (1, 3650),
    "seen_risk_days": (1, 3650),
    "delivery_least_sent": (0, 10**6),
    "delivery_watch_below": PER_CENT,
    "delivery_risk_below": PER_CENT,
    "limit_watch_share": (1, 1000),
    "limit_risk_share": (1, 1000),
}
"""The least and the most of each."""

RISING = (
    ("overdue_watch_days", "overdue_risk_days"),
    ("failed_charges_watch", "failed_charges_risk"),
    ("usage_watch_drop", "usage_risk_drop"),
    ("seen_watch_days", "seen_risk_days"),
    ("limit_watch_share", "limit_risk_share"),
    ("delivery_risk_below", "delivery_watch_below"),
)
"""Pairs of which the second is above the first."""


def faults_of(values: Mapping[str, int]) -> dict[str, str]:
    """What does not fit together, by name, of thresholds that are each within its bounds."""
    return {
        higher: f"Give more than {values[lower]}: Watch comes before Risk."
        for lower, higher in RISING
        if values[higher] <= values[lower]
    }


def texts_of(thresholds: Thresholds) -> dict[str, str]:
    """Each as a text, by name."""
    return {name: str(value) for name, value in asdict(thresholds).items()}
