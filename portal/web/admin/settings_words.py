"""The platform's settings in words: fields, sections, and what a change would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.operations.platform_drafts import RATE
from portal.operations.platform_previews import Converted, Moves, Preview
from portal.rules.editing import Value
from portal.rules.platform import threshold_field
from portal.web import formats
from portal.web.admin import workspace_choices as choices
from portal.web.formats import counted
from portal.web.health_words import LEVELS

FLAGS = frozenset({"tell_impersonated_owner"})
LABELS = {
    "brand": "Name of the platform",
    "timezone": "Time zone",
    "grace_days": "Days of grace",
    "tell_impersonated_owner": "Tell an impersonated owner by e-mail",
    "default_timezone": "Time zone",
    "default_currency": "Currency",
    "default_cnam": "Caller name (CNAM)",
    "default_suspension_behaviour": "At the spend cap",
    "trial_days": "Trial, in days",
    "default_plan": "Plan",
    "default_rate_card": "Rate card",
}
THRESHOLDS: Sequence[tuple[str, str, Mapping[str, str]]] = (
    (
        "Payment",
        "Invoices that are overdue, charges that failed in 30 days, trials that end without an order.",
        {
            "overdue_watch_days": "Overdue, Watch from day",
            "overdue_risk_days": "Overdue, Risk from day",
            "failed_charges_watch": "Failed charges, Watch from",
            "failed_charges_risk": "Failed charges, Risk from",
            "trial_ends_within_days": "Trial, Watch from days left",
        },
    ),
    (
        "Usage",
        "The last 7 full days against the weekly mean of the 4 weeks before.",
        {
            "usage_watch_drop": "Drop, Watch from per cent",
            "usage_risk_drop": "Drop, Risk from per cent",
            "usage_least_weekly_mean": "From so many messages a week",
            "usage_least_age_days": "From an age of so many days",
        },
    ),
    (
        "Last seen",
        "Days since one of its people was there.",
        {"seen_watch_days": "Watch from day", "seen_risk_days": "Risk from day"},
    ),
    (
        "Delivery",
        "What was delivered of what was sent in 7 days.",
        {
            "delivery_watch_below": "Watch below per cent",
            "delivery_risk_below": "Risk below per cent",
            "delivery_least_sent": "From so many messages sent",
        },
    ),
    (
        "Limits",
        "What a month has used of a limit.",
        {"limit_watch_share": "Watch from per cent", "limit_risk_share": "Risk from per cent"},
    ),
)
"""Each rule of health: its title, what it looks at, and its thresholds with their labels."""

_OF_THRESHOLDS = {
    threshold_field(name): f"{title}: {label}" for title, _, names in THRESHOLDS for name, label in names.items()
}


@dataclass(frozen=True, slots=True)
class Rated:
    """What other thresholds would do: a sentence, and a row for each way from one level to another."""

    said: str
    rows: tuple[tuple[str, str, str, str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A currency whose rate would change, its MRR and what that is in the reporting currency: texts."""

    currency: str
    workspaces: str
    own: str
    before: str
    after: str


def label_of(name: str) -> str:
    """What a field is called."""
    rate = RATE.fullmatch(name)
    return f"Rate of {rate[1]}" if rate else _OF_THRESHOLDS.get(name) or LABELS[name]


def said(name: str, value: Value) -> str:
    """A field's value as people read it."""
    if name in FLAGS:
        return "Yes" if value else "No"
    known = dict(choices.AT_CAP) if name == "default_suspension_behaviour" else {}
    return known.get(str(value), str(value)) or formats.NONE


def rated(moves: Moves | None, locale: str) -> Rated | None:
    """What other thresholds would do; None where they stay."""
    if moves is None:
        return None
    changed, every = formats.number(moves.changed, locale), counted(moves.total, "workspace")
    told = f"{changed} of {every} would be rated otherwise."
    if not moves.exact:
        told = f"About {told} {formats.number(moves.looked_at, locale)} were looked at."
    order = list(LEVELS)
    ways = sorted(moves.found, key=lambda way: (order.index(way[0]), order.index(way[1])))
    rows = []
    for was, will in ways:
        count = moves.likely(moves.found[was, will])
        rows.append((was.value, LEVELS[was], will.value, LEVELS[will], count, formats.number(count, locale)))
    return Rated(told, tuple(rows))


def exchanged(found: Preview, locale: str) -> list[Exchanged]:
    """What other exchange rates would do."""
    reporting = found.before.reporting_currency
    return [_exchanged(each, reporting, locale) for each in found.converted]


def _exchanged(each: Converted, reporting: str, locale: str) -> Exchanged:
    def shown(minor: int | None) -> str:
        return "No rate" if minor is None else formats.money(minor, reporting, locale, whole=True)

    return Exchanged(
        each.currency,
        formats.number(each.workspaces, locale),
        formats.money(each.minor, each.currency, locale, whole=True),
        shown(each.before),
        shown(each.after),
    )
