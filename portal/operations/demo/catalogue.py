"""Example data: plans with their prices, limits and fees, rate cards, and the platform's settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from portal.models import Plan, PlanColour, PlanFee, PlanLimit, PlanPrice, RateCard
from portal.operations.demo.sheet import Sheet
from portal.rules.limits import Limit
from portal.rules.money import to_minor
from portal.rules.platform import Platform
from portal.rules.pricing import Cycle, months_of
from portal.rules.text import sort_key

CURRENCIES = ("INR", "USD", "EUR", "JPY", "KWD")
# KWD has no rate on purpose: such amounts stand beside a total.
RATES = {"USD": "83.40", "EUR": "90.25", "JPY": "0.56"}
YEAR_MONTHS = 10  # a year costs ten months
INCLUDED = 1_000  # contacts that a plan for one workspace has free
CONTACT_PRICES = {
    "INR": Decimal("0.4"),
    "USD": Decimal("0.005"),
    "EUR": Decimal("0.0045"),
    "JPY": Decimal("0.7"),
    "KWD": Decimal("0.0015"),
}
QUARTER = Decimal("0.95")  # a quarter is 5 % cheaper


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan: its monthly price (major units) and child fee in the five currencies, and the nine limits in order."""

    name: str
    colour: PlanColour
    monthly: tuple[str, ...]
    limits: tuple[int | None, ...]
    child_fees: tuple[str, ...] = ()
    is_free: bool = False
    multi: bool = False
    archived_days_ago: int | None = None

    def limit(self, limit: Limit) -> int | None:
        """Its figure for the limit."""
        return self.limits[tuple(Limit).index(limit)]

    def price(self, cycle: Cycle, currency: str) -> int:
        """The price of a cycle in minor units."""
        month = Decimal(self.monthly[CURRENCIES.index(currency)])
        months = YEAR_MONTHS if cycle is Cycle.ANNUAL else months_of(cycle) or 0
        price = month * months * (QUARTER if cycle is Cycle.QUARTERLY else 1)
        # Prices are whole, but for dinars, which keep their fils.
        return to_minor(price.quantize(Decimal("0.001" if currency == "KWD" else "1")), currency)

    def child_fee(self, currency: str) -> int:
        """What a child workspace costs a month, in minor units."""
        return to_minor(self.child_fees[CURRENCIES.index(currency)], currency) if self.child_fees else 0


C = PlanColour
# Limits: messages a month and a day, numbers, users, contacts, campaigns, broadcasts, extensions, minutes.
FREE = Offer("Free", C.SLATE, ("0",) * 5, (1_000, 100, 1, 2, 500, 2, 5, 2, 100), is_free=True)
STARTER = Offer("Starter", C.SKY, ("1999", "29", "27", "4200", "9"), (10_000, 1_000, 2, 5, 2_500, 5, 20, 5, 1_000))
GROWTH = Offer(
    "Growth", C.TEAL, ("7999", "99", "92", "14500", "30"), (50_000, 5_000, 5, 15, 10_000, 20, 100, 15, 5_000)
)
BUSINESS = Offer(
    "Business",
    C.VIOLET,
    ("24999", "299", "279", "44000", "92.500"),
    (250_000, 25_000, 15, 40, 50_000, 60, 500, 40, 20_000),
)
ENTERPRISE = Offer(
    "Enterprise",
    C.ROSE,
    ("79999", "999", "929", "149000", "310"),
    (-1, -1, 100, 250, 500_000, -1, -1, 200, -1),
)
GROUP = Offer(
    "Group",
    C.OCHRE,
    ("49999", "599", "559", "89000", "185"),
    (500_000, 50_000, 50, 100, 200_000, 200, 1_000, 120, 50_000),
    child_fees=("1499", "19", "18", "2800", "5.750"),
    multi=True,
)
LAUNCH = Offer(
    "Launch 2024",
    C.RUST,
    ("1499", "19", "18", "2900", "6.250"),
    (15_000, 1_500, 2, 5, 3_000, None, 30, 5, 1_000),
    archived_days_ago=400,
)
OFFERS = (FREE, STARTER, GROWTH, BUSINESS, ENTERPRISE, GROUP, LAUNCH)


