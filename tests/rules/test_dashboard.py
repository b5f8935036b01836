"""Windows: what is compared with what, and what the charts' steps are."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.dashboard import Days, Span, Window, days, instants, spans, steps

NOW = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)  # a Saturday
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize("window", Window)
def test_the_window_before_is_as_long_and_ends_where_this_one_begins(window: Window) -> None:
    present, before = spans(window, NOW)
    assert before.until == present.since
    assert present.until - present.since == before.until - before.since == timedelta(days=window.days)
    assert present.since <= NOW - timedelta(days=window.days) + timedelta(seconds=1)
    assert present.until > NOW  # what happens at this very instant is in it


@given(INSTANTS, INSTANTS)
def test_whole_days_and_edges_are_all_of_a_span_and_nothing_twice(one: datetime, other: datetime) -> None:
    span = Span(min(one, other), max(one, other))
    head, tail = span.edges
    first, behind = (datetime.combine(day, datetime.min.time(), UTC) for day in span.whole_days)
    whole = behind - first
    assert (head.until - head.since) + whole + (tail.until - tail.since) == span.until - span.since
    if whole:
        assert (span.since, span.until) == (head.since, tail.until)
        assert (head.until, tail.since) == (first, behind)


def test_messages_are_counted_by_the_day_of_the_platform() -> None:
    late = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)  # the 22nd in Kolkata
    present, before = days(Window.WEEK, late, "Asia/Kolkata")
    assert present == Days(date(2026, 11, 16), date(2026, 11, 22))
    assert before == Days(date(2026, 11, 9), date(2026, 11, 15))
    assert days(Window.DAY, NOW, "UTC") == (Days(*[date(2026, 11, 21)] * 2), Days(*[date(2026, 11, 20)] * 2))


@pytest.mark.parametrize(
    ("window", "first", "last_first", "count"),
    [
        (Window.DAY, date(2026, 11, 15), date(2026, 11, 21), 7),
        (Window.MONTH, date(2026, 9, 28), date(2026, 11, 16), 8),
        (Window.QUARTER, date(2026, 8, 24), date(2026, 11, 16), 13),
        (Window.YEAR, date(2025, 12, 1), date(2026, 11, 1), 12),
    ],
)
def test_steps_follow_each_other_up_to_today(window: Window, first: date, last_first: date, count: int) -> None:
    found = steps(window, NOW.date())
    assert (len(found), found[0].first, found[-1]) == (count, first, Days(last_first, NOW.date()))
    assert all(left.last + timedelta(days=1) == right.first for left, right in zip(found, found[1:], strict=False))


def test_a_step_has_the_instants_of_its_time_zone() -> None:
    assert instants(Days(date(2026, 11, 21), date(2026, 11, 21)), "Asia/Kolkata") == Span(
        datetime(2026, 11, 20, 18, 30, tzinfo=UTC), datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
    )


def test_an_unknown_window_is_30_days() -> None:
    assert [Window.of(key) for key in ("1y", None, "", "30 d", "2y")] == [Window.YEAR, *[Window.MONTH] * 4]
