"""Health is the worst rule that holds, each threshold exact, each reason with its figures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.health import Code, Facts, Level, LimitUse, Reason, Rule, Thresholds, assess
from portal.rules.lifecycle import Status
from portal.rules.limits import Limit

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
WELL = Facts(
    status=Status.ACTIVE,
    created_at=NOW - 100 * DAY,
    last_seen_at=NOW - SECOND,
    sent_7_full_days=100,
    mean_weekly_sent_4w_before=Decimal(100),
    sent_7d=100,
    delivered_7d=100,
    limits=(LimitUse(Limit.MONTHLY_MESSAGES, 0, 1000),),
)


def reasons(rule: Rule, thresholds: Thresholds = Thresholds(), **facts: Any) -> list[tuple[str, str]]:  # noqa: B008
    found = assess(replace(WELL, **facts), thresholds, NOW).reasons
    return [(reason.level.value, reason.code.value) for reason in found if reason.rule is rule]


def test_a_workspace_that_is_well_is_good_and_every_rule_says_so() -> None:
    result = assess(WELL, Thresholds(), NOW)
    assert result.level is Level.GOOD
    assert [(reason.rule, reason.level) for reason in result.reasons] == [(rule, Level.GOOD) for rule in Rule]


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.CANCELLED])
def test_what_is_suspended_or_cancelled_has_no_health(status: Status) -> None:
    result = assess(replace(WELL, status=status, oldest_overdue_days=99), Thresholds(), NOW)
    assert (result.level, result.reasons) == (None, ())


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (None, ("good", "payment_fine")),
        (0, ("good", "payment_fine")),
        (1, ("watch", "payment_overdue")),
        (14, ("watch", "payment_overdue")),
        (15, ("risk", "payment_overdue")),
    ],
)
def test_overdue_is_watch_from_the_first_day_and_risk_from_the_fifteenth(
    days: int | None, found: tuple[str, str]
) -> None:
    assert reasons(Rule.PAYMENT, oldest_overdue_days=days) == [found]


@pytest.mark.parametrize(("failed", "level"), [(1, "watch"), (2, "risk"), (9, "risk")])
def test_one_failed_charge_is_watch_and_two_are_risk(failed: int, level: str) -> None:
    assert reasons(Rule.PAYMENT, failed_charges_30d=failed) == [(level, "payment_failed")]


@pytest.mark.parametrize(
    ("left", "status", "order", "found"),
    [
        (3 * DAY, Status.TRIAL, False, ("watch", "trial_ending")),
        (3 * DAY + SECOND, Status.TRIAL, False, ("good", "payment_fine")),
        (-DAY, Status.TRIAL, False, ("watch", "trial_ending")),
        (DAY, Status.TRIAL, True, ("good", "payment_fine")),
        (DAY, Status.ACTIVE, False, ("good", "payment_fine")),
        (None, Status.TRIAL, False, ("good", "payment_fine")),
    ],
)
def test_a_trial_ending_within_three_days_without_an_order_is_watch(
    left: timedelta | None, status: Status, order: bool, found: tuple[str, str]
) -> None:
    ends = None if left is None else NOW + left
    facts = {"trial_ends_at": ends, "status": status, "has_paid_or_pending_order": order}
    assert reasons(Rule.PAYMENT, **facts) == [found]


@pytest.mark.parametrize(
    ("sent", "mean", "age", "found"),
    [
        (61, "100", 35 * DAY, ("good", "usage_steady")),
        (60, "100", 35 * DAY, ("watch", "usage_down")),
        (31, "100", 35 * DAY, ("watch", "usage_down")),
        (30, "100", 35 * DAY, ("risk", "usage_down")),
        (0, "100", 35 * DAY, ("risk", "usage_down")),
        (500, "100", 35 * DAY, ("good", "usage_steady")),
        (0, "50", 35 * DAY, ("risk", "usage_down")),
        (0, "49.75", 35 * DAY, ("good", "usage_too_little")),
        (0, "0", 35 * DAY, ("good", "usage_too_little")),
        (0, "100", 35 * DAY - SECOND, ("good", "usage_too_new")),
        (30, "50.25", 99 * DAY, ("watch", "usage_down")),  # 40.3 %
        (31, "50.25", 99 * DAY, ("good", "usage_steady")),  # 38.3 %
    ],
)
def test_usage_is_measured_against_the_four_weeks_before(
    sent: int, mean: str, age: timedelta, found: tuple[str, str]
) -> None:
    facts = {
        "sent_7_full_days": sent,
        "mean_weekly_sent_4w_before": Decimal(mean),
        "created_at": NOW - age,
        "last_seen_at": NOW,
    }
    assert reasons(Rule.USAGE, **facts) == [found]


@pytest.mark.parametrize(
    ("ago", "level"),
    [
        (timedelta(0), "good"),
        (14 * DAY - SECOND, "good"),
        (14 * DAY, "watch"),
        (30 * DAY - SECOND, "watch"),
        (30 * DAY, "risk"),
        (-5 * DAY, "good"),  # the clock went back
    ],
)
def test_last_seen_is_watch_after_fourteen_days_and_risk_after_thirty(ago: timedelta, level: str) -> None:
    code = "seen" if level == "good" else "not_seen"
    assert reasons(Rule.LAST_SEEN, last_seen_at=NOW - ago) == [(level, code)]
    never = reasons(Rule.LAST_SEEN, last_seen_at=None, created_at=NOW - ago)
    assert never == [(level, "never_seen")]  # counts from created


@pytest.mark.parametrize(
    ("sent", "delivered", "found"),
    [
        (99, 0, ("good", "delivery_too_little")),
        (0, 0, ("good", "delivery_too_little")),
        (100, 90, ("good", "delivery_fine")),
        (100, 89, ("watch", "delivery_low")),
        (100, 75, ("watch", "delivery_low")),
        (100, 74, ("risk", "delivery_low")),
        (10_000, 8_999, ("watch", "delivery_low")),  # 89.99 %: compared before rounding
        (10_000, 7_499, ("risk", "delivery_low")),
    ],
)
def test_delivery_is_watch_below_ninety_per_cent_and_risk_below_seventy_five(
    sent: int, delivered: int, found: tuple[str, str]
) -> None:
    assert reasons(Rule.DELIVERY, sent_7d=sent, delivered_7d=delivered) == [found]


@pytest.mark.parametrize(
    ("used", "value", "found"),
    [
        (79, 100, ("good", "limits_fine")),
        (80, 100, ("watch", "limit_near")),
        (99, 100, ("watch", "limit_near")),
        (100, 100, ("risk", "limit_reached")),
        (250, 100, ("risk", "limit_reached")),
        (7999, 10_000, ("good", "limits_fine")),
        (5, None, ("good", "limits_none")),
        (5, 0, ("good", "limits_none")),
        (5, -1, ("good", "limits_none")),
    ],
)
def test_a_monthly_limit_is_watch_from_eighty_per_cent_and_risk_from_all(
    used: int, value: int | None, found: tuple[str, str]
) -> None:
    assert reasons(Rule.LIMITS, limits=(LimitUse(Limit.MONTHLY_MINUTES, used, value),)) == [found]


def test_limits_that_are_not_monthly_are_not_looked_at() -> None:
    others = set(Limit) - {Limit.MONTHLY_MESSAGES, Limit.BROADCASTS, Limit.MONTHLY_MINUTES}
    full = tuple(LimitUse(limit, 10, 10) for limit in others)
    assert reasons(Rule.LIMITS, limits=full) == [("good", "limits_none")]
    assert reasons(Rule.LIMITS, limits=()) == [("good", "limits_none")]


def test_every_limit_that_is_near_is_named_the_fullest_first() -> None:
    uses = (
        LimitUse(Limit.MONTHLY_MESSAGES, 85, 100),
        LimitUse(Limit.BROADCASTS, 95, 100),
        LimitUse(Limit.MONTHLY_MINUTES, 120, 100),
    )
    found = assess(replace(WELL, limits=uses), Thresholds(), NOW)
    assert found.near_cap == 95, "what is reached is near no more"
    assert assess(replace(WELL, limits=uses[2:]), Thresholds(), NOW).near_cap is None
    assert [reason.figures for reason in found.reasons[:3]] == [
        {"limit": "monthly_minutes", "used": 120, "value": 100, "share": "120.0"},
        {"limit": "broadcasts", "used": 95, "value": 100, "share": "95.0"},
        {"limit": "monthly_messages", "used": 85, "value": 100, "share": "85.0"},
    ]


def test_the_worst_reason_comes_first_and_is_the_level() -> None:
    facts = replace(
        WELL,
        status=Status.TRIAL,
        trial_ends_at=NOW + DAY,
        failed_charges_30d=1,
        last_seen_at=NOW - 31 * DAY,
        limits=(LimitUse(Limit.BROADCASTS, 10, 10),),
    )
    result = assess(facts, Thresholds(), NOW)
    assert result.level is Level.RISK
    assert [(reason.rule.value, reason.level.value) for reason in result.reasons] == [
        ("last_seen", "risk"),
        ("limits", "risk"),
        ("payment", "watch"),
        ("payment", "watch"),
        ("usage", "good"),
        ("delivery", "good"),
    ]


FIGURES = [
    ({"oldest_overdue_days": 3}, Code.PAYMENT_OVERDUE, {"days": 3}),
    ({"failed_charges_30d": 2}, Code.PAYMENT_FAILED, {"failed": 2}),
    (
        {"status": Status.TRIAL, "trial_ends_at": NOW + DAY + SECOND},
        Code.TRIAL_ENDING,
        {"ends_at": "2026-07-01T12:00:01+00:00", "days": 2},
    ),
    (
        {"status": Status.TRIAL, "trial_ends_at": NOW - DAY},
        Code.TRIAL_ENDING,
        {"ends_at": "2026-06-29T12:00:00+00:00", "days": 0},
    ),
    ({}, Code.PAYMENT_FINE, {}),
    ({"sent_7_full_days": 55}, Code.USAGE_DOWN, {"sent": 55, "mean": "100.0", "drop": "45.0"}),
    ({"sent_7_full_days": 150}, Code.USAGE_STEADY, {"sent": 150, "mean": "100.0", "drop": "-50.0"}),
    ({"mean_weekly_sent_4w_before": Decimal("12.25")}, Code.USAGE_TOO_LITTLE, {"mean": "12.3", "least": 50}),
    ({"created_at": NOW - 5 * DAY}, Code.USAGE_TOO_NEW, {"age": 5, "least": 35}),
    ({"last_seen_at": NOW - 20 * DAY}, Code.NOT_SEEN, {"days": 20}),
    ({"last_seen_at": NOW - 2 * DAY}, Code.SEEN, {"days": 2}),
    ({"last_seen_at": None}, Code.NEVER_SEEN, {"days": 100}),
    ({"delivered_7d": 70}, Code.DELIVERY_LOW, {"sent": 100, "delivered": 70, "rate": "70.0"}),
    ({}, Code.DELIVERY_FINE, {"sent": 100, "delivered": 100, "rate": "100.0"}),
    ({"sent_7d": 9}, Code.DELIVERY_TOO_LITTLE, {"sent": 9, "least": 100}),
    ({}, Code.LIMITS_FINE, {"limit": "monthly_messages", "used": 0, "value": 1000, "share": "0.0"}),
    ({"limits": ()}, Code.LIMITS_NONE, {}),
]


@pytest.mark.parametrize(("facts", "code", "figures"), FIGURES)
def test_a_reason_has_the_figures_for_its_sentence(
    facts: dict[str, Any], code: Code, figures: dict[str, int | str]
) -> None:
    found = assess(replace(WELL, **facts), Thresholds(), NOW).reasons
    assert [reason.figures for reason in found if reason.code is code] == [figures]


FACTS = st.builds(
    Facts,
    status=st.sampled_from(Status),
    created_at=st.datetimes(timezones=st.just(UTC)),
    last_seen_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    oldest_overdue_days=st.none() | st.integers(0, 400),
    failed_charges_30d=st.integers(0, 5),
    trial_ends_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    has_paid_or_pending_order=st.booleans(),
    sent_7_full_days=st.integers(0, 10**9),
    mean_weekly_sent_4w_before=st.integers(0, 4 * 10**9).map(lambda total: Decimal(total) / 4),
    sent_7d=st.integers(0, 10**9),
    delivered_7d=st.integers(0, 10**9),
    limits=st.lists(
        st.builds(LimitUse, st.sampled_from(Limit), st.integers(0, 10**9), st.none() | st.integers(-1, 10**9))
    ).map(tuple),
)


@given(FACTS)
def test_whatever_the_facts_the_level_is_the_worst_and_every_rule_speaks_and_json_keeps_it(facts: Facts) -> None:
    result = assess(facts, Thresholds(), NOW)
    if facts.status in (Status.SUSPENDED, Status.CANCELLED):
        assert result.level is None
        return
    assert {reason.rule for reason in result.reasons} == set(Rule)
    order = [list(Level).index(reason.level) for reason in result.reasons]
    assert order == sorted(order, reverse=True)
    assert result.level is result.reasons[0].level
    stored = json.dumps([reason.as_json() for reason in result.reasons])
    assert tuple(Reason.from_json(each) for each in json.loads(stored)) == result.reasons


def test_a_stored_reason_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="mapping"):
        Reason.from_json({"rule": "usage", "level": "good", "code": "seen", "figures": []})
    with pytest.raises(ValueError, match="nonsense"):
        Reason.from_json({"rule": "nonsense", "level": "good", "code": "seen", "figures": {}})


@pytest.mark.parametrize(
    ("rule", "thresholds", "facts", "level"),
    [
        (Rule.PAYMENT, Thresholds(overdue_watch_days=5), {"oldest_overdue_days": 4}, "good"),
        (Rule.PAYMENT, Thresholds(overdue_risk_days=4), {"oldest_overdue_days": 4}, "risk"),
        (Rule.PAYMENT, Thresholds(failed_charges_watch=2, failed_charges_risk=3), {"failed_charges_30d": 1}, "good"),
        (
            Rule.PAYMENT,
            Thresholds(trial_ends_within_days=7),
            {"status": Status.TRIAL, "trial_ends_at": NOW + 7 * DAY},
            "watch",
        ),
        (Rule.USAGE, Thresholds(usage_watch_drop=10), {"sent_7_full_days": 90}, "watch"),
        (Rule.USAGE, Thresholds(usage_risk_drop=50), {"sent_7_full_days": 50}, "risk"),
        (Rule.USAGE, Thresholds(usage_least_weekly_mean=101), {"sent_7_full_days": 0}, "good"),
        (Rule.USAGE, Thresholds(usage_least_age_days=101), {"sent_7_full_days": 0}, "good"),
        (Rule.LAST_SEEN, Thresholds(seen_watch_days=2), {"last_seen_at": NOW - 2 * DAY}, "watch"),
        (Rule.LAST_SEEN, Thresholds(seen_risk_days=20), {"last_seen_at": NOW - 20 * DAY}, "risk"),
        (Rule.DELIVERY, Thresholds(delivery_least_sent=101), {"delivered_7d": 0}, "good"),
        (Rule.DELIVERY, Thresholds(delivery_watch_below=95), {"delivered_7d": 94}, "watch"),
        (Rule.DELIVERY, Thresholds(delivery_risk_below=85), {"delivered_7d": 84}, "risk"),
        (Rule.LIMITS, Thresholds(limit_watch_share=50), {"limits": (LimitUse(Limit.BROADCASTS, 5, 10),)}, "watch"),
        (Rule.LIMITS, Thresholds(limit_risk_share=50), {"limits": (LimitUse(Limit.BROADCASTS, 5, 10),)}, "risk"),
    ],
)
def test_every_threshold_can_be_changed_in_settings(
    rule: Rule, thresholds: Thresholds, facts: dict[str, Any], level: str
) -> None:
    assert reasons(rule, thresholds, **facts)[0][0] == level
