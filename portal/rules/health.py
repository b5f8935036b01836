"""A workspace's health: Good, Watch or Risk, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from portal.rules.lifecycle import Status
from portal.rules.limits import CATALOGUE, Limit, Period
from portal.rules.periods import utc


class Level(StrEnum):
    """From best to worst."""

    GOOD = "good"
    WATCH = "watch"
    RISK = "risk"


class Rule(StrEnum):
    """What is looked at, in the order in which reasons of the same level are shown."""

    PAYMENT = "payment"
    USAGE = "usage"
    LAST_SEEN = "last_seen"
    DELIVERY = "delivery"
    LIMITS = "limits"


class Code(StrEnum):
    """What was found: one sentence each, with the figures named behind it."""

    PAYMENT_OVERDUE = "payment_overdue"  # days
    PAYMENT_FAILED = "payment_failed"  # failed
    TRIAL_ENDING = "trial_ending"  # ends_at (ISO 8601, UTC), days (begun ones, 0: it is over)
    PAYMENT_FINE = "payment_fine"
    USAGE_DOWN = "usage_down"  # sent, mean, drop (per cent)
    USAGE_STEADY = "usage_steady"  # sent, mean, drop (negative: grown)
    USAGE_TOO_LITTLE = "usage_too_little"  # mean, least
    USAGE_TOO_NEW = "usage_too_new"  # age, least (days)
    SEEN = "seen"  # days
    NOT_SEEN = "not_seen"  # days
    NEVER_SEEN = "never_seen"  # days since created
    DELIVERY_LOW = "delivery_low"  # sent, delivered, rate (per cent)
    DELIVERY_FINE = "delivery_fine"  # sent, delivered, rate
    DELIVERY_TOO_LITTLE = "delivery_too_little"  # sent, least
    LIMIT_REACHED = "limit_reached"  # limit, used, value, share (per cent)
    LIMIT_NEAR = "limit_near"  # limit, used, value, share
    LIMITS_FINE = "limits_fine"  # limit, used, value, share: of the fullest
    LIMITS_NONE = "limits_none"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All figures of the rules; these are the defaults, and the owner edits them in Settings.
    Days are of 24 h, drops and rates and shares in per cent, sent in messages."""

    overdue_watch_days: int = 1
    overdue_risk_days: int = 15
    failed_charges_watch: int = 1
    failed_charges_risk: int = 2
    trial_ends_within_days: int = 3
    usage_least_weekly_mean: int = 50
    usage_least_age_days: int = 35
    usage_watch_drop: int = 40
    usage_risk_drop: int = 70
    seen_watch_days: int = 14
    seen_risk_days: int = 30
    delivery_least_sent: int = 100
    delivery_watch_below: int = 90
    delivery_risk_below: int = 75
    limit_watch_share: int = 80
    limit_risk_share: int = 100