@dataclass(frozen=True, slots=True)
class Card:
    """A rate card: usage prices in major units, tax in per cent, terms in days."""

    name: str
    currency: str
    message: str
    minute: str
    number: str
    extension: str
    tax: str
    tax_name: str
    days: int
    archived_days_ago: int | None = None


CARDS = (
    Card("India standard", "INR", "0.18", "0.85", "499", "149", "18", "GST", 14),
    Card("India volume", "INR", "0.125", "0.62", "449", "119", "18", "GST", 30),
    Card("India 2024", "INR", "0.21", "0.95", "549", "169", "18", "GST", 14, archived_days_ago=400),
    Card("United States", "USD", "0.0075", "0.019", "2.50", "3", "0", "", 14),
    Card("Euro area", "EUR", "0.011", "0.024", "2.90", "3.20", "19", "VAT", 21),
    Card("Japan", "JPY", "1.8", "4.5", "420", "380", "10", "Consumption tax", 30),
    Card("Kuwait", "KWD", "0.0055", "0.0095", "1.250", "1.100", "0", "", 14),
)


DEFAULT_CARD = "India standard"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Integer keys of what was written, by name."""

    plans: dict[str, int]
    cards: dict[str, int]


def card_of(currency: str, large: bool) -> Card:
    """The rate card of a customer with this currency."""
    found = [card for card in CARDS if card.currency == currency and card.archived_days_ago is None]
    return found[-1 if large else 0]


def write_catalogue(sheet: Sheet, opened_at: datetime, now: datetime) -> Catalogue:
    """All plans and rate cards go onto the sheet; they are as old as the platform (`opened_at`)."""
    plans = {offer.name: _plan(sheet, offer, position, opened_at, now) for position, offer in enumerate(OFFERS)}
    cards = {}
    for card in CARDS:
        cards[card.name] = sheet.add(
            RateCard,
            name=card.name,
            currency=card.currency,
            per_message=Decimal(card.message),
            per_minute=Decimal(card.minute),
            per_number=Decimal(card.number),
            per_extension=Decimal(card.extension),
            tax_percent=Decimal(card.tax),
            tax_name=card.tax_name,
            payment_days=card.days,
            archived_at=now - timedelta(days=card.archived_days_ago) if card.archived_days_ago else None,
        )
    return Catalogue(plans, cards)


def _plan(sheet: Sheet, offer: Offer, position: int, opened_at: datetime, now: datetime) -> int:
    gone = offer.archived_days_ago
    key = sheet.add(
        Plan,
        name=offer.name,
        name_key=sort_key(offer.name),
        colour=offer.colour,
        is_free=offer.is_free,
        multi_workspace=offer.multi,
        included_contacts=0 if offer.multi else INCLUDED,
        discount_tiers=[[100_000, 25]],
        position=position,
        archived_at=now - timedelta(days=gone) if gone else None,
        created_at=opened_at,
    )
    for currency in CURRENCIES:
        for cycle in (Cycle.MONTHLY, Cycle.QUARTERLY, Cycle.ANNUAL):
            price = offer.price(cycle, currency)
            sheet.add(PlanPrice, plan_id=key, cycle=cycle, currency=currency, amount_minor=price)
        fee, contact = offer.child_fee(currency), CONTACT_PRICES[currency]
        sheet.add(PlanFee, plan_id=key, currency=currency, child_fee_minor=fee, contact_price=contact)
    for limit, value in zip(Limit, offer.limits, strict=True):
        if value is not None:
            sheet.add(PlanLimit, plan_id=key, name=limit, value=value)
    return key


def settings(loading: bool, card: str = "") -> dict[str, object]:
    """The platform's settings, with the mark that all of this is example data; `card`: the public id of the rate card
    that new organizations start with."""
    return Platform(
        is_example=True,
        example_loading=loading,
        exchange_rates=RATES,
        default_rate_card=card,
        default_plan="",
    ).stored()
