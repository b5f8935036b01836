"""Active contacts of an account, pooled over its workspaces: what is billed of them, and where the month leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from portal.rules.money import round_half_up
from portal.rules.periods import add_months, day_start


@dataclass(frozen=True, slots=True)
class Pooled:
    """What one activated workspace brings: contacts active since its activation, and those that its plan includes.
    `on_credit`: its contacts leave the pool, and with them what its plan includes."""

    contacts: int
    included: int
    on_credit: bool = False

    @property
    def above(self) -> int:
        """Its contacts above its own included ones: what is taken from credit, if it is billed to that."""
        return max(0, self.contacts - self.included)


def included_contacts(plan_includes: int, is_primary: bool, multi_workspace: bool) -> int:
    """How many contacts a workspace has free: what its plan says, but for the primary of a multi organization, which
    has none. `multi_workspace`: whether the primary's plan is such a plan."""
    return 0 if is_primary and multi_workspace else plan_includes


def pool(workspaces: Iterable[Pooled]) -> tuple[int, int]:
    """How many contacts are in the pool, and how many of them are billed: those above all that are included."""
    shared = [each for each in workspaces if not each.on_credit]
    total = sum(each.contacts for each in shared)
    return total, max(0, total - sum(each.included for each in shared))


def next_tier(tiers: Iterable[tuple[int, Decimal]], pooled: int) -> tuple[int, Decimal] | None:
    """The lowest tier that so many contacts do not exceed yet (its threshold, per cent); None above all."""
    return min(((threshold, percent) for threshold, percent in tiers if pooled <= threshold), default=None)


def forecast(so_far: int, month: date, now: datetime, timezone: str) -> int:
    """What a figure of the running month comes to at its end, if it goes on as it did: by the time elapsed, a begun
    first day counting whole. `month`: its first day. A month that is over comes to what it came to."""
    start, end = day_start(month, timezone), day_start(add_months(month, 1), timezone)
    elapsed = now.astimezone(UTC) - start
    if now >= end:
        return so_far
    elapsed = max(elapsed, timedelta(days=1))
    return round_half_up(Decimal(so_far) * _seconds(end - start) / _seconds(elapsed))


def _seconds(span: timedelta) -> int:
    return span.days * 86_400 + span.seconds
