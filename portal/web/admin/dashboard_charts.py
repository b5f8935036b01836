"""MRR, churn and health over time: the drawings, and the same as tables."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from portal.queries.dashboard import Losses
from portal.queries.platform_days import Standing
from portal.rules.dashboard import Days, Step, Window, instants, steps
from portal.rules.platform import Platform
from portal.web import formats
from portal.web.trend_charts import Bar, bar_chart, money_chart

Rows = tuple[tuple[str, ...], ...]
MOST_POINTS = 100  # of a line; beyond, a point a week


@dataclass(frozen=True, slots=True)
class Chart:
    """One of the three. `drawing` is nothing where there is nothing to draw, and `why` says why; `key`: the parts of a
    bar, by class and name; `since`: the first day of which figures exist, where that is later than asked for."""

    id: str
    title: str
    note: str
    drawing: Markup | None
    why: str
    key: tuple[tuple[str, str], ...]
    heads: tuple[str, ...]
    rows: Rows
    since: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the three charts are drawn from: how the platform stood on each known day up to `today`, and what was
    lost. `unrated`: MRR of currencies that have no exchange rate, as (currency, minor units)."""

    window: Window
    today: date
    days: Mapping[date, Standing]
    losses: Losses
    unrated: tuple[tuple[str, int], ...]


def first_day(window: Window, today: date) -> date:
    """The first day that the charts show."""
    return min(steps(window, today)[0].first, today - timedelta(days=window.line - 1))


def since(window: Window, today: date, timezone: str) -> datetime:
    """The first instant that the bars are about."""
    return instants(steps(window, today)[0], timezone).since


def charts(told: Told, platform: Platform, locale: str) -> tuple[Chart, ...]:
    """MRR, churn, health."""
    return (_mrr(told, platform, locale), _churn(told, platform.timezone, locale), _health(told, locale))


# ---------------------------------------------------------------- MRR


def _mrr(told: Told, platform: Platform, locale: str) -> Chart:
    currency, wanted = platform.reporting_currency, told.today - timedelta(days=told.window.line - 1)
    points = tuple(sorted((day, stood.mrr) for day, stood in told.days.items() if day >= wanted))
    if len(points) > MOST_POINTS:
        points = points[::-1][::7][::-1]
    text = formats.money(told.days[told.today].mrr, currency, locale, True)
    beside = "".join(f" + {formats.money(minor, code, locale, True)} without a rate" for code, minor in told.unrated)
    drawing = None
    if len(points) > 1 and any(amount for _, amount in points):
        named = tuple(sorted({0, (len(points) - 1) // 2, len(points) - 1}))
        drawing = money_chart("mrr-chart", points, named, currency, "MRR", _course(points, currency, locale), locale)
    return Chart(
        id="mrr",
        title="MRR",
        note=f"{text} today{beside}",
        drawing=drawing,
        why="No workspace brings in MRR yet."
        if len(points) > 1
        else "The line begins tomorrow: MRR is kept by the day.",
        key=(),
        heads=("Day", "MRR"),
        rows=tuple((formats.day(day, locale), formats.money(mrr, currency, locale, True)) for day, mrr in points[::-1]),
        since=_since(told.days, wanted, locale) if drawing else "",
    )


def _course(points: Sequence[tuple[date, int]], currency: str, locale: str) -> str:
    return " ".join(
        f"{word} {formats.money(amount, currency, locale, True)} on {formats.day(day, locale)}{end}"
        for word, (day, amount), end in (("From", points[0], ""), ("to", points[-1], "."))
    )


def _since(days: Mapping[date, object], wanted: date, locale: str) -> str:
    first = min(days)
    return formats.day(first, locale) if first > wanted else ""


# ---------------------------------------------------------------- churn and health


def _churn(told: Told, timezone: str, locale: str) -> Chart:
    every = steps(told.window, told.today)
    counts = [
        (_between(told.losses.closed, step, timezone), _between(told.losses.suspended, step, timezone))
        for step in every
    ]
    lost = [sum(part) for part in zip(*counts, strict=True)]
    bars = tuple(Bar(*_names(step, told.window, locale), each) for step, each in zip(every, counts, strict=True))
    said = f"{formats.number(lost[0], locale)} closed, {formats.number(lost[1], locale)} suspended for over 30 days."
    parts = ("Closed", "Suspended > 30 d")
    return Chart(
        id="churn",
        title="Churn",
        note="",
        drawing=bar_chart("churn-chart", bars, parts, False, "Churn", said, locale) if any(lost) else None,
        why=f"Nobody closed a workspace, and none was suspended for over 30 days, since {_day(every[0], locale)}.",
        key=(("part-0", parts[0]), ("part-1", parts[1])),
        heads=(_head(told.window), *parts),
        rows=tuple(
            (bar.title, *(formats.number(count, locale) for count in each))
            for bar, each in zip(bars[::-1], counts[::-1], strict=True)
        ),
    )


def _between(instants_: Sequence[datetime], step: Days, timezone: str) -> int:
    span = instants(step, timezone)
    return bisect_left(instants_, span.until) - bisect_left(instants_, span.since)


def _health(told: Told, locale: str) -> Chart:
    every = steps(told.window, told.today)
    rated = {day: (s.risk, s.watch, s.good) for day, s in told.days.items() if s.good is not None}
    levels = [_last_known(rated, step) for step in every]
    bars = tuple(Bar(*_names(step, told.window, locale), each) for step, each in zip(every, levels, strict=True))
    present = told.days[told.today]
    said = f"Today {present.good} good, {present.watch} to watch, {present.risk} at risk."
    known = [each for each in levels if each and any(each)]
    return Chart(
        id="health",
        title="Health",
        note="",
        drawing=bar_chart("health-chart", bars, ("Risk", "Watch", "Good"), True, "Health", said, locale)
        if known
        else None,
        why="No workspace is rated yet.",
        key=(("part-2", "Good"), ("part-1", "Watch"), ("part-0", "Risk")),
        heads=(_head(told.window), "Good", "Watch", "Risk"),
        rows=tuple(
            (bar.title, *(formats.number(count, locale) for count in each[::-1]))
            for bar, each in zip(bars[::-1], levels[::-1], strict=True)
            if each is not None
        ),
        since=_since(rated, every[0].last, locale) if known else "",
    )


def _last_known(rated: Mapping[date, tuple[int | None, ...]], step: Days) -> tuple[int, ...] | None:
    """How it stood at the end of the step, or on the last of its days that is known."""
    known = max((day for day in rated if step.first <= day <= step.last), default=None)
    return tuple(number or 0 for number in rated[known]) if known else None


# ---------------------------------------------------------------- words


def _head(window: Window) -> str:
    return {Step.DAY: "Day", Step.WEEK: "Week", Step.MONTH: "Month"}[window.step]


def _day(step: Days, locale: str) -> str:
    return formats.day(step.first, locale)


def _names(step: Days, window: Window, locale: str) -> tuple[str, str]:
    """What stands below a bar, and what it is called in full."""
    if window.step is Step.DAY:
        return formats.weekday(step.first, locale), formats.day(step.first, locale)
    if window.step is Step.WEEK:
        week = step.first.isocalendar().week
        span = f"{formats.short_day(step.first, locale)} – {formats.short_day(step.last, locale)}"
        return f"W{week}", f"W{week}, {span}"
    return formats.month(step.first, locale, short=True), formats.month(step.first, locale)
