"""Example data: what a workspace sent and received, day by day, the way its story goes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from portal.operations.demo.catalogue import FREE
from portal.operations.demo.dice import between
from portal.operations.demo.sheet import Usage
from portal.operations.demo.tenants import Tenant, World
from portal.rules.limits import Limit
from portal.rules.periods import local_day

# Monday to Sunday: shops rest on Sundays, offices on both days.
WEEK = {
    "Retail": (0.95, 0.95, 1.0, 1.05, 1.25, 1.2, 0.6),
    "Hospitality": (0.8, 0.8, 0.9, 1.0, 1.3, 1.35, 0.95),
    "Travel": (0.9, 0.9, 1.0, 1.0, 1.2, 1.2, 0.8),
}
OFFICE = (1.2, 1.2, 1.15, 1.15, 1.1, 0.45, 0.25)
RECENT = 8  # days that a story's `recent` is about: today and the last 7 full ones
BURST = 0.02  # a campaign day, by chance
ANY_VOLUME = (150_000, 700_000)  # messages a month where the plan sets no limit
PERCEPTIBLE = 12  # messages today, at least, where a story is about the running month


@dataclass(frozen=True, slots=True)
class Pace:
    """A workspace's ordinary day: messages, share delivered, share of those read, answers, minutes."""

    messages: float
    delivered: tuple[float, float]
    read: float
    answered: float
    minutes: float


@dataclass(slots=True)
class Month:
    """What was used in the workspace's running month."""

    messages: int = 0
    minutes: int = 0


def write_usage(world: World, tenant: Tenant) -> Month:
    """Daily usage for the last days, until the workspace stopped; what of it fell into the running month."""
    rng = world.dice.of("usage", tenant.id)
    pace = _pace(rng, tenant)
    today = local_day(world.now, tenant.timezone)
    end = local_day(tenant.ended_at, tenant.timezone) if tenant.ended_at else today
    start = max(local_day(tenant.created_at, tenant.timezone), today - timedelta(days=world.depth.days - 1))
    begun = _part_of_day(world.now, tenant.timezone)
    week = WEEK.get(tenant.customer.industry, OFFICE)
    slope = math.log(between(rng, tenant.story.growth)) / 90
    slump, month = between(rng, tenant.story.recent), Month()
    activated = tenant.activated_at.date() if tenant.activated_at else None
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        back = (today - day).days
        size = week[day.weekday()] * math.exp(-slope * back) * (0.88 + 0.24 * rng.random())
        size *= slump if back < RECENT else 1.0
        if rng.random() < BURST and not tenant.story.little:
            size *= 2.5
        row = _day(rng, tenant, pace, day, size * (begun if day == today else 1.0), day == today)
        if row is None:
            continue
        world.sheet.usage.append(row)
        if activated and day >= activated:
            used = tenant.used.setdefault(day.replace(day=1), [0, 0])
            used[0] += row[2]
            used[1] += row[7]
        if (day.year, day.month) == (today.year, today.month):
            month.messages += row[2]
            month.minutes += row[7]
    return month


def _day(rng: Random, tenant: Tenant, pace: Pace, day: date, size: float, today: bool) -> Usage | None:
    sent = int(pace.messages * size + rng.random())
    if today and tenant.story.month:
        sent = max(sent, PERCEPTIBLE)
    minutes = int(pace.minutes * size * (0.7 + 0.6 * rng.random()))
    if not sent and not minutes:
        return None
    low, high = pace.delivered
    delivered = int(sent * (low + (high - low) * rng.random()) + 0.5)
    failed = int((sent - delivered) * (0.6 if today else 1.0))
    read = int(delivered * pace.read * (0.9 + 0.2 * rng.random()))
    return (tenant.id, day, sent, delivered, read, failed, int(sent * pace.answered * rng.random() * 2), minutes)


def _pace(rng: Random, tenant: Tenant) -> Pace:
    offer = tenant.offer or FREE
    limit, calls = offer.limit(Limit.MONTHLY_MESSAGES), offer.limit(Limit.MONTHLY_MINUTES)
    share = min(0.5, max(0.08, rng.lognormvariate(-1.5, 0.5)))
    monthly = limit * share if limit and limit > 0 else between(rng, ANY_VOLUME)
    if tenant.story.little:
        monthly = between(rng, (20, 130))
    phones = between(rng, (0, 0.4)) * (calls if calls and calls > 0 else 40_000)
    return Pace(
        messages=monthly / 30,
        delivered=tenant.story.delivery,
        read=between(rng, (0.42, 0.82)),
        answered=between(rng, (0.04, 0.3)),
        minutes=phones / 30 if rng.random() < 0.7 else 0.0,
    )


def _part_of_day(now: datetime, timezone: str) -> float:
    """How much of the day's work is done: next to nothing before eight, nearly all after eight in the evening."""
    local = now.astimezone(ZoneInfo(timezone))
    return min(1.0, max(0.03, (local.hour + local.minute / 60 - 8) / 12))
