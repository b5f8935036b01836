"""A plan's terms: what a form sends for them, when two are the same, and what a change of prices comes to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from portal.rules.editing import version_of
from portal.rules.limits import Limit
from portal.rules.plans import (
    Income,
    Paying,
    Terms,
    changed_limits,
    fields,
    income,
    moves_money,
    texts_of,
    tiers_of,
    told,
    unpriced,
)
from portal.rules.pricing import Cycle

M, Q, A = Cycle.MONTHLY, Cycle.QUARTERLY, Cycle.ANNUAL


def terms(**values: Any) -> Terms:
    return Terms(**{"name": "Growth", "colour": "teal"} | values)


def test_every_term_has_its_text() -> None:
    given = terms(
        multi_workspace=True,
        included_contacts=0,
        tiers=((100_000, 25), (500_000, 40)),
        prices={(M, "INR"): 799_900, (A, "JPY"): 145_000, (Q, "KWD"): 85_500},
        child_fees={"INR": 149_900},
        contact_prices={"INR": Decimal("0.400000")},
        limits={Limit.NUMBERS: 5, Limit.MONTHLY_MESSAGES: -1, Limit.EXTENSIONS: 0},
    )
    said = {name: value for name, value in texts_of(given).items() if value not in ("", False)}
    assert said == {
        "name": "Growth",
        "colour": "teal",
        "multi_workspace": True,
        "included_contacts": "0",
        "price_monthly_INR": "7999.00",
        "price_annual_JPY": "145000",
        "price_quarterly_KWD": "85.500",
        "child_fee_INR": "1499.00",
        "contact_price_INR": "0.4",
        "limit_numbers": "5",
        "limit_monthly_messages": "-1",
        "limit_extensions": "0",
        "tier_1_contacts": "100000",
        "tier_1_percent": "25",
        "tier_2_contacts": "500000",
        "tier_2_percent": "40",
    }
    assert set(texts_of(given, ["USD"])) == set(fields(("INR", "JPY", "KWD", "USD")))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (terms(), True),
        (terms(name="Growth "), False),
        (terms(limits={Limit.NUMBERS: 0}), False),  # none allowed is not "not set"
        (terms(multi_workspace=True), False),
        (terms(prices={(M, "INR"): 0}), False),  # for nothing is not "not for sale"
    ],
)
def test_a_version_is_another_as_soon_as_anything_is(other: Terms, same: bool) -> None:
    assert (version_of(texts_of(other, ["USD"])) == version_of(texts_of(terms()))) is same


def test_the_log_is_told_of_what_differs_and_of_no_more() -> None:
    before = terms(
        prices={(M, "INR"): 100, (A, "INR"): 1000, (M, "USD"): 9900}, limits={Limit.USERS: 5, Limit.NUMBERS: 2}
    )
    after = terms(
        name="Growth Plus",
        prices={(M, "INR"): 200, (A, "INR"): 1000},
        limits={Limit.USERS: 5, Limit.NUMBERS: -1, Limit.CONTACTS: 0},
        tiers=((10, 5),),
    )
    assert told(before, after) == {
        "name": ("Growth", "Growth Plus"),
        "discount_tiers": ("", "above 10: 5 %"),
        "prices": ("monthly INR 1.00, monthly USD 99.00", "monthly INR 2.00, monthly USD not set"),
        "limits": ("contacts not set, numbers 2", "contacts 0, numbers unlimited"),
    }
    assert changed_limits(before, after) == (Limit.NUMBERS, Limit.CONTACTS)
    assert told(before, before) == {} and not moves_money(before, before) and moves_money(before, after)


GROUPS = (
    Paying(M, "INR", workspaces=5, active=3),
    Paying(A, "INR", workspaces=2, active=2),
    Paying(M, "USD", workspaces=4, active=0),
    Paying(None, "INR", workspaces=7, active=6),
)


@pytest.mark.parametrize(
    ("before", "after", "expected", "gone"),
    [
        # Each is rounded by itself: 1000 ÷ 12 = 83.33, 1018 ÷ 12 = 84.83
        (
            terms(prices={(M, "INR"): 100, (A, "INR"): 1000}),
            terms(prices={(M, "INR"): 150, (A, "INR"): 1018}),
            (Income("INR", 5, 466, 620),),
            0,
        ),
        (
            terms(child_fees={"INR": 10}),
            terms(child_fees={"INR": 25, "USD": 1}),
            (Income("INR", 6, 60, 150),),
            0,
        ),
        (terms(prices={(M, "USD"): 99}), terms(), (), 4),  # nobody counts yet, but four pay by it
        (terms(child_fees={"INR": 10}), terms(), (Income("INR", 6, 60, 0),), 7),
        (terms(), terms(prices={(M, "INR"): 5}), (Income("INR", 3, 0, 15),), 0),
        (terms(prices={(A, "INR"): 1000}), terms(prices={(A, "INR"): 1001}), (), 0),  # the same once it is rounded
    ],
)
def test_what_other_prices_come_to(before: Terms, after: Terms, expected: tuple[Income, ...], gone: int) -> None:
    assert income(GROUPS, before, after) == expected
    assert unpriced(GROUPS, before, after) == gone


@pytest.mark.parametrize(
    ("pairs", "wrong"),
    [
        ([(None, None), (100, 5)], []),
        ([(100, 5), (None, None), (200, 6)], []),
        ([(100, None)], [(1, "percent")]),
        ([(None, 5)], [(1, "contacts")]),
        ([(100, 5), (100, 6)], [(2, "contacts")]),
        ([(100, 5), (200, 5)], [(2, "percent")]),
    ],
)
def test_each_step_of_the_discount_is_above_the_one_before(pairs: Any, wrong: list[tuple[int, str]]) -> None:
    assert [(number, end) for number, end, _ in tiers_of(pairs)] == wrong
