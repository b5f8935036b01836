"""MRR, lifetime value, discounts and rates, exactly as the product states them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.lifecycle import Status
from portal.rules.pricing import (
    DEFAULT_TIERS,
    Cycle,
    Subscription,
    discount,
    lifetime_value,
    months_of,
    mrr,
    percent,
    percent_change,
)


def sub(
    cycle: str = "monthly",
    price: int | None = 1000,
    *,
    status: str = "active",
    plan: bool = True,
    custom: tuple[int | None, int | None] = (None, None),
    child: int | None = None,
    is_child: bool = False,
) -> Subscription:
    return Subscription(
        status=Status(status),
        plan_chosen=plan,
        cycle=Cycle(cycle),
        price_minor=price,
        custom_amount_minor=custom[0],
        custom_months=custom[1],
        is_child=is_child or child is not None,
        child_fee_minor=child,
    )


@pytest.mark.parametrize(
    ("subscription", "result"),
    [
        (sub("monthly", 2_400_000), 2_400_000),
        (sub("quarterly", 1000), 333),
        (sub("quarterly", 1001), 334),  # 333.67
        (sub("annual", 100), 8),  # 8.33
        (sub("annual", 30), 3),  # 2.5: half up
        (sub("annual", 18), 2),  # 1.5
        (sub("annual", 6), 1),  # 0.5
        (sub("annual", 5), 0),
        (sub("monthly", 0), 0),
        (sub("monthly", None), 0),
        (sub("custom", 999, custom=(1000, 24)), 42),  # its own amount, not the plan's price
        (sub("custom", 999, custom=(12, 24)), 1),  # 0.5: half up
        (sub("custom", 999, custom=(None, 24)), 0),
        (sub("custom", 999, custom=(1000, None)), 0),
        (sub("trial", 1000), 0),
        (sub("monthly", 1000, plan=False), 0),
        (sub("custom", None, custom=(1000, 1), plan=False), 0),
        (sub("monthly", 1000, status="trial"), 0),
        (sub("monthly", 1000, status="suspended"), 0),
        (sub("monthly", 1000, status="cancelled"), 0),
        (sub("monthly", 1000, child=300), 300),
        (sub("annual", 12_000, child=300), 300),  # the fee is monthly, whatever the cycle
        (sub("monthly", 1000, child=0), 0),
        (sub("monthly", 1000, is_child=True), 0),  # a primary's plan without a fee
        (sub("custom", 1000, custom=(600, 2), child=300), 300),  # 600 ÷ 2
        (sub("custom", 1000, custom=(1200, 2), child=300), 600),
        (sub("trial", 1000, child=300), 0),
        (sub("monthly", 1000, child=300, status="suspended"), 0),
        (sub("monthly", 1000, child=300, plan=False), 0),
    ],
)
def test_mrr_is_what_the_product_says(subscription: Subscription, result: int) -> None:
    assert mrr(subscription) == result


@pytest.mark.parametrize(("cycle", "months"), [("monthly", 1), ("quarterly", 3), ("annual", 12), ("trial", None)])
def test_a_cycle_has_its_months_whatever_the_custom_ones(cycle: str, months: int | None) -> None:
    assert months_of(Cycle(cycle), 7) == months


def test_a_custom_cycle_has_its_own_months() -> None:
    assert months_of(Cycle.CUSTOM, 7) == 7
    assert months_of(Cycle.CUSTOM) is None


@pytest.mark.parametrize("months", [0, -1])
def test_a_custom_cycle_without_a_month_is_an_error(months: int) -> None:
    with pytest.raises(ValueError, match="at least one month"):
        mrr(sub("custom", custom=(1000, months)))


@given(st.integers(0, 10**15), st.integers(1, 120))
def test_mrr_is_never_further_than_half_a_minor_unit_from_the_truth(amount: int, months: int) -> None:
    result = mrr(sub("custom", custom=(amount, months)))
    assert -months < 2 * (amount - result * months) <= months or 2 * (result * months - amount) == months
    assert 2 * (amount - result * months) < months  # a half goes up


@pytest.mark.parametrize(
    ("activated", "now", "value"),
    [
        (date(2026, 6, 30), "2026-06-30T12:00", 500),
        (date(2026, 6, 1), "2026-06-30T18:29", 500),
        (date(2026, 6, 1), "2026-06-30T18:30", 1000),  # July has begun in Kolkata
        (date(2025, 7, 31), "2026-06-30T12:00", 6000),
        (date(2026, 7, 2), "2026-06-30T12:00", 0),
        (None, "2026-06-30T12:00", 0),
    ],
)
def test_lifetime_value_is_mrr_times_the_months_begun(activated: date | None, now: str, value: int) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert lifetime_value(500, activated, instant, "Asia/Kolkata") == value


TIERS = ((100_000, Decimal(25)), (1_000, Decimal("5.5")), (10_000, Decimal(10)))


@pytest.mark.parametrize(
    ("pooled", "result"),
    [(0, "0"), (1_000, "0"), (1_001, "5.5"), (10_000, "5.5"), (10_001, "10"), (100_000, "10"), (100_001, "25")],
)
def test_the_discount_is_that_of_the_highest_tier_strictly_exceeded(pooled: int, result: str) -> None:
    assert discount(TIERS, pooled) == Decimal(result)


def test_the_highest_tier_counts_even_where_a_lower_one_gives_more() -> None:
    assert discount([(10, Decimal(50)), (20, Decimal(5))], 21) == Decimal(5)


def test_a_new_plan_gives_a_quarter_off_above_a_hundred_thousand() -> None:
    assert discount(DEFAULT_TIERS, 100_001) == Decimal(25)
    assert discount(DEFAULT_TIERS, 100_000) == 0
    assert discount((), 10**9) == 0


@pytest.mark.parametrize(
    ("part", "whole", "result"),
    [
        (171, 214, "79.9"),
        (1, 8, "12.5"),
        (1, 2000, "0.1"),
        (1, 2001, "0.0"),
        (3, 3, "100.0"),
        (0, 5, "0.0"),
        (0, 0, None),
    ]
    + [(5, 0, None), (9995, 10000, "100.0"), (1, 3, "33.3"), (2, 3, "66.7")],
)
def test_per_cent_has_one_decimal_half_up_and_none_at_zero(part: int, whole: int, result: str | None) -> None:
    assert (None if (value := percent(part, whole)) is None else str(value)) == result


@pytest.mark.parametrize(
    ("present", "before", "result"),
    [(150, 100, "50.0"), (50, 100, "-50.0"), (100, 100, "0.0"), (0, 7, "-100.0"), (7, 0, None), (0, 0, None)]
    + [(-50, -100, "50.0"), (2001, 2000, "0.1"), (1999, 2000, "-0.1")],
)
def test_a_change_is_against_the_window_before(present: int, before: int, result: str | None) -> None:
    assert (None if (value := percent_change(present, before)) is None else str(value)) == result
