"""The invoice, worked by hand: each example says in its comment how its figures come about."""

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.invoice_lines import ACCOUNT_KINDS, Line, LineKind
from portal.rules.invoicing import (
    Account,
    Began,
    Bill,
    Late,
    Party,
    Rates,
    Used,
    bill,
    due_on,
    issued_at,
    last_issuable,
    split,
)
from portal.rules.money import decimals
from portal.rules.pooling import Pooled, included_contacts

D = Decimal
TIERS = ((100_000, D(25)),)
K = LineKind


def account(
    *parties: Party, currency: str = "USD", price: str = "0.01", approved: bool = True, **rates: str
) -> Account:
    """A multi organization whose primary's plan asks `price` for an active contact."""
    card = Rates(**{name: D(value) for name, value in rates.items()})
    return Account(currency, card, D(price), TIERS, approved, parties)


def group(contacts: int, **options: object) -> Account:
    """A primary at 25.00 with three children at 15.00; each child has 1,000 contacts free, the primary none."""
    free = [included_contacts(1000, is_primary, True) for is_primary in (True, False, False, False)]
    spread = [contacts - 3 * 20_000, 20_000, 20_000, 20_000]
    parties = [
        Party(key, name, (Began("2026-11", fee),), contacts=Pooled(own, included))
        for key, (name, fee, own, included) in enumerate(
            zip("PABC", (2500, 1500, 1500, 1500), spread, free, strict=True), 1
        )
    ]
    return account(*parties, **options)  # type: ignore[arg-type]


def amounts(found: Bill) -> list[tuple[LineKind, int]]:
    return [(line.kind, line.amount) for line in found.lines]


# ---------------------------------------------------------------- worked by hand


def test_100_001_pooled_contacts_get_the_approved_discount() -> None:
    # Subscription 25.00 + 3 × 15.00 = 70.00.
    # Contacts 100,001 − (0 + 3 × 1,000) = 97,001 × 0.01 = 970.01.
    # Discount: 100,001 > 100,000, so 25 % of 970.01 = 242.5025 → 242.50.
    # Sum 70.00 + 970.01 − 242.50 = 797.51; tax 18 % = 143.5518 → 143.55; total 941.06.
    found = bill(group(100_001, tax_percent="18"))
    assert amounts(found) == [
        *((K.SUBSCRIPTION, amount) for amount in (2500, 1500, 1500, 1500)),
        (K.CONTACTS, 97_001),
        (K.DISCOUNT, -24_250),
        (K.TAX, 14_355),
    ]
    assert found.total == 94_106
    contacts = found.lines[4]
    assert (contacts.quantity, contacts.unit_price, contacts.workspace) == (97_001, D("0.01"), None)


def test_99_999_and_exactly_100_000_get_none() -> None:
    # 99,999 − 3,000 = 96,999 × 0.01 = 969.99; + 70.00 = 1,039.99. A tier is exceeded by more than its threshold.
    assert bill(group(99_999)).total == 103_999
    assert K.DISCOUNT not in dict(amounts(bill(group(100_000))))


def test_without_approval_there_is_no_discount() -> None:
    # 970.01 + 70.00.
    assert bill(group(100_001, approved=False)).total == 104_001


def test_annual_and_monthly_are_mixed_in_one_month() -> None:
    # The annual cycle that began this month is whole: 250.00; the child's month 15.00; no proration of either.
    found = bill(account(Party(1, "P", (Began("annual", 25_000),)), Party(2, "A", (Began("monthly", 1500),))))
    assert amounts(found) == [(K.SUBSCRIPTION, 25_000), (K.SUBSCRIPTION, 1500)]
    assert found.total == 26_500


def test_yen_have_no_decimals() -> None:
    # 1,234 messages × ¥1.8 = 2,221.2 → 2,221. Tax 10 % of 4,200 + 2,221 = 642.1 → 642.
    party = Party(1, "P", (Began("monthly", 4200),), Used(messages=1234))
    found = bill(account(party, currency="JPY", message="1.8", tax_percent="10"))
    assert amounts(found) == [(K.SUBSCRIPTION, 4200), (K.MESSAGES, 2221), (K.TAX, 642)]
    assert found.total == 7063


