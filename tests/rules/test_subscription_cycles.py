"""When subscription cycles begin, and what each costs."""

from datetime import date

import pytest

from portal.rules.cycles import Span, begun, first_kept, span, terms
from portal.rules.lifecycle import Status
from portal.rules.pricing import Cycle, Subscription


def days(*found: Span) -> list[date]:
    return [each.began_on for each in found]


def test_cycles_begin_on_the_day_of_activation_and_every_month_after_its_end_clamped() -> None:
    found = list(begun(None, date(2026, 1, 31), 1, date(2026, 5, 1)))
    assert days(*found) == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert found[-1].ends_on == date(2026, 5, 31)


def test_a_year_that_began_on_a_leap_day_comes_back_to_it() -> None:
    found = list(begun(None, date(2024, 2, 29), 12, date(2028, 3, 1)))
    assert days(*found)[-2:] == [date(2027, 2, 28), date(2028, 2, 29)]


def test_a_series_without_a_record_goes_on_by_the_day_of_activation() -> None:
    first = first_kept(date(2024, 1, 31), 1, date(2026, 11, 21))
    found = begun(None, first, 1, date(2026, 11, 21), anchor=31)
    assert days(*found) == [date(2026, 9, 30), date(2026, 10, 31)]


def test_a_cycle_due_while_suspended_begins_on_reactivation() -> None:
    # Due on 10 March, while suspended from the 5th; reactivated on 20 April: one cycle then, the next on 20 May.
    last = span(date(2026, 2, 10), 1, 10)
    assert last.ends_on == date(2026, 3, 10)
    found = list(begun(last, date(2026, 1, 10), 1, date(2026, 4, 20), not_before=date(2026, 4, 20)))
    assert days(*found) == [date(2026, 4, 20)]
    assert found[0].ends_on == date(2026, 5, 20)


def test_a_suspension_within_a_cycle_moves_nothing() -> None:
    last = span(date(2026, 2, 10), 1, 10)
    assert not list(begun(last, date(2026, 1, 10), 1, date(2026, 2, 25), not_before=date(2026, 2, 25)))
    assert days(*begun(last, date(2026, 1, 10), 1, date(2026, 3, 10))) == [date(2026, 3, 10)]


def test_another_cycle_comes_when_the_running_one_ends() -> None:
    # Monthly since 10 January, changed to annual on 20 February: March 10 begins the year.
    last = span(date(2026, 2, 10), 1, 10)
    assert list(begun(last, date(2026, 1, 10), 12, date(2026, 3, 10))) == [span(date(2026, 3, 10), 12, 10)]


def sub(cycle: Cycle = Cycle.MONTHLY, **values: object) -> Subscription:
    return Subscription(Status.ACTIVE, True, cycle, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (sub(price_minor=2500), (1, 2500)),
        (sub(Cycle.QUARTERLY, price_minor=7000), (3, 7000)),
        (sub(Cycle.ANNUAL, price_minor=25_000), (12, 25_000)),
        (sub(Cycle.CUSTOM, custom_amount_minor=900, custom_months=5, price_minor=1), (5, 900)),
        (sub(Cycle.ANNUAL, price_minor=25_000, is_child=True, child_fee_minor=1500), (1, 1500)),
        (sub(Cycle.CUSTOM, custom_amount_minor=900, custom_months=2, is_child=True, child_fee_minor=1), (2, 900)),
        (sub(Cycle.TRIAL, price_minor=2500), (1, 0)),
        (sub(price_minor=None), (1, 0)),
        (Subscription(Status.ACTIVE, False, Cycle.MONTHLY, 2500), (1, 0)),
    ],
)
def test_what_a_cycle_costs(given: Subscription, expected: tuple[int, int]) -> None:
    assert terms(given) == expected


@pytest.mark.parametrize(
    ("activated", "months", "first"),
    [
        (date(2026, 11, 12), 1, date(2026, 11, 12)),
        (date(2026, 10, 1), 1, date(2026, 10, 1)),
        (date(2024, 1, 31), 1, date(2026, 9, 30)),
        (date(2024, 1, 1), 1, date(2026, 10, 1)),
        (date(2024, 3, 15), 12, date(2026, 3, 15)),
    ],
)
def test_without_a_record_it_begins_with_the_cycle_that_ran_when_last_month_began(
    activated: date, months: int, first: date
) -> None:
    assert first_kept(activated, months, date(2026, 11, 21)) == first
