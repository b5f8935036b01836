"""A workspace's usage as its own people see it: figures, and a bar for each limit."""

from __future__ import annotations

from dataclasses import replace

from portal.queries.detail import Standing
from portal.queries.limits import LimitState
from portal.rules.health import Thresholds
from portal.rules.limits import Limit
from portal.rules.pricing import percent
from portal.web import formats, limit_bars
from portal.web.figures import Tile, change_of, count, is_comparable, points_of, rate
from portal.web.limit_bars import Bar


def tiles(found: Standing, locale: str) -> tuple[Tile, ...]:
    """Sent today, and of 30 days what was sent, delivered and received."""
    usage, comparable = found.usage, is_comparable(found.usage, found.profile)
    total, before = usage.total, usage.before
    daily = next(state for state in found.limits if state.limit is Limit.DAILY_MESSAGES)
    allowed = limit_bars.text_of(daily.effective.value, locale)
    today = "no daily limit" if daily.effective.unlimited else f"of {allowed} a day"
    delivered = percent(total.delivered, total.sent)
    sent = change_of(total.sent, before.sent, comparable, locale)
    points, kind = points_of(delivered, percent(before.delivered, before.sent)) if comparable else ("", None)
    below = f"{formats.number(total.delivered, locale)} delivered"
    return (
        Tile(count("sent_today", "Sent today", usage.sent_today, locale), today),
        Tile(count("sent_30d", "Sent, 30 days", total.sent, locale), *sent),
        Tile(rate("delivered_rate", "Delivered", delivered, "Nothing was sent", locale), points or below, kind),
        Tile(
            count("received_30d", "Received, 30 days", total.received, locale),
            change_of(total.received, before.received, comparable, locale)[0],
        ),
    )


def bars(found: Standing, thresholds: Thresholds, locale: str) -> tuple[Bar, ...]:
    """All limits in the catalogue's order; one that is counted for several workspaces together says so."""
    return tuple(_bar(state, found, thresholds, locale) for state in found.limits)


def _bar(state: LimitState, found: Standing, thresholds: Thresholds, locale: str) -> Bar:
    shown = limit_bars.bar(state, thresholds, locale)
    together = state.account is not None and found.profile.organization.workspaces > 1
    return replace(shown, label=f"{shown.label}, whole account") if together else shown