def test_dinars_have_three() -> None:
    # 1,001 × 0.0055 = 5.5055 → 5.506; 3 numbers × 1.250 = 3.750; tax 5 % of 9.256 = 0.4628 → 0.463.
    party = Party(1, "P", (), Used(messages=1001, numbers=3))
    found = bill(account(party, currency="KWD", message="0.0055", number="1.250", tax_percent="5"))
    assert amounts(found) == [(K.MESSAGES, 5506), (K.NUMBERS, 3750), (K.TAX, 463)]
    assert found.total == 9719


def test_each_line_rounds_half_up_once() -> None:
    # 5 × 0.001 = 0.005 → 0.01, for minutes as for messages; summed first they would be 0.01.
    party = Party(1, "P", (), Used(messages=5, minutes=5))
    assert amounts(bill(account(party, message="0.001", minute="0.001"))) == [(K.MESSAGES, 1), (K.MINUTES, 1)]


def test_late_usage_has_lines_of_its_own_at_the_price_of_today() -> None:
    # 10 late messages × 0.18 = 1.80, 4 late minutes × 0.85 = 3.40, beside 100 × 0.18 = 18.00.
    party = Party(1, "P", (), Used(messages=100, late=(Late(date(2026, 10, 1), 10, 4),)))
    found = bill(account(party, currency="INR", message="0.18", minute="0.85"))
    assert amounts(found) == [(K.MESSAGES, 1800), (K.LATE_MESSAGES, 180), (K.LATE_MINUTES, 340)]
    assert [line.detail for line in found.lines] == ["", "2026-10", "2026-10"]


def test_platform_credit_takes_usage_and_own_contacts_out_of_the_bill_and_the_pool() -> None:
    # P: 2,000 contacts, none free. C on credit: 1,500 contacts, 1,000 free: 500 × 0.01 = 5.00 from credit, and its
    # 100 × 0.02 = 2.00 of messages; its subscription of 15.00 stays on the invoice. Pool: 2,000 × 0.01 = 20.00.
    # Tax 10 % of 25.00 + 15.00 + 20.00 = 6.00. Total 66.00; credit 7.00.
    found = bill(
        account(
            Party(1, "P", (Began("monthly", 2500),), contacts=Pooled(2000, 0)),
            Party(2, "C", (Began("monthly", 1500),), Used(messages=100), Pooled(1500, 1000, on_credit=True)),
            message="0.02",
            tax_percent="10",
        )
    )
    assert amounts(found) == [(K.SUBSCRIPTION, 2500), (K.SUBSCRIPTION, 1500), (K.CONTACTS, 2000), (K.TAX, 600)]
    assert [(line.kind, line.amount, line.workspace) for line in found.credit] == [
        (K.MESSAGES, 200, (2, "C")),
        (K.CONTACTS, 500, (2, "C")),
    ]


def test_contacts_on_credit_do_not_lift_the_pool_over_a_tier() -> None:
    # 60,000 + 60,000 are above the threshold together; the second are on credit, so that 60,000 remain: no discount.
    found = bill(account(Party(1, "P", contacts=Pooled(60_000, 0)), Party(2, "C", contacts=Pooled(60_000, 0, True))))
    assert amounts(found) == [(K.CONTACTS, 60_000)]


def test_contacts_that_are_included_offset_each_other() -> None:
    # 1,700 + 100 pooled, 2 × 1,000 free: nothing, though the first alone is above its own.
    assert not bill(
        account(Party(1, "P", contacts=Pooled(1700, 1000)), Party(2, "A", contacts=Pooled(100, 1000)))
    ).lines


def test_nothing_used_is_nothing_owed() -> None:
    assert bill(account(Party(1, "P", (Began("free", 0),)), tax_percent="18")) == Bill((), ())


# ---------------------------------------------------------------- any organization


