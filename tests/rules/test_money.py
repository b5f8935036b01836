"""Amounts are exact: minor units by ISO 4217, rounded half up once, nothing silently bent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.errors import Refused
from portal.rules.money import LARGEST_MINOR, convert, decimals, round_half_up, to_major, to_minor

CURRENCIES = ["INR", "JPY", "KWD", "CLF"]


@pytest.mark.parametrize(
    ("currency", "places"),
    [("INR", 2), ("USD", 2), ("MGA", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("UGX", 0), ("VND", 0)]
    + [("KWD", 3), ("BHD", 3), ("TND", 3), ("IQD", 3), ("CLF", 4), ("UYW", 4)],
)
def test_decimals_are_those_of_iso_4217(currency: str, places: int) -> None:
    assert decimals(currency) == places


@pytest.mark.parametrize("code", ["", "inr", "IN", "INRR", "₹", "INR\n", "ИНР", "1NR"])
def test_a_currency_is_three_capital_letters(code: str) -> None:
    with pytest.raises(Refused, match="three capital letters"):
        decimals(code)


@pytest.mark.parametrize(
    ("value", "whole"),
    [("0.5", 1), ("0.49", 0), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-1.5", -2), ("-0.4", 0), ("7", 7)]
    + [("99999999999999999999999999999999.5", 10**32)],
)
def test_a_half_is_rounded_away_from_zero(value: str, whole: int) -> None:
    assert round_half_up(Decimal(value)) == whole


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("24000", "INR", 2_400_000),
        ("24000.00", "INR", 2_400_000),
        (" 12.5 ", "INR", 1250),
        ("12.", "INR", 1200),
        (".5", "INR", 50),
        ("+3", "INR", 300),
        ("-5", "INR", -500),
        ("0", "INR", 0),
        ("-0", "INR", 0),
        ("12.500", "INR", 1250),
        ("1500", "JPY", 1500),
        ("1500.0", "JPY", 1500),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12345),
        ("١٢٫٥".replace("٫", "."), "INR", 1250),
        ("90071992547409.92", "INR", LARGEST_MINOR),
        (Decimal("1E+3"), "INR", 100_000),
        (Decimal("0E+999999"), "JPY", 0),
    ],
)
def test_an_amount_becomes_exact_minor_units(amount: Decimal | str, currency: str, minor: int) -> None:
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "says"),
    [
        ("", "INR", "digits"),
        ("   ", "INR", "digits"),
        ("abc", "INR", "digits"),
        ("1,000", "INR", "digits"),
        ("1_000", "INR", "digits"),
        ("1e3", "INR", "digits"),
        ("1e309", "INR", "digits"),
        ("NaN", "INR", "digits"),
        ("Infinity", "INR", "digits"),
        (".", "INR", "digits"),
        ("--1", "INR", "digits"),
        ("1.2.3", "INR", "digits"),
        ("12\x00", "INR", "digits"),
        ("9" * 1_000_000, "INR", "digits"),
        (Decimal("NaN"), "INR", "finite"),
        (Decimal("sNaN"), "INR", "finite"),
        (Decimal("Infinity"), "INR", "finite"),
        (Decimal("-Infinity"), "INR", "finite"),
        ("1.005", "INR", "INR has 2 decimals"),
        ("1.5", "JPY", "JPY has no decimals"),
        ("1.0001", "KWD", "KWD has 3 decimals"),
        (Decimal("1E-999999"), "INR", "INR has 2 decimals"),
        ("90071992547409.93", "INR", "too large: at most 90,071,992,547,409.92 INR"),
        ("-90071992547409.93", "INR", "too large"),
        ("9007199254740993", "JPY", "too large"),
        (Decimal("1E+999999"), "INR", "too large"),
    ],
)
def test_an_amount_that_is_none_is_refused_with_the_reason(amount: Decimal | str, currency: str, says: str) -> None:
    with pytest.raises(Refused, match=says) as refusal:
        to_minor(amount, currency, field="spend_cap")
    assert refusal.value.field == "spend_cap"


@given(st.integers(-LARGEST_MINOR, LARGEST_MINOR), st.sampled_from(CURRENCIES))
def test_major_and_minor_units_lead_back_to_each_other(minor: int, currency: str) -> None:
    major = to_major(minor, currency)
    assert to_minor(major, currency) == minor
    assert to_minor(f"{major:f}", currency) == minor


@given(st.text(max_size=80))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        minor = to_minor(text, "INR")
    except Refused:
        return
    assert abs(minor) <= LARGEST_MINOR


@pytest.mark.parametrize(("minor", "currency", "major"), [(1250, "INR", "12.50"), (5, "JPY", "5"), (1, "KWD", "0.001")])
def test_major_units_keep_the_currency_s_decimals(minor: int, currency: str, major: str) -> None:
    assert str(to_major(minor, currency)) == major


RATES = {"USD": Decimal("83.125"), "JPY": Decimal("0.5612"), "KWD": Decimal("271.4"), "XXX": Decimal(0)}


@pytest.mark.parametrize(
    ("minor", "currency", "reporting", "result"),
    [
        (100, "USD", "INR", 8313),  # 1 × 83.125 = 83.125: half up, not to even
        (-100, "USD", "INR", -8313),
        (1500, "JPY", "INR", 84_180),  # no decimals on the way in
        (1000, "KWD", "INR", 27_140),  # three on the way in
        (100, "USD", "JPY", 83),  # none on the way out
        (100, "USD", "KWD", 83_125),  # three on the way out
        (0, "USD", "INR", 0),
        (7, "INR", "INR", 7),
    ],
)
def test_conversion_uses_both_currencies_decimals_and_rounds_once(
    minor: int, currency: str, reporting: str, result: int
) -> None:
    assert convert(minor, currency, reporting, RATES) == result


@pytest.mark.parametrize("rate", [None, Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity")])
def test_without_a_usable_rate_nothing_is_converted(rate: Decimal | None) -> None:
    rates = {} if rate is None else {"EUR": rate}
    assert convert(100, "EUR", "INR", rates) is None


def test_the_reporting_currency_itself_needs_no_rate() -> None:
    assert convert(123, "INR", "INR", {"INR": Decimal(2)}) == 123
