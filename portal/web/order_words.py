"""Orders in words."""

from __future__ import annotations

from collections.abc import Mapping

from portal.models import OrderState

STATES: Mapping[OrderState, tuple[str, str]] = {
    OrderState.PAID: ("paid", "Paid"),
    OrderState.PENDING: ("pending", "Pending"),
    OrderState.FAILED: ("failed", "Failed"),
    OrderState.REFUNDED: ("cancelled", "Refunded"),
}
"""The badge's look and word of a state."""
