"""Of when the exchange rates are: no two currencies are added without saying it."""

from __future__ import annotations

from datetime import date

from portal.web import formats


def rates_of(day: str, locale: str) -> str:
    """The exchange rates in words, with the day (ISO 8601) on which they were last changed, where somebody did."""
    return "the exchange rates" + (f" of {formats.day(date.fromisoformat(day), locale)}" if day else "")
