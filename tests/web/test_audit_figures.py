"""What the audit log says in figures: amounts as the reader writes them, and many things by the first few."""

import pytest

from portal.web import audit_words
from tests.web.test_words import event, said


@pytest.mark.parametrize(
    ("written", "locale", "text"),
    [
        ("INR 1798800.00", "en-IN", "₹17,98,800.00"),
        ("INR 1,798,800.00", "de", "₹1.798.800,00"),
        ("KWD -1,240.500", "en", "KWD −1,240.500"),
        ("JPY 5000", "en", "¥5,000"),
        ("JPY 1.5", "en", "JPY 1.5"),
        ("A 5", "en", "A 5"),
    ],
)
def test_amounts_are_written_as_the_reader_does(written: str, locale: str, text: str) -> None:
    facts = {"amount": written, "balance": written}
    sentence = audit_words.sentence(event("credit.adjusted", facts=facts), locale, isolate=False)
    assert sentence == f"adjusted the platform credit by {text} to {text}"


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([], "none"),
        (["+911"], "+911"),
        (["+911", "+912"], "+911 and +912"),
        (["+911", "+912", "+913"], "+911, +912 and +913"),
        ([f"+91{n}" for n in range(1, 251)], "+911, +912, +913 and 247 others"),
    ],
)
def test_of_many_the_first_are_named(numbers: list[str], text: str) -> None:
    assert said(event("number.imported", facts={"numbers": numbers})) == f"imported {text} into the inventory"


def test_a_plans_prices_are_written_so_too_and_a_name_is_left_alone() -> None:
    changes = {"prices": ("monthly INR 49999.00, annual EUR not set", "monthly INR 50000.00, annual EUR 1.50")}
    text = said(event("plan.changed", facts={"plan": "INR 5000.00"}, changes=changes))
    assert text == (
        "changed the plan INR 5000.00: prices monthly ₹49,999.00, annual EUR not set → monthly ₹50,000.00, annual €1.50"
    )
