"""The API: what cannot come again is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from portal.operations import idempotency, usage_events


def api_records(clock: Callable[[], datetime]) -> dict[str, int]:
    """How many answers to idempotent calls, and how many usage events that were counted, are no longer known."""
    now = clock()
    return {"answers": idempotency.forget(now), "events": usage_events.forget(now)}