def organization(rng: Random) -> Account:
    """Any organization, with prices of up to six decimals."""

    def price() -> Decimal:
        return D(rng.randrange(0, 5_000_000)).scaleb(-rng.randrange(0, 7))

    parties = []
    for key in range(1, rng.randrange(1, 7)):
        late = tuple(Late(date(2026, 10, 1), rng.randrange(50), rng.randrange(50)) for _ in range(rng.randrange(2)))
        used = Used(rng.randrange(90_000), rng.randrange(9_000), rng.randrange(9), rng.randrange(40), late)
        began = tuple(Began(f"{n}", rng.randrange(9_000_000)) for n in range(rng.randrange(3)))
        pooled = Pooled(rng.randrange(80_000), rng.choice((0, 500, 1000)), rng.random() < 0.2)
        parties.append(Party(key, f"W{key}", began, used, pooled))
    return Account(
        rng.choice(("INR", "USD", "JPY", "KWD", "CLF")),
        Rates(price(), price(), price(), price(), D(rng.randrange(0, 300_000)).scaleb(-4)),
        price(),
        ((100_000, D(25)), (20_000, D("7.5"))),
        rng.random() < 0.5,
        tuple(parties),
    )


def by_hand(line: Line, currency: str) -> int:
    """What a line has to come to by its quantity and price, in whole numbers: no Decimal, no rounding mode."""
    scale = 10**12
    exact = int(line.quantity.scaleb(6)) * int(line.unit_price.scaleb(6)) * 10 ** decimals(currency)
    if line.kind in (K.DISCOUNT, K.TAX):
        scale *= 100
    up = (2 * exact + scale) // (2 * scale)
    return -up if line.kind is K.DISCOUNT else up


def test_the_lines_of_10_000_random_organizations_equal_their_totals() -> None:
    rng = Random(2026)
    for _ in range(10_000):
        each = organization(rng)
        found = bill(each)
        assert found.total == sum(line.amount for line in found.lines) >= 0
        assert all(line.amount == by_hand(line, each.currency) for line in (*found.lines, *found.credit))
        net = sum(line.amount for line in found.lines if line.kind is not K.TAX)
        tax = net * int(each.rates.tax_percent.scaleb(4)) * 2 + 10**6
        assert found.total == net + tax // (2 * 10**6)
        own = [line for line in found.lines if line.workspace is None]
        assert {line.kind for line in own} <= ACCOUNT_KINDS and list(found.lines[len(found.lines) - len(own) :]) == own


# ---------------------------------------------------------------- payments


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_a_payment_adds_up_over_the_groups(total: int, weights: list[int]) -> None:
    found = split(total, weights)
    assert sum(found) == total and all(each >= 0 for each in found)
    whole = sum(weights)
    if whole:
        assert all(abs(part * whole - total * weight) < whole for part, weight in zip(found, weights, strict=True))


def test_what_does_not_divide_goes_to_the_largest_remainder() -> None:
    # 100 over 1 : 1 : 1 is 33 each, and one left: equal remainders and weights, so the first.
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    # 10 over 6 : 3 : 2 is 5.45, 2.73, 1.82: 5 + 2 + 1, the two left to .82 and .73.
    assert split(10, [6, 3, 2]) == [5, 3, 2]
    assert split(7, [0, 0]) == [7, 0] and split(5, []) == []


# ---------------------------------------------------------------- months


@pytest.mark.parametrize(
    ("now", "month"),
    [
        (datetime(2026, 12, 2, 23, 59, tzinfo=UTC), date(2026, 10, 1)),
        (datetime(2026, 12, 3, 0, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2027, 1, 3, 0, 0, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_a_month_is_invoiced_from_the_third_on(now: datetime, month: date) -> None:
    assert last_issuable(now) == month
    assert issued_at(month) <= now


def test_an_invoice_is_due_so_many_days_after_it_was_issued() -> None:
    assert due_on(datetime(2026, 12, 3, 0, 30, tzinfo=UTC), 14) == date(2026, 12, 17)
