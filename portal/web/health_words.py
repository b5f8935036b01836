"""The reasons of a workspace's health in words: one sentence for each code of `portal.rules.health`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from portal.rules.health import Code, Figures, Level, Reason, Rule
from portal.rules.limits import Limit
from portal.rules.money import round_half_up
from portal.web import formats

LEVELS: Mapping[Level, str] = {Level.GOOD: "Good", Level.WATCH: "Watch", Level.RISK: "Risk"}
RULES: Mapping[Rule, str] = {
    Rule.PAYMENT: "Payment",
    Rule.USAGE: "Usage",
    Rule.LAST_SEEN: "Last seen",
    Rule.DELIVERY: "Delivery",
    Rule.LIMITS: "Limits",
}
COUNTED: Mapping[str, str] = {
    Limit.MONTHLY_MESSAGES: "monthly messages",
    Limit.BROADCASTS: "broadcasts this month",
    Limit.MONTHLY_MINUTES: "call minutes this month",
}


def lines(reasons: Iterable[Reason], locale: str) -> list[tuple[str, str, str]]:
    """(level, rule, sentence) of each reason, in the order given, which is worst first."""
    return [(reason.level.value, RULES[reason.rule], sentence(reason, locale)) for reason in reasons]


def sentence(reason: Reason, locale: str) -> str:
    """What was found, with its figures."""
    return _WORDS[reason.code](reason.figures, locale)


def _count(figures: Figures, name: str, locale: str) -> str:
    return formats.number(round_half_up(Decimal(figures[name])), locale)


def _percent(figures: Figures, name: str, locale: str, places: int = 0) -> str:
    return formats.percent(abs(Decimal(figures[name])), locale, places)


def _days(figures: Figures, name: str = "days") -> str:
    days = int(figures[name])
    return f"{days} day" if days == 1 else f"{days} days"


def _failed(figures: Figures, locale: str) -> str:
    count = _count(figures, "failed", locale)
    return f"{count} charge failed in 30 days" if count == "1" else f"{count} charges failed in 30 days"


def _trial(figures: Figures, locale: str) -> str:
    when = f"ends in {_days(figures)}" if int(figures["days"]) else "is over"
    return f"The trial {when}, and there is no order"


def _against_mean(figures: Figures, locale: str) -> str:
    drop = Decimal(figures["drop"])
    mean = f"the 4-week mean of {_count(figures, 'mean', locale)}"
    sent = f"{_count(figures, 'sent', locale)} sent in 7 full days"
    if round_half_up(drop) == 0:
        return f"{sent}, as {mean}"
    return f"{sent}, {_percent(figures, 'drop', locale)} {'below' if drop > 0 else 'above'} {mean}"


def _too_little(figures: Figures, locale: str) -> str:
    return f"Too little to compare: {_count(figures, 'mean', locale)} sent a week in the 4 weeks before"


def _seen(figures: Figures, locale: str) -> str:
    return f"{_days(figures)} ago" if int(figures["days"]) else "Within the last day"


def _never(figures: Figures, locale: str) -> str:
    return f"Never, and created {_days(figures)} ago" if int(figures["days"]) else "Never, and created today"


def _delivery(figures: Figures, locale: str) -> str:
    return f"{_percent(figures, 'rate', locale, 1)} over 7 days"


def _delivery_low(figures: Figures, locale: str) -> str:
    return f"{_percent(figures, 'rate', locale, 1)} of {_count(figures, 'sent', locale)} sent in 7 days"


def _of_limit(figures: Figures, locale: str) -> str:
    used, value = _count(figures, "used", locale), _count(figures, "value", locale)
    counted = COUNTED.get(str(figures["limit"]), str(figures["limit"]).replace("_", " "))
    share = int(Decimal(figures["share"]))  # 99.9 % is not yet all; as the limits table says it
    return f"{used} of {value} {counted}, {formats.percent(share, locale, 0)}"


_WORDS: Mapping[Code, Callable[[Figures, str], str]] = {
    Code.PAYMENT_OVERDUE: lambda figures, _: f"An invoice is {_days(figures)} overdue",
    Code.PAYMENT_FAILED: _failed,
    Code.TRIAL_ENDING: _trial,
    Code.PAYMENT_FINE: lambda *_: "Nothing overdue, no failed charge",
    Code.USAGE_DOWN: _against_mean,
    Code.USAGE_STEADY: _against_mean,
    Code.USAGE_TOO_LITTLE: _too_little,
    Code.USAGE_TOO_NEW: lambda figures, _: f"Too new to compare: {_days(figures, 'age')} of {figures['least']}",
    Code.SEEN: _seen,
    Code.NOT_SEEN: lambda figures, _: f"Nobody for {_days(figures)}",
    Code.NEVER_SEEN: _never,
    Code.DELIVERY_LOW: _delivery_low,
    Code.DELIVERY_FINE: _delivery,
    Code.DELIVERY_TOO_LITTLE: lambda figures, locale: f"Too few to rate: {_count(figures, 'sent', locale)} in 7 days",
    Code.LIMIT_REACHED: _of_limit,
    Code.LIMIT_NEAR: _of_limit,
    Code.LIMITS_FINE: _of_limit,
    Code.LIMITS_NONE: lambda *_: "No monthly limit is set",
}
