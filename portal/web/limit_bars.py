"""How much of a limit, or of a spend cap, is used: its texts, and the bar that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.queries.limits import LimitState
from portal.rules.health import Thresholds, limit_level
from portal.rules.limits import CATALOGUE, UNLIMITED, share
from portal.rules.usage_limits import Standing
from portal.web import formats

MOST = 999  # per cent that are written out
CAP_LEVELS = {Standing.NEAR: "watch", Standing.OVER: "risk"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit in force. Texts beside raw values; `percent` None: `words` instead of a bar; `level`: watch, risk or
    None."""

    name: str
    label: str
    effective: str
    effective_value: str
    used: str
    used_value: str
    percent: int | None
    percent_text: str
    level: str | None
    words: str


def bar(state: LimitState, thresholds: Thresholds, locale: str) -> Bar:
    """The limit as it stands."""
    part = share(state.used, state.effective.value)
    percent = None if part is None else int(part * 100)  # 99.9 % is not yet all
    level = None if percent is None else limit_level(percent, thresholds)
    return Bar(
        name=state.limit.value,
        label=CATALOGUE[state.limit].label,
        effective=text_of(state.effective.value, locale),
        effective_value=value_of(state.effective.value),
        used=formats.number(state.used, locale),
        used_value=str(state.used),
        percent=percent,
        percent_text=percent_text(percent, locale),
        level=level.value if level else None,
        words="No limit" if state.effective.unlimited else "None allowed",
    )


def text_of(value: int | None, locale: str) -> str:
    """A limit's figure for people."""
    if value is None:
        return formats.NONE
    return "Unlimited" if value == UNLIMITED else formats.number(value, locale)


def value_of(value: int | None) -> str:
    """The same for machines."""
    return "" if value is None else str(value)


def percent_text(percent: int | None, locale: str) -> str:
    """How much of it is used; blank where there is none."""
    if percent is None:
        return ""
    return formats.percent(percent, locale, 0) if percent <= MOST else "> " + formats.percent(MOST, locale, 0)
