"""A workspace in words: statuses, holds, cycles, what happens at the spend cap."""

from __future__ import annotations

from collections.abc import Mapping

from portal.models import SuspensionBehaviour
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.pricing import Cycle

STATUSES: Mapping[Status, str] = {
    Status.ACTIVE: "Active",
    Status.SUSPENDED: "Suspended",
    Status.TRIAL: "Trial",
    Status.CANCELLED: "Cancelled",
}
LISTED: Mapping[Status, str] = {status: words for status, words in STATUSES.items() if status is not Status.CANCELLED}
"""Those that the list shows and filters by; the closed ones are in the trash."""

HOLDS = {
    HoldKind.MANUAL: "By staff",
    HoldKind.PAST_DUE: "Past due",
    HoldKind.SPEND_CAP: "Spend cap",
    HoldKind.TRIAL_ENDED: "Trial ended",
    HoldKind.ABUSE: "Abuse",
}
AT_THE_CAP = {
    SuspensionBehaviour.SUSPEND: "suspends at the cap",
    SuspensionBehaviour.BLOCK_OUTBOUND: "blocks outbound at the cap",
    SuspensionBehaviour.NOTIFY_ONLY: "only notifies at the cap",
}
CYCLES = {
    Cycle.MONTHLY: "monthly",
    Cycle.QUARTERLY: "quarterly",
    Cycle.ANNUAL: "annual",
    Cycle.CUSTOM: "own price",
    Cycle.TRIAL: "trial",
}
