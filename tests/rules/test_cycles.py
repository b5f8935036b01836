"""When the next billing cycle begins."""

from datetime import date

import pytest

from portal.rules.pricing import next_cycle_on


@pytest.mark.parametrize(
    ("first", "months", "today", "following"),
    [
        (date(2026, 11, 2), 1, date(2026, 11, 21), date(2026, 12, 2)),
        (date(2026, 11, 21), 1, date(2026, 11, 21), date(2026, 12, 21)),
        (date(2026, 11, 22), 1, date(2026, 11, 21), date(2026, 11, 22)),
        (date(2027, 3, 1), 12, date(2026, 11, 21), date(2027, 3, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 27), date(2026, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28), date(2026, 3, 31)),
        (date(2024, 2, 29), 12, date(2026, 11, 21), date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2028, 2, 28), date(2028, 2, 29)),
        (date(2026, 8, 10), 3, date(2026, 11, 9), date(2026, 11, 10)),
        (date(2026, 8, 10), 3, date(2026, 11, 10), date(2027, 2, 10)),
        (date(2024, 11, 30), 5, date(2026, 11, 21), date(2026, 12, 30)),
    ],
)
def test_the_next_cycle_begins_after_today(first: date, months: int, today: date, following: date) -> None:
    assert next_cycle_on(first, months, today) == following
