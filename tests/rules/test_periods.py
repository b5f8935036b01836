"""Days and months are the workspace's own, also where its clocks jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.errors import Refused
from portal.rules.periods import (
    add_months,
    day_start,
    local_day,
    month_end,
    month_start,
    months_begun,
    utc,
    utc_day,
    zone,
)

KOLKATA = "Asia/Kolkata"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "timezone", "day"),
    [
        ("2026-06-30T18:29:59", KOLKATA, date(2026, 6, 30)),
        ("2026-06-30T18:30:00", KOLKATA, date(2026, 7, 1)),
        ("2026-07-01T03:59:59", "America/New_York", date(2026, 6, 30)),
        ("2026-07-01T00:00:00", "UTC", date(2026, 7, 1)),
        ("2026-06-30T10:00:00", "Pacific/Kiritimati", date(2026, 7, 1)),
    ],
)
def test_the_day_is_that_of_the_time_zone(instant: str, timezone: str, day: date) -> None:
    assert local_day(at(instant), timezone) == day


def test_a_naive_instant_is_never_guessed_at() -> None:
    with pytest.raises(ValueError, match="aware"):
        utc(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    "name", ["", "Asia/Nowhere", "../etc/passwd", "America", "Asia/Kolkata\x00", "/UTC", "x" * 5000]
)
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="no time zone") as refusal:
        zone(name)
    assert refusal.value.field == "timezone"


@pytest.mark.parametrize(
    ("day", "timezone", "start"),
    [
        (date(2026, 7, 1), KOLKATA, "2026-06-30T18:30:00"),
        (date(2026, 3, 30), "Europe/Berlin", "2026-03-29T22:00:00"),  # the day after the change
        (date(2017, 10, 1), "America/Asuncion", "2017-10-01T04:00:00"),  # midnight skipped, on a first
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04T03:00:00"),  # midnight skipped
        (date(1919, 3, 31), "America/Toronto", "1919-03-31T04:30:00"),  # 23:30 → 00:30
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00:00"),  # a day that never was
        (date(2026, 11, 1), "America/Havana", "2026-11-01T04:00:00"),  # midnight twice: the first
    ],
)
def test_a_day_begins_with_its_first_instant_across_every_jump(day: date, timezone: str, start: str) -> None:
    assert day_start(day, timezone) == at(start)
    assert day_start(day, timezone).tzinfo is UTC


def test_a_month_begins_at_local_midnight_of_its_first() -> None:
    assert month_start(at("2026-06-30T18:30:00"), KOLKATA) == at("2026-06-30T18:30:00")
    assert month_start(at("2026-06-30T18:29:59"), KOLKATA) == at("2026-05-31T18:30:00")
    assert month_start(at("2026-04-10T00:00:00"), "Europe/Berlin") == at("2026-03-31T22:00:00")
    assert month_start(at("2026-03-31T00:00:00"), "Europe/Berlin") == at("2026-02-28T23:00:00")
    assert month_start(at("2017-10-15T00:00:00"), "America/Asuncion") == at("2017-10-01T04:00:00")


INSTANTS = st.datetimes(datetime(1900, 1, 3), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(INSTANTS, st.timezone_keys())
def test_a_day_s_start_is_the_first_instant_of_it_in_every_time_zone(instant: datetime, timezone: str) -> None:
    day = local_day(instant, timezone)
    start = day_start(day, timezone)
    assert start <= instant
    assert start.astimezone(ZoneInfo(timezone)).date() == day
    assert (start - timedelta(seconds=1)).astimezone(ZoneInfo(timezone)).date() < day
    assert month_start(instant, timezone) <= start


@pytest.mark.parametrize(
    ("since", "now", "months"),
    [
        ("2026-01-31T12:00:00", "2026-01-31T12:00:00", 1),
        ("2026-01-01T00:00:00", "2026-01-31T18:00:00", 1),
        ("2026-01-31T12:00:00", "2026-02-01T12:00:00", 2),
        ("2025-12-31T12:00:00", "2026-01-01T12:00:00", 2),
        ("2025-01-15T00:00:00", "2026-01-14T00:00:00", 13),
        ("2026-01-31T18:29:59", "2026-01-31T18:30:00", 2),  # midnight in Kolkata
        ("2026-01-31T18:30:00", "2026-02-28T18:29:59", 1),  # a whole February there
        ("2026-03-01T12:00:00", "2026-02-01T12:00:00", 0),
    ],
)
def test_months_begun_count_the_first_and_the_present_one(since: str, now: str, months: int) -> None:
    assert months_begun(at(since), at(now), KOLKATA) == months


def test_months_begun_take_a_day_as_the_time_zone_s_own() -> None:
    assert months_begun(date(2026, 2, 1), at("2026-01-31T18:30:00"), KOLKATA) == 1
    assert months_begun(date(2026, 2, 1), at("2026-01-31T18:29:59"), KOLKATA) == 0


@pytest.mark.parametrize(
    ("day", "n", "result"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_are_added_with_the_month_s_end_clamped(day: date, n: int, result: date) -> None:
    assert add_months(day, n) == result


@pytest.mark.parametrize("n", [12 * 8000, -12 * 2026])
def test_months_beyond_the_calendar_are_an_error(n: int) -> None:
    with pytest.raises(ValueError, match="calendar"):
        add_months(date(2026, 1, 1), n)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 400))
def test_a_series_from_the_first_day_never_drifts(first: date, n: int) -> None:
    day = add_months(first, n)
    assert (day.year * 12 + day.month) - (first.year * 12 + first.month) == n
    assert day.day == first.day or (day.day < first.day and (day + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 12, 14), date(2026, 12, 31)),
        (date(9999, 12, 1), date(9999, 12, 31)),
    ],
)
def test_a_month_ends_on_its_last_day(day: date, last: date) -> None:
    assert month_end(day) == last


def test_the_day_in_utc_is_that_of_no_other_zone() -> None:
    assert utc_day(datetime(2026, 7, 1, 1, tzinfo=ZoneInfo(KOLKATA))) == date(2026, 6, 30)
    with pytest.raises(ValueError, match="aware"):
        utc_day(datetime(2026, 7, 1, 1))  # noqa: DTZ001
