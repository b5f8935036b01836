"""Time counts towards a purge only where it was watched."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.rules.lifecycle import PURGE_AFTER
from portal.rules.purging import Span, may_purge, watched

CLOSED = datetime(2026, 3, 1, 12, tzinfo=UTC)  # the clocks of Europe and America change within the 90 days
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def days(*pairs: tuple[float, float]) -> list[Span]:
    return [Span(CLOSED + first * DAY, CLOSED + last * DAY) for first, last in pairs]


@pytest.mark.parametrize(
    ("spans", "now", "may"),
    [
        ([(0, 90)], 90, True),
        ([(-400, 400)], 90, True),
        ([(0, 90)], 90 - 1 / 1440, False),
        ([], 90, False),
        ([(0, 0), (91, 91)], 91, False),  # the clock was set forward
        ([(0, 89), (180, 181)], 181, True),  # and then the rest was watched
        ([(0, 89), (180, 181)], 180.9, False),
        ([(0, 40), (45, 90)], 90, False),  # five days off
        ([(0, 40), (45, 95)], 95, True),
        ([(-50, -1), (0.5, 90)], 90.5, False),  # what was before it was closed counts for nothing
    ],
)
def test_90_days_have_passed_by_the_clock_and_were_watched(
    spans: list[tuple[float, float]], now: float, may: bool
) -> None:
    assert may_purge(CLOSED, CLOSED + now * DAY, days(*spans)) is may


def test_what_is_open_is_never_purged() -> None:
    assert not may_purge(None, CLOSED + 400 * DAY, days((0, 400)))


def test_a_minute_is_missed() -> None:
    assert (
        watched(CLOSED, CLOSED + PURGE_AFTER, [Span(CLOSED + MINUTE, CLOSED + 2 * PURGE_AFTER)]) == PURGE_AFTER - MINUTE
    )
