"""One function decides which limit is in force; 0, −1 and blank each mean their own thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.errors import LimitReached, Refused
from portal.rules.limits import (
    CATALOGUE,
    LARGEST,
    UNLIMITED,
    Effective,
    Limit,
    Override,
    Period,
    Source,
    check,
    effective,
    fits,
    parse,
    share,
)

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_catalogue_is_the_product_s_nine_in_order() -> None:
    assert [limit.value for limit in Limit] == [
        "monthly_messages",
        "daily_messages",
        "numbers",
        "users",
        "contacts",
        "campaigns",
        "broadcasts",
        "extensions",
        "monthly_minutes",
    ]
    assert list(CATALOGUE) == list(Limit)


def test_messages_broadcasts_and_minutes_are_counted_by_the_month() -> None:
    monthly = {limit.value for limit in Limit if CATALOGUE[limit].period is Period.MONTH}
    assert monthly == {"monthly_messages", "broadcasts", "monthly_minutes"}
    assert [limit for limit in Limit if CATALOGUE[limit].period is Period.DAY] == [Limit.DAILY_MESSAGES]


@pytest.mark.parametrize(
    ("text", "value"),
    [(None, None), ("", None), ("  ", None), ("0", 0), ("-1", -1), ("−1", -1), (" 250 ", 250), ("+7", 7), ("007", 7)]
    + [("١٢", 12), (str(LARGEST), LARGEST), ("1,000", 1000), ("12,34,567", 1_234_567), ("1\u202f000 000", 10**6)],
)
def test_blank_is_not_set_zero_is_none_and_minus_one_unlimited(text: str | None, value: int | None) -> None:
    assert parse(text, Limit.NUMBERS) == value


@pytest.mark.parametrize(
    "text",
    ["-2", "-9223372036854775808", str(LARGEST + 1), "9223372036854775808", "1.5", "1e3", "1,5", "1,50", "1.000", "ten"]
    + ["NaN", "--1", "0x10", "1_0", "1\x00", "²", "9" * 1_000_000],
)
def test_anything_else_is_refused_naming_limit_and_what_is_allowed(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(text, Limit.MONTHLY_MINUTES, field="override_monthly_minutes")
    assert refusal.value.field == "override_monthly_minutes"
    assert refusal.value.message.startswith("Call minutes per month: ")
    for words in ("0 for none", "−1 for unlimited", "leave it empty"):
        assert words in refusal.value.message


@given(st.text())
def test_any_text_is_a_figure_or_refused(text: str) -> None:
    try:
        value = parse(text, Limit.USERS)
    except Refused:
        return
    assert value is None or UNLIMITED <= value <= LARGEST


FOREVER, ENDED, ENDING = None, NOW, NOW + SECOND


@pytest.mark.parametrize(
    ("override", "plan", "free", "value", "source"),
    [
        (None, 100, 10, 100, "plan"),
        (None, None, 10, 10, "free plan"),
        (None, None, None, UNLIMITED, "not set"),
        (None, 0, 10, 0, "plan"),  # 0 is a figure, not a blank
        (None, None, 0, 0, "free plan"),
        (None, UNLIMITED, 10, UNLIMITED, "plan"),
        ((500, FOREVER), 100, 10, 500, "override"),
        ((0, FOREVER), 100, 10, 0, "override"),  # an override of 0 never becomes the default
        ((UNLIMITED, FOREVER), 100, 10, UNLIMITED, "override"),
        ((5, FOREVER), UNLIMITED, 10, 5, "override"),  # lower than the plan holds too
        ((500, ENDING), 100, 10, 500, "override"),
        ((500, ENDED), 100, 10, 100, "plan"),  # expired at exactly now
        ((500, NOW - SECOND), None, 10, 10, "free plan"),
        ((0, NOW - SECOND), None, None, UNLIMITED, "not set"),
    ],
)
def test_the_override_goes_first_then_the_plan_then_the_free_plan(
    override: tuple[int, datetime | None] | None, plan: int | None, free: int | None, value: int, source: str
) -> None:
    own = Override(*override) if override else None
    result = effective(Limit.NUMBERS, plan=plan, override=own, free=free, now=NOW)
    assert result == Effective(value, Source(source))
    assert result.unlimited is (value == UNLIMITED)


def test_an_override_expires_at_its_instant_whatever_the_time_zone() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    assert not Override(5, NOW.astimezone(kolkata)).holds(NOW)
    assert Override(5, (NOW + SECOND).astimezone(kolkata)).holds(NOW)


@pytest.mark.parametrize("where", ["plan", "free", "override"])
def test_a_stored_figure_below_minus_one_is_an_error_not_a_limit(where: str) -> None:
    figures = {"plan": None, "free": None, where: -2}
    own = Override(-2) if where == "override" else None
    with pytest.raises(ValueError, match="below"):
        effective(Limit.NUMBERS, plan=figures["plan"], override=own, free=figures["free"], now=NOW)


@pytest.mark.parametrize(
    ("used", "value", "wanted", "room"),
    [
        (0, 0, 1, False),
        (0, 1, 1, True),
        (1, 1, 1, False),
        (9, 10, 1, True),
        (9, 10, 2, False),
        (10**9, UNLIMITED, 10**9, True),
        (20, 10, 0, True),  # lowered below what is used: nothing is removed
        (20, 10, 1, False),
        (0, 0, 0, True),
    ],
)
def test_what_fits_is_what_stays_within_the_figure(used: int, value: int, wanted: int, room: bool) -> None:
    assert fits(used, value, wanted) is room
    in_force = Effective(value, Source.PLAN)
    if room:
        check(Limit.NUMBERS, in_force, used, wanted)
    else:
        with pytest.raises(LimitReached) as refusal:
            check(Limit.NUMBERS, in_force, used, wanted, field="number")
        assert refusal.value.field == "number"


@pytest.mark.parametrize(
    ("used", "value", "part"),
    [(0, 10, "0"), (8, 10, "0.8"), (10, 10, "1"), (15, 10, "1.5"), (5, 0, None), (0, 0, None), (5, UNLIMITED, None)],
)
def test_which_part_is_used(used: int, value: int, part: str | None) -> None:
    assert share(used, value) == (None if part is None else Decimal(part))
