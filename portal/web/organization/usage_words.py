"""An account's month in words and drawings: the pool and each workspace's share of it, the discount, the course."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.queries.account_usage import AccountUsage, Share
from portal.rules.periods import month_end
from portal.rules.pricing import percent
from portal.web import charts, formats
from portal.web.figures import Tile, count
from portal.web.usage_chart import Chart

SHADES = 6  # of the segments of the pool; the workspaces behind share the last
WIDE = 1000  # units across the drawing of the pool


@dataclass(frozen=True, slots=True)
class Segment:
    """A workspace's part of the pool's drawing: from `x`, so wide, in units of WIDE."""

    shade: int
    x: int
    width: int
    title: str


@dataclass(frozen=True, slots=True)
class Pool:
    """The pool as a bar. `marks`: thresholds of the discount, by place and words; `ahead`: from where to where the
    forecast goes beyond what there is; `most`: what the bar's end stands for."""

    segments: tuple[Segment, ...]
    ahead: tuple[int, int] | None
    marks: tuple[tuple[int, str], ...]
    most: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A workspace of the account: its contacts, messages and minutes of the month, and its share of the contacts."""

    shade: int
    name: str
    is_primary: bool
    note: str
    contacts: str
    share: str
    free: str
    messages: str
    minutes: str


def period(found: AccountUsage, locale: str) -> str:
    """1 Nov – 22 Nov."""
    return f"{formats.short_day(found.month, locale)} – {formats.short_day(found.today, locale)}"


def tiles(found: AccountUsage, locale: str) -> tuple[Tile, ...]:
    """The month's sums."""
    inside = formats.number(found.pooled, locale)
    free = f"{formats.number(found.included, locale)} included" if found.included else "none included"
    return (
        Tile(count("active_contacts", "Active contacts", found.contacts, locale), f"{inside} of them in the pool"),
        Tile(
            count("forecast", "Forecast of the pool", found.forecast_pooled, locale),
            f"to {_last(found, locale)}, at this pace",
        ),
        Tile(count("billed_contacts", "Billed so far", found.billed, locale), f"{inside} pooled, {free}"),
        Tile(
            count("month_sent", "Messages sent", found.messages, locale),
            f"{formats.number(found.minutes, locale)} call minutes",
        ),
    )


def pool(found: AccountUsage, locale: str) -> Pool:
    """The workspaces' contacts side by side, on to the forecast, with the thresholds that are within sight."""
    sight = [tier for tier in found.tiers if tier[0] <= max(found.pooled, found.forecast_pooled) * 2]
    most = max(found.pooled, found.forecast_pooled, *(threshold for threshold, _ in sight), 1)
    segments, end = [], 0
    for place, share in enumerate(each for each in found.shares if each.is_pooled and each.billable):
        start, end = end, end + share.billable
        x, until = _place(start, most), _place(end, most)
        title = f"{share.name}: {formats.number(share.billable, locale)}"
        segments.append(Segment(_shade(place), x, max(1, until - x), title))
    now, later = _place(found.pooled, most), _place(found.forecast_pooled, most)
    return Pool(
        segments=tuple(segments),
        ahead=(now, later - now) if later > now else None,
        marks=tuple((_place(threshold, most), _tier(threshold, off, locale)) for threshold, off in sight),
        most=f"{formats.number(most, locale)} forecast"
        if most == found.forecast_pooled
        else formats.number(most, locale),
        words=f"{formats.number(found.pooled, locale)} active contacts of {len(segments)} workspaces",
    )


def standing(found: AccountUsage, locale: str) -> tuple[str, str]:
    """How the discount stands: a callout's kind, and its words."""
    if found.discount:
        off = formats.percent(found.discount, locale, 0)
        if found.discount_approved:
            return "good", f"The threshold is passed: {off} off the contacts that are billed this month."
        return "watch", f"The threshold of {off} is passed. The discount is given once it is approved for you."
    if found.next_tier is None:
        return "info", "This plan has no volume discount."
    threshold, percentage = found.next_tier
    lacking = threshold - found.pooled + 1
    more = f"{formats.number(lacking, locale)} more active {'contact' if lacking == 1 else 'contacts'}"
    off = formats.percent(percentage, locale, 0)
    reached = "At this pace it is reached this month." if found.forecast_pooled > threshold else ""
    allowed = "" if found.discount_approved else "It takes an approval."
    said = f"{more} this month, and {off} is taken off those that are billed."
    return "info", " ".join(filter(None, (said, reached, allowed)))


def rows(found: AccountUsage, locale: str) -> list[Row]:
    """The workspaces in the pool, the one with most contacts first: their contacts add up to it."""
    inside = [each for each in found.shares if each.is_pooled]
    return [
        _row(place, share, share.billable, found.pooled, _before(share, locale), locale)
        for place, share in enumerate(inside)
    ]


def apart(found: AccountUsage, locale: str) -> list[Row]:
    """The others: on trial, or billed to platform credit."""
    return [
        _row(SHADES, each, each.contacts, 0, "on platform credit" if each.activated else "on trial", locale)
        for each in found.shares
        if not each.is_pooled
    ]


def course(found: AccountUsage, timezone: str, locale: str) -> Chart | None:
    """How the contacts of the month came, day by day; None before the first."""
    if not found.contacts or len(found.course) < 2:  # a line takes two points
        return None
    days, totals = tuple(day for day, _ in found.course), tuple(total for _, total in found.course)
    title = "Active contacts so far"
    summary = f"{period(found, locale)}: {formats.number(found.contacts, locale)} active contacts."
    lines = (charts.Line("Contacts", totals),)
    return Chart(
        title=title,
        period=f"{period(found, locale)}, {timezone}",
        wide=charts.line_chart(charts.WIDE, days, lines, title, summary, locale),
        narrow=charts.line_chart(charts.NARROW, days, lines, title, summary, locale),
        lines=("Contacts",),
        heads=("Day", "Active contacts so far"),
        rows=tuple(
            (formats.short_day(day, locale), formats.number(total, locale)) for day, total in reversed(found.course)
        ),
    )


def _before(share: Share, locale: str) -> str:
    """Contacts of the month from before the workspace's activation."""
    free = share.contacts - share.billable
    return f"{formats.number(free, locale)} more before it was activated, not billed" if free > 0 else ""


def _row(place: int, share: Share, contacts: int, pooled: int, note: str, locale: str) -> Row:
    of_all = percent(contacts, pooled)
    return Row(
        shade=_shade(place),
        name=share.name,
        is_primary=share.is_primary,
        note=note,
        contacts=formats.number(contacts, locale),
        share=formats.percent(of_all, locale, 0) if of_all is not None else formats.NONE,
        free=formats.number(share.included, locale),
        messages=formats.number(share.messages, locale),
        minutes=formats.number(share.minutes, locale),
    )


def _tier(threshold: int, off: Decimal, locale: str) -> str:
    return f"{formats.number(threshold, locale)} → {formats.percent(off, locale, 0)} off"


def _last(found: AccountUsage, locale: str) -> str:
    return formats.short_day(month_end(found.month), locale)


def _place(value: int, most: int) -> int:
    return round(value * WIDE / most)


def _shade(place: int) -> int:
    return min(place, SHADES - 1) + 1
