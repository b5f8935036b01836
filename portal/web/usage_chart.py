"""Sent and delivered over 30 days: the chart, and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from portal.queries.usage import Usage
from portal.web import charts, formats, pieces


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawings (for a wide and for a narrow page), and the same as a table: a day's text, then its figures."""

    title: str
    period: str
    wide: Markup
    narrow: Markup
    lines: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=1_000)
def drawn(usage: Usage, timezone: str, locale: str) -> Markup:
    """The chart and its table, drawn once for the same days."""
    return pieces.draw("components/usage_chart.html", chart=chart(usage, timezone, locale))


def chart(usage: Usage, timezone: str, locale: str) -> Chart | None:
    """Sent and delivered over 30 days of this time zone; None where nothing was sent."""
    days, total = usage.days, usage.total
    if not total.sent:
        return None
    lines = (
        charts.Line("Sent", tuple(day.sent for day in days)),
        charts.Line("Delivered", tuple(day.delivered for day in days)),
    )
    title = "Sent and delivered"
    first, last = formats.short_day(days[0].day, locale), formats.short_day(days[-1].day, locale)
    most = max(days, key=lambda day: day.sent)
    summary = (
        f"{first} to {last}: {formats.number(total.sent, locale)} sent, {formats.number(total.delivered, locale)} "
        f"delivered; most on {formats.short_day(most.day, locale)}, {formats.number(most.sent, locale)} sent."
    )
    dates = tuple(day.day for day in days)
    return Chart(
        title=title,
        period=f"{first} – {last}, {timezone}",
        wide=charts.line_chart(charts.WIDE, dates, lines, title, summary, locale),
        narrow=charts.line_chart(charts.NARROW, dates, lines, title, summary, locale),
        lines=tuple(line.name for line in lines),
        heads=("Day", "Sent", "Delivered", "Read"),
        rows=tuple(
            (
                formats.short_day(day.day, locale),
                *(formats.number(n, locale) for n in (day.sent, day.delivered, day.read)),
            )
            for day in reversed(days)
        ),
    )
