"""Limits: the catalogue, and which figure is in force."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from portal.rules.errors import LimitReached, Refused
from portal.rules.periods import local_day, utc

UNLIMITED = -1
LARGEST = 10**12
"""The largest figure that can be set; more is a slip of the hand. Needs a 64-bit column."""


class Limit(StrEnum):
    """A limit by name, in the order in which they are shown."""

    MONTHLY_MESSAGES = "monthly_messages"
    DAILY_MESSAGES = "daily_messages"
    NUMBERS = "numbers"
    USERS = "users"
    CONTACTS = "contacts"
    CAMPAIGNS = "campaigns"
    BROADCASTS = "broadcasts"
    EXTENSIONS = "extensions"
    MONTHLY_MINUTES = "monthly_minutes"


class Period(StrEnum):
    """What is counted: the workspace's running month, its day, or all there is now."""

    MONTH = "month"
    DAY = "day"
    TOTAL = "total"


class Source(StrEnum):
    """Where an effective limit comes from."""

    OVERRIDE = "override"
    PLAN = "plan"
    FREE_PLAN = "free plan"
    NOT_SET = "not set"


@dataclass(frozen=True, slots=True)
class LimitInfo:
    """A limit's words: `label` as a heading, `unit` after a figure (plural)."""

    label: str
    unit: str
    period: Period


CATALOGUE: Mapping[Limit, LimitInfo] = {
    Limit.MONTHLY_MESSAGES: LimitInfo("Messages per month", "messages", Period.MONTH),
    Limit.DAILY_MESSAGES: LimitInfo("Messages per day", "messages", Period.DAY),
    Limit.NUMBERS: LimitInfo("Numbers", "numbers", Period.TOTAL),
    Limit.USERS: LimitInfo("Users", "users", Period.TOTAL),
    Limit.CONTACTS: LimitInfo("Contacts", "contacts", Period.TOTAL),
    Limit.CAMPAIGNS: LimitInfo("Campaigns", "campaigns", Period.TOTAL),
    Limit.BROADCASTS: LimitInfo("Broadcasts per month", "broadcasts", Period.MONTH),
    Limit.EXTENSIONS: LimitInfo("Extensions", "extensions", Period.TOTAL),
    Limit.MONTHLY_MINUTES: LimitInfo("Call minutes per month", "minutes", Period.MONTH),
}


@dataclass(frozen=True, slots=True)
class Override:
    """A workspace's own figure; `expires_at` (aware UTC) None: until it is removed."""

    value: int
    expires_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Not expired. At exactly `expires_at` it is."""
        return self.expires_at is None or utc(now) < utc(self.expires_at)


def last_day(expires_at: datetime, timezone: str) -> date:
    """The last day, in this time zone, on which an override that ends at this instant still holds."""
    return local_day(expires_at - timedelta(microseconds=1), timezone)


@dataclass(frozen=True, slots=True)
class Effective:
    """The figure in force (UNLIMITED, 0 for none, or a count) and where it comes from."""

    value: int
    source: Source

    @property
    def unlimited(self) -> bool:
        return self.value == UNLIMITED


_WHOLE = re.compile(r"[+-]?\d{1,30}")
# As figures are shown: 1,000 or 12,34,567, or with spaces or apostrophes. A point may be meant as a decimal's.
_SEPARATOR = re.compile(r"[,'’ \u00a0\u202f]")
_GROUPED = re.compile(rf"\d{{1,3}}(?:{_SEPARATOR.pattern}\d{{2,3}})*{_SEPARATOR.pattern}\d{{3}}")


def parse(text: str | None, limit: Limit, field: str | None = None) -> int | None:
    """The figure that somebody typed: None for blank (not set), −1 unlimited, 0 none allowed.
    Refused below −1, above LARGEST, and for anything else; the message names the limit."""
    typed = (text or "").strip().replace("−", "-")
    if _GROUPED.fullmatch(typed):
        typed = _SEPARATOR.sub("", typed)
    if not typed:
        return None
    value = int(typed) if _WHOLE.fullmatch(typed) else None
    if value is None or not UNLIMITED <= value <= LARGEST:
        raise Refused(
            f"{CATALOGUE[limit].label}: give a whole number up to {LARGEST:,}, "
            "0 for none allowed, −1 for unlimited, or leave it empty where it has no figure of its own.",
            field,
        )
    return value


def effective(
    limit: Limit, *, plan: int | None, override: Override | None, free: int | None, now: datetime
) -> Effective:
    """The figure in force: the override if set and not expired, else the plan's, else the free
    plan's. A figure of 0 is a figure. None means not set; where the free plan has none either,
    nothing limits: unlimited, source "not set".

    The one place that decides. ValueError for a stored figure below −1, which no path lets in.
    """
    own = override.value if override is not None and override.holds(now) else None
    for value, source in (
        (own, Source.OVERRIDE),
        (plan, Source.PLAN),
        (free, Source.FREE_PLAN),
    ):
        if value is not None:
            if value < UNLIMITED:
                raise ValueError(f"{limit.value}: {value} is below −1 (from the {source.value})")
            return Effective(value, source)
    return Effective(UNLIMITED, Source.NOT_SET)


def fits(used: int, value: int, wanted: int = 1) -> bool:
    """Whether `wanted` more fit into a limit of `value`. Taking nothing always fits, also where
    more is used than a lowered limit allows."""
    return value == UNLIMITED or wanted <= 0 or used + wanted <= value


def share(used: int, value: int) -> Decimal | None:
    """What part of the limit is used, 1 being all of it; above 1 where a limit was lowered.
    None for unlimited and for 0, of which there is no part."""
    return Decimal(used) / Decimal(value) if value > 0 else None


_WAYS_OUT = {
    Period.DAY: "Wait for tomorrow",
    Period.MONTH: "Wait for the new month",
    Period.TOTAL: "Free some",
}


def reached(limit: Limit, in_force: Effective, used: int, wanted: int = 1, field: str | None = None) -> LimitReached:
    """The refusal, ready to raise."""
    return LimitReached(
        limit=limit.value,
        label=CATALOGUE[limit].label,
        figure=in_force.value,
        used=used,
        source=in_force.source.value,
        wanted=wanted,
        way_out=_WAYS_OUT[CATALOGUE[limit].period],
        field=field,
    )


def check(limit: Limit, in_force: Effective, used: int, wanted: int = 1, field: str | None = None) -> None:
    """LimitReached unless `wanted` more fit."""
    if not fits(used, in_force.value, wanted):
        raise reached(limit, in_force, used, wanted, field)
