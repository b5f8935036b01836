"""Slots: the same one for everybody, each once, whatever clocks and time zones do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.rules.schedules import Every

HOURLY, DAILY = Every(timedelta(hours=1)), Every(timedelta(days=1), after=timedelta(minutes=10))
QUARTER = Every(timedelta(minutes=15))

CASES = [
    (HOURLY, "2026-11-21T11:00:00", "2026-11-21T11:00:00"),
    (HOURLY, "2026-11-21T11:59:59.999999", "2026-11-21T11:00:00"),
    (HOURLY, "2026-11-21T12:00:00", "2026-11-21T12:00:00"),
    (DAILY, "2026-11-21T00:09:59", "2026-11-20T00:10:00"),
    (DAILY, "2026-11-21T00:10:00", "2026-11-21T00:10:00"),
    (DAILY, "2028-02-29T23:00:00", "2028-02-29T00:10:00"),
    (QUARTER, "2026-12-31T23:59:59", "2026-12-31T23:45:00"),
    (QUARTER, "1969-12-31T23:59:59", "1969-12-31T23:45:00"),
]
# Where clocks change in 2026 or 2027, at midnight, by half an hour, twice around Ramadan, or across the date line.
ZONES = [
    ("Europe/Berlin", "2026-10-25"),
    ("Europe/London", "2027-03-28"),
    ("America/New_York", "2026-11-01"),
    ("America/Santiago", "2026-09-06"),
    ("America/Havana", "2026-11-01"),
    ("America/St_Johns", "2027-03-14"),
    ("Africa/Casablanca", "2027-02-07"),
    ("Africa/Cairo", "2026-10-29"),
    ("Asia/Beirut", "2027-03-28"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Pacific/Auckland", "2027-04-04"),
    ("Antarctica/Troll", "2026-10-25"),
]


@pytest.mark.parametrize(("every", "now", "slot"), CASES)
def test_an_instant_is_in_the_slot_that_began_last(every: Every, now: str, slot: str) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = every.slot(instant)
    assert found == datetime.fromisoformat(slot).replace(tzinfo=UTC)
    assert found <= instant < every.next(instant) == found + every.step


@pytest.mark.parametrize(("timezone", "day"), ZONES)
def test_on_the_day_of_a_change_of_clocks_every_slot_comes_once(timezone: str, day: str) -> None:
    """Asked every minute by a clock that is shown in that time zone: no slot twice, none left out."""
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    minutes = [noon + timedelta(minutes=n) for n in range(-24 * 60, 24 * 60)]
    for every, most in ((HOURLY, 49), (DAILY, 3)):
        shown = [every.slot(minute.astimezone(ZoneInfo(timezone))) for minute in minutes]
        assert shown == sorted(shown)
        begun = sorted(set(shown))
        assert all(later - earlier == every.step for earlier, later in zip(begun, begun[1:], strict=False))
        assert most - 1 <= len(begun) <= most


@pytest.mark.parametrize(
    ("step", "after"), [(timedelta(0), timedelta(0)), (timedelta(hours=7), timedelta(0)), (timedelta(1), timedelta(1))]
)
def test_a_step_that_is_no_even_part_of_a_day_is_refused(step: timedelta, after: timedelta) -> None:
    with pytest.raises(ValueError, match="no even part"):
        Every(step, after)


def test_a_naive_instant_is_in_no_slot() -> None:
    with pytest.raises(ValueError, match="aware"):
        HOURLY.slot(datetime(2026, 11, 21, 11))  # noqa: DTZ001
