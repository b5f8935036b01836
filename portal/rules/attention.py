"""What needs somebody of the staff, by kind, the most urgent kind first; and how far ahead each kind looks."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Kind(StrEnum):
    """By its name in the address."""

    JOB = "job"
    WEBHOOK = "webhook"
    OVERDUE = "overdue"
    CREDIT = "credit"
    RISK = "risk"
    PURGE = "purge"
    BOUNCED = "bounced"
    TRIAL = "trial"
    REQUEST = "request"
    NEAR_CAP = "near_cap"
    OVERRIDE = "override"
    DOMAIN = "domain"
    PORTING = "porting"


TRIAL_WITHIN = timedelta(days=5)
PURGE_WITHIN = timedelta(days=7)
OVERRIDE_WITHIN = timedelta(days=14)
EACH = 3
"""So many of each kind stand in the queue of all kinds."""
PAGE = 12
"""So many stand on a page of one kind."""
