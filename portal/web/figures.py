"""Figures in tiles: a number, what it was before, and whether that is good."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from portal.queries.detail import Profile
from portal.queries.usage import WINDOW, Usage
from portal.rules.periods import local_day
from portal.rules.pricing import percent_change
from portal.web import formats


class Figure(NamedTuple):
    """A number for machines (`value`, in minor units where `currency` is given) and people (`text`; `code`: a
    currency that has no sign, to stand small before it)."""

    name: str
    label: str
    text: str
    value: str
    currency: str | None = None
    code: str = ""
    title: str | None = None


class Tile(NamedTuple):
    """A figure, perhaps a second one below it, and a small line; `kind` colours the line: good, risk or nothing."""

    figure: Figure
    note: str
    kind: str | None = None
    below: Figure | None = None


def count(name: str, label: str, value: int, locale: str) -> Figure:
    """How many there are."""
    return Figure(name, label, formats.number(value, locale), str(value))


def rate(name: str, label: str, value: Decimal | None, why_none: str, locale: str) -> Figure:
    """A percentage, or a dash that says why there is none."""
    if value is None:
        return Figure(name, label, formats.NONE, "", title=why_none)
    return Figure(name, label, formats.percent(value, locale), str(value))


def is_comparable(usage: Usage, profile: Profile) -> bool:
    """Whether it was there for all of the 30 days before, so that comparing means something."""
    first = usage.days[0].day - timedelta(days=WINDOW)
    return local_day(profile.created_at, profile.timezone) <= first


def change_of(now: int, before: int, comparable: bool, locale: str) -> tuple[str, str | None]:
    """A count of 30 days against the 30 days before, in words, and whether that is good or a risk."""
    was = formats.number(before, locale)
    if not comparable:
        return (f"{was} in the 30 days before" if before else "too new to compare"), None
    change = percent_change(now, before)
    if change is None:
        return "none in the 30 days before", None
    shown = formats.percent(abs(change), locale, 0 if abs(change) >= 10 else 1)
    if not change:
        return f"as before, {was}", None
    return f"{'+' if change > 0 else '−'}{shown}, was {was}", "good" if change > 0 else "risk"


def points_of(now: Decimal | None, before: Decimal | None) -> tuple[str, str | None]:
    """A percentage against the one before, in points, and whether that is good or a risk."""
    if now is None or before is None or now == before:
        return "", None
    return (f"+{now - before} points", "good") if now > before else (f"−{before - now} points", "risk")
