"""An account's month in words and drawings: the pool and each workspace's share of it, the discount, the course."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.queries.account_usage import AccountUsage, Share
from portal.rules.invoicing import month_end
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
    free = f"{formats.number(found.included, locale)} included" if found.included else "none included"
    return (
        Tile(count("active_contacts", "Active contacts", found.contacts, locale), "each counts once in its workspace"),
        Tile(count("forecast", "Forecast", found.forecast, locale), f"to {_last(found, locale)}, at this pace"),
        Tile(count("billed_contacts", "Billed so far", found.billed, locale), free),
        Tile(
            count("month_sent", "Messages sent", found.messages, locale),
            f"{formats.number(found.minutes, locale)} call minutes",
        ),
    )


def pool(found: AccountUsage, locale: str) -> Pool:
    """The workspaces' contacts side by side, on to the forecast, with the thresholds that are within sight."""
    sight = [tier for tier in found.tiers if tier[0] <= max(found.contacts, found.forecast) * 2]
    most = max(found.contacts, found.forecast, *(threshold for threshold, _ in sight), 1)
    segments, end = [], 0
    for place, share in enumerate(each for each in found.shares if each.contacts):
        start, end = end, end + share.contacts
        x, until = _place(start, most), _place(end, most)
        title = f"{share.name}: {formats.number(share.contacts, locale)}"
        segments.append(Segment(_shade(place), x, max(1, until - x), title))
    now, later = _place(found.contacts, most), _place(found.forecast, most)
    return Pool(
        segments=tuple(segments),
        ahead=(now, later - now) if later > now else None,
        marks=tuple((_place(threshold, most), _tier(threshold, off, locale)) for threshold, off in sight),
        most=f"{formats.number(most, locale)} forecast" if most == found.forecast else formats.number(most, locale),
        words=f"{formats.number(found.contacts, locale)} active contacts of {len(segments)} workspaces",
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
    """The workspaces, the one with most contacts first."""
    return [_row(place, share, found.contacts, locale) for place, share in enumerate(found.shares)]


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


def _row(place: int, share: Share, contacts: int, locale: str) -> Row:
    note = "billed to platform credit" if share.on_credit else "" if share.activated else "on trial, nothing is billed"
    of_all = percent(share.contacts, contacts)
    return Row(
        shade=_shade(place),
        name=share.name,
        is_primary=share.is_primary,
        note=note,
        contacts=formats.number(share.contacts, locale),
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
