"""Example data: what is known of an organization and of a workspace while their rows are being made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from portal.operations.demo.catalogue import Card, Catalogue, Offer
from portal.operations.demo.dice import Dice
from portal.operations.demo.people import Hashes, Person, Team
from portal.operations.demo.places import City, Region
from portal.operations.demo.sheet import Sheet
from portal.operations.demo.stories import Story
from portal.rules.access import StaffRole
from portal.rules.invoice_lines import Line
from portal.rules.periods import utc
from portal.rules.pricing import Cycle

YEARS = 3
OLDEST = 365.25 * YEARS - 30  # days: the platform itself is a month older than its first customer


@dataclass(frozen=True, slots=True)
class Depth:
    """How much of everything is made. `days` of usage, `months` of orders and invoices, at most so many `contacts`
    a workspace."""

    days: int
    months: int
    contacts: int


def depth_for(workspaces: int, days: int | None) -> Depth:
    """A full life for a platform that people look at, a lean one for a large platform that is measured."""
    if workspaces > 20_000:
        return Depth(days or 30, 2, 3)
    if workspaces > 1_000:
        return Depth(days or 90, 6, 8)
    return Depth(days or 90, 25, 90)


class Monthly(NamedTuple):
    """What a workspace is worth in a month while it pays, and what before it went to a larger plan: minor units."""

    currency: str
    amount: int
    before: int


@dataclass(slots=True)
class World:
    """What every part of the loading needs."""

    dice: Dice
    now: datetime
    depth: Depth
    sheet: Sheet
    catalogue: Catalogue
    staff: dict[StaffRole, list[Person]]
    hashes: Hashes
    slugs: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    prefixes: Counter[str] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)
    last_number: int = 0
    drawn: Counter[str] = field(default_factory=Counter)
    monthly: dict[int, Monthly] = field(default_factory=dict)
    toured: dict[str, Person] = field(default_factory=dict)
    singles: int = 0
    children: int = 0
    multis: int = 0

    @property
    def opened_at(self) -> datetime:
        """When the platform began."""
        return self.now - timedelta(days=365.25 * YEARS)

    def staff_name(self, rng: Random, *roles: StaffRole) -> str:
        """Somebody of the staff who may do what these roles may."""
        return rng.choice([person for role in roles for person in self.staff[role]]).name


@dataclass(slots=True)
class Customer:
    """An organization: integer key and what its workspaces take from it."""

    id: int
    index: int
    region: Region
    name: str
    slug: str
    latin: str
    industry: str
    card: Card
    team: Team
    created_at: datetime
    is_multi: bool
    address: str = ""
    tax_id: str = ""
    discount: bool = False
    credit: list[tuple[datetime, Line, date]] = field(default_factory=list)
    tenants: list[Tenant] = field(default_factory=list)


@dataclass(slots=True)
class Tenant:
    """A workspace: integer key, its story, and the instants of its life (None: it did not happen)."""

    id: int
    customer: Customer
    story: Story
    offer: Offer | None
    cycle: Cycle
    amount: int
    months: int
    name: str
    address: str
    city: City
    is_primary: bool
    created_at: datetime
    activated_at: datetime | None
    held_at: datetime | None
    cancelled_at: datetime | None
    owner: Person
    members: list[Person]
    on_credit: bool = False
    used: dict[date, list[int]] = field(default_factory=dict)
    """Messages and minutes of each month since the activation, as far as its days were made."""

    @property
    def ended_at(self) -> datetime | None:
        """When it stopped working, whatever the reason."""
        return min(filter(None, (self.held_at, self.cancelled_at)), default=None)

    @property
    def timezone(self) -> str:
        return self.customer.region.timezone


def at_work(rng: Random, instant: datetime, timezone: str) -> datetime:
    """An instant near that one, in office hours; four times of five what falls on a weekend is done on the Monday
    after. Never later than a day that is over where the given one was."""
    local = instant.astimezone(ZoneInfo(timezone))
    if local.weekday() >= 5 and rng.random() < 0.8:
        local += timedelta(days=7 - local.weekday())
    hour = rng.choice((9, 10, 10, 11, 11, 12, 14, 14, 15, 15, 16, 17, 18, 20))
    local = local.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60), microsecond=0)
    return utc(local)


def days_before(now: datetime, days: float) -> datetime:
    """That many days of 24 h ago, to the second."""
    return (now - timedelta(days=days)).replace(microsecond=0)