@dataclass(frozen=True, slots=True)
class LimitUse:
    """What is used of a limit; `value` is the effective one (None, 0 and −1 are skipped)."""

    limit: Limit
    used: int
    value: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. Instants aware UTC.

    `oldest_overdue_days`: of the organization's oldest overdue invoice, None without one.
    `failed_charges_30d`: orders failed in the last 30 days. `sent_7_full_days`: the last 7
    whole days, today excluded. `mean_weekly_sent_4w_before`: the sum of the 28 days before
    those, ÷ 4, exact. `sent_7d` and `delivered_7d` (read ones included): today and the 6
    days before. `limits`: any limits; only monthly ones are looked at.
    """

    status: Status
    created_at: datetime
    last_seen_at: datetime | None = None
    oldest_overdue_days: int | None = None
    failed_charges_30d: int = 0
    trial_ends_at: datetime | None = None
    has_paid_or_pending_order: bool = False
    sent_7_full_days: int = 0
    mean_weekly_sent_4w_before: Decimal = Decimal(0)
    sent_7d: int = 0
    delivered_7d: int = 0
    limits: tuple[LimitUse, ...] = ()


Figures = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding: enough to print a sentence in any locale, and fit for JSON."""

    rule: Rule
    level: Level
    code: Code
    figures: Figures = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Plain texts and numbers, as stored in `health_reasons`."""
        return {
            "rule": self.rule.value,
            "level": self.level.value,
            "code": self.code.value,
            "figures": dict(self.figures),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Reason:
        """The reason that `as_json` gave. ValueError or KeyError if it is no such thing."""
        figures = stored["figures"]
        if not isinstance(figures, Mapping):
            raise ValueError("figures must be a mapping")
        return cls(
            Rule(str(stored["rule"])),
            Level(str(stored["level"])),
            Code(str(stored["code"])),
            dict(figures),
        )


@dataclass(frozen=True, slots=True)
class Assessment:
    """`level` is the worst of the reasons; None ("—") with no reasons where the status has no
    health. Every rule has at least one reason, also when good or not applicable."""

    level: Level | None
    reasons: tuple[Reason, ...]

    @property
    def near_cap(self) -> int | None:
        """How many per cent are used of the fullest monthly limit that is nearly reached; None where none is."""
        near = (Decimal(str(each.figures["share"])) for each in self.reasons if each.code is Code.LIMIT_NEAR)
        return max((int(share) for share in near), default=None)


RATED = frozenset({Status.TRIAL, Status.ACTIVE})
"""The statuses that have a health."""

_LEVELS = tuple(Level)
_RULES = tuple(Rule)
_DAY = timedelta(days=1)


def assess(facts: Facts, thresholds: Thresholds, now: datetime) -> Assessment:
    """The health of a workspace at `now`; reasons worst first, then in the order of Rule."""
    if facts.status not in RATED:
        return Assessment(None, ())
    reasons = [
        *_payment(facts, thresholds, now),
        _usage(facts, thresholds, now),
        _last_seen(facts, thresholds, now),
        _delivery(facts, thresholds),
        *_limits(facts.limits, thresholds),
    ]
    reasons.sort(key=lambda r: (-_LEVELS.index(r.level), _RULES.index(r.rule)))
    return Assessment(reasons[0].level, tuple(reasons))


def limit_level(percent: Decimal | int, at: Thresholds) -> Level | None:
    """How a limit is rated of which so many per cent are used: Watch, Risk, or None below both."""
    return _at_least(percent, at.limit_watch_share, at.limit_risk_share)


def _payment(facts: Facts, at: Thresholds, now: datetime) -> Iterable[Reason]:
    found: list[Reason] = []
    days = facts.oldest_overdue_days or 0
    if level := _at_least(days, at.overdue_watch_days, at.overdue_risk_days):
        found.append(Reason(Rule.PAYMENT, level, Code.PAYMENT_OVERDUE, {"days": days}))
    failed = facts.failed_charges_30d
    if level := _at_least(failed, at.failed_charges_watch, at.failed_charges_risk):
        found.append(Reason(Rule.PAYMENT, level, Code.PAYMENT_FAILED, {"failed": failed}))
    if facts.status is Status.TRIAL and facts.trial_ends_at and not facts.has_paid_or_pending_order:
        ends = utc(facts.trial_ends_at)
        left = ends - utc(now)
        if left <= at.trial_ends_within_days * _DAY:
            figures: Figures = {"ends_at": ends.isoformat(), "days": max(0, -(-left // _DAY))}
            found.append(Reason(Rule.PAYMENT, Level.WATCH, Code.TRIAL_ENDING, figures))
    return found or [Reason(Rule.PAYMENT, Level.GOOD, Code.PAYMENT_FINE)]


def _usage(facts: Facts, at: Thresholds, now: datetime) -> Reason:
    sent, mean = facts.sent_7_full_days, facts.mean_weekly_sent_4w_before
    age = (utc(now) - utc(facts.created_at)) // _DAY
    if age < at.usage_least_age_days:
        too_new: Figures = {"age": max(0, age), "least": at.usage_least_age_days}
        return Reason(Rule.USAGE, Level.GOOD, Code.USAGE_TOO_NEW, too_new)
    if mean <= 0 or mean < at.usage_least_weekly_mean:
        little: Figures = {"mean": _decimal(mean), "least": at.usage_least_weekly_mean}
        return Reason(Rule.USAGE, Level.GOOD, Code.USAGE_TOO_LITTLE, little)
    drop = (mean - sent) * 100 / mean
    figures: Figures = {"sent": sent, "mean": _decimal(mean), "drop": _decimal(drop)}
    level = _at_least(drop, at.usage_watch_drop, at.usage_risk_drop)
    if level is None:
        return Reason(Rule.USAGE, Level.GOOD, Code.USAGE_STEADY, figures)
    return Reason(Rule.USAGE, level, Code.USAGE_DOWN, figures)


def _last_seen(facts: Facts, at: Thresholds, now: datetime) -> Reason:
    # Never seen counts from created. A clock that went back must not give negative days.
    since = utc(facts.last_seen_at or facts.created_at)
    days = max(0, (utc(now) - since) // _DAY)
    level = _at_least(days, at.seen_watch_days, at.seen_risk_days)
    code = Code.SEEN if level is None else Code.NOT_SEEN
    if facts.last_seen_at is None:
        code = Code.NEVER_SEEN
    return Reason(Rule.LAST_SEEN, level or Level.GOOD, code, {"days": days})


def _delivery(facts: Facts, at: Thresholds) -> Reason:
    sent, delivered = facts.sent_7d, facts.delivered_7d
    if sent <= 0 or sent < at.delivery_least_sent:
        little: Figures = {"sent": sent, "least": at.delivery_least_sent}
        return Reason(Rule.DELIVERY, Level.GOOD, Code.DELIVERY_TOO_LITTLE, little)
    rate = Decimal(delivered) * 100 / sent
    figures: Figures = {"sent": sent, "delivered": delivered, "rate": _decimal(rate)}
    if rate < at.delivery_risk_below:
        return Reason(Rule.DELIVERY, Level.RISK, Code.DELIVERY_LOW, figures)
    if rate < at.delivery_watch_below:
        return Reason(Rule.DELIVERY, Level.WATCH, Code.DELIVERY_LOW, figures)
    return Reason(Rule.DELIVERY, Level.GOOD, Code.DELIVERY_FINE, figures)


def _limits(uses: Iterable[LimitUse], at: Thresholds) -> Iterable[Reason]:
    shares: list[tuple[Decimal, LimitUse]] = [
        (Decimal(use.used) * 100 / use.value, use)
        for use in uses
        if use.value is not None and use.value > 0 and CATALOGUE[use.limit].period is Period.MONTH
    ]
    if not shares:
        return [Reason(Rule.LIMITS, Level.GOOD, Code.LIMITS_NONE)]
    shares.sort(key=lambda pair: -pair[0])
    found = []
    for percent, use in shares:
        level = limit_level(percent, at)
        if level is not None:
            code = Code.LIMIT_REACHED if level is Level.RISK else Code.LIMIT_NEAR
            found.append(Reason(Rule.LIMITS, level, code, _of_limit(percent, use)))
    fullest = Reason(Rule.LIMITS, Level.GOOD, Code.LIMITS_FINE, _of_limit(*shares[0]))
    return found or [fullest]


def _of_limit(percent: Decimal, use: LimitUse) -> Figures:
    return {
        "limit": use.limit.value,
        "used": use.used,
        "value": use.value or 0,
        "share": _decimal(percent),
    }


def _at_least(figure: Decimal | int, watch: int, risk: int) -> Level | None:
    if figure >= risk:
        return Level.RISK
    return Level.WATCH if figure >= watch else None


def _decimal(value: Decimal) -> str:
    """One decimal for the reader. The rules compare the exact figure, never this one."""
    return str(value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))
