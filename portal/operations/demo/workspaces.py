"""Example data: the workspaces of an organization, each with its story's dates, plan, people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from portal.models import Membership, SuspensionBehaviour, Workspace
from portal.operations.addresses import CONSONANTS, DIGITS, sip_beginning
from portal.operations.demo import logins
from portal.operations.demo.catalogue import BUSINESS, ENTERPRISE, FREE, GROUP, GROWTH, LAUNCH, STARTER, Offer
from portal.operations.demo.customers import SETTLED, free_address
from portal.operations.demo.dice import between, weighted
from portal.operations.demo.people import Person
from portal.operations.demo.places import City
from portal.operations.demo.stories import Story
from portal.operations.demo.tenants import Customer, Tenant, World, at_work, days_before
from portal.operations.demo.texts import DEPARTMENTS, NOTES
from portal.rules.access import WorkspaceRole
from portal.rules.lifecycle import HoldKind, Stage
from portal.rules.limits import Limit
from portal.rules.money import to_minor
from portal.rules.periods import local_day
from portal.rules.pricing import Cycle, months_of

BY_PLAN = {offer.name: offer for offer in (FREE, STARTER, GROWTH, BUSINESS, ENTERPRISE)}
SINGLE_PLANS = (("Free", 2), ("", 2), ("Starter", 8), ("Growth", 7), ("Business", 4), ("Enterprise", 2))
CHILD_PLANS = (("Starter", 8), ("Growth", 9), ("Business", 4), ("", 1))
CYCLES = (("monthly", 13), ("quarterly", 3), ("annual", 4))
TRIAL = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Dates:
    """The instants of a life."""

    created_at: datetime
    activated_at: datetime | None
    trial_ends_at: datetime | None
    held_at: datetime | None
    cancelled_at: datetime | None
    last_seen_at: datetime | None


def write_workspace(world: World, customer: Customer, number: int, story: Story) -> Tenant:
    """The row of the organization's `number`th workspace, and its people."""
    rng = world.dice.of("workspace", customer.index, number)
    primary = number == 0
    dates = _dates(world, rng, customer, story, primary)
    offer, cycle = _subscription(world, rng, customer, story, number, dates.created_at)
    months, amount = _amount(rng, customer, offer, cycle, primary)
    city = (
        customer.region.cities[number % len(customer.region.cities)] if number else rng.choice(customer.region.cities)
    )
    name, latin = _name(customer, number, city)
    owner = _owner(world, rng, customer, number, dates)
    tenant = Tenant(
        id=0,
        customer=customer,
        story=story,
        offer=offer,
        cycle=cycle,
        amount=amount,
        months=months,
        name=name,
        address=free_address(world, latin),
        city=city,
        is_primary=primary,
        created_at=dates.created_at,
        activated_at=dates.activated_at,
        held_at=dates.held_at,
        cancelled_at=dates.cancelled_at,
        owner=owner,
        members=[],
    )
    tenant.id = world.sheet.add(Workspace, **_profile(world, rng, tenant), **_row(world, tenant, dates))
    customer.tenants.append(tenant)
    _write_team(world, rng, tenant, number)
    return tenant


def _dates(world: World, rng: Random, customer: Customer, story: Story, primary: bool) -> Dates:
    now, timezone = world.now, customer.region.timezone
    cancelled_at = days_before(now, rng.triangular(0.4, 89.5, 20)) if story.closed else None
    created_at = customer.created_at if primary else _created(world, rng, customer, story)
    activated_at = None
    if not story.trial:
        soon = created_at + timedelta(days=between(rng, (0.5, 6.5)))
        # An organization that pays already does not try its next workspace first.
        activated_at = at_work(rng, soon, timezone) if primary else created_at
        activated_at = max(created_at, min(activated_at, now - timedelta(hours=1)))
    trial_ends_at = created_at + TRIAL if primary or story.trial else None
    unseen = between(rng, story.unseen) if story.unseen else None
    seen = days_before(now, unseen) if unseen is not None else None
    held_at = _held(rng, now, story, trial_ends_at)
    if cancelled_at:
        seen = cancelled_at - timedelta(minutes=rng.randrange(5, 600))
    seen = max(seen, created_at) if seen else None
    return Dates(created_at, activated_at, trial_ends_at, held_at, cancelled_at, seen)


def _created(world: World, rng: Random, customer: Customer, story: Story) -> datetime:
    oldest = (world.now - customer.created_at) / timedelta(days=1)
    if story.age:
        age = min(between(rng, story.age), oldest - 1)
        return days_before(world.now, age)
    youngest = SETTLED + (60 if story.closed else 0)
    age = youngest + (oldest - 1 - youngest) * rng.random() ** 0.7
    return max(customer.created_at, at_work(rng, days_before(world.now, age), customer.region.timezone))


def _held(rng: Random, now: datetime, story: Story, trial_ends_at: datetime | None) -> datetime | None:
    if story.hold is HoldKind.TRIAL_ENDED and trial_ends_at:
        return trial_ends_at + timedelta(minutes=5)
    if story.hold is HoldKind.SPEND_CAP:
        return days_before(now, between(rng, (0.1, 0.9)))
    return days_before(now, between(rng, (1, 20))) if story.hold else None


def _subscription(
    world: World, rng: Random, customer: Customer, story: Story, number: int, created_at: datetime
) -> tuple[Offer | None, Cycle]:
    """Plan (None: the free one, without choosing it) and billing cycle. A child's plan gives its limits alone."""
    key = customer.index * 7 + number
    if story.trial:
        return (GROWTH if number or rng.random() < 0.5 else STARTER), Cycle.TRIAL
    if customer.is_multi and number == 0:
        return GROUP, Cycle(weighted(rng, (("monthly", 3), ("annual", 1))))
    deck, cards = ("child plan", CHILD_PLANS) if number else ("plan", SINGLE_PLANS)
    offer = BY_PLAN.get(world.dice.card(deck, _place(world, deck), cards))
    if story.needs_volume and offer in (None, FREE):
        offer = GROWTH
    if story.little and offer in (BUSINESS, ENTERPRISE):
        offer = STARTER
    if offer is STARTER and (world.now - created_at).days > 420 and rng.random() < 0.6:
        offer = LAUNCH
    if number or offer in (None, FREE):
        return offer, Cycle.CUSTOM if number and rng.random() < 0.05 else Cycle.MONTHLY
    if offer is ENTERPRISE and key % 2:
        return offer, Cycle.CUSTOM
    return offer, Cycle(world.dice.card("cycle", _place(world, "cycle"), CYCLES))


def _place(world: World, deck: str) -> int:
    world.drawn[deck] += 1
    return world.drawn[deck] - 1


def _amount(rng: Random, customer: Customer, offer: Offer | None, cycle: Cycle, primary: bool) -> tuple[int, int]:
    """Months of a cycle, and what one costs in minor units."""
    currency = customer.region.currency
    if cycle is Cycle.TRIAL or offer is None:
        return 1, 0
    if cycle is Cycle.CUSTOM:
        months = rng.choice((6, 24, 36))
        return months, round(offer.price(Cycle.MONTHLY, currency) * months * between(rng, (0.7, 0.85)) / 100) * 100
    if not primary:
        return 1, GROUP.child_fee(currency)
    return months_of(cycle) or 1, offer.price(cycle, currency)


def _name(customer: Customer, number: int, city: City) -> tuple[str, str]:
    """An organization's first workspace is called like it; the others after their city, then their department."""
    if number == 0:
        return customer.name, customer.latin
    short = customer.name if len(customer.name) < 60 else customer.name.split()[0]
    again = (number - 1) // len(customer.region.cities)
    if again == 0:
        return f"{short} {city.name}", f"{customer.latin} {city.latin}"
    latin_script = customer.region.names in ("indian", "english")
    part = DEPARTMENTS[(again - 1) % len(DEPARTMENTS)] if latin_script else str(again + 1)
    return f"{short} {city.name} {part}", f"{customer.latin} {city.latin} {part}"


def _profile(world: World, rng: Random, tenant: Tenant) -> dict[str, object]:
    customer, city = tenant.customer, tenant.city
    latin = customer.latin.upper() if customer.latin.isascii() else customer.slug.upper()
    emergency = rng.random() < 0.3
    return {
        "organization_id": customer.id,
        "is_primary": tenant.is_primary,
        "name": tenant.name,
        "web_address": tenant.address,
        "sip_prefix": _sip_prefix(world, tenant.address),
        "billing_email": f"billing.{tenant.address[:40]}@{customer.slug}.example" if rng.random() < 0.2 else "",
        "industry": customer.industry,
        "country": customer.region.country,
        "state": city.state,
        "timezone": customer.region.timezone,
        "cnam": latin.replace("-", " ")[:15].strip() if rng.random() < 0.6 else "",
        "e911_street": f"{rng.randrange(1, 400)} Station Road" if emergency else "",
        "e911_city": city.latin if emergency else "",
        "e911_state": city.state if emergency else "",
        "e911_postal_code": city.postal if emergency else "",
        "e911_country": customer.region.country if emergency else "",
        "admin_note": rng.choice(NOTES) if rng.random() < 0.18 else "",
        "bill_to_platform_credit": _on_credit(rng, tenant),
    }


def _on_credit(rng: Random, tenant: Tenant) -> bool:
    """Billed to platform credit: here and there one, and one of those that everybody looks at."""
    customer = tenant.customer
    tenant.on_credit = rng.random() < 0.03 or (customer.index == 0 and tenant.story.little)
    return tenant.on_credit


def _row(world: World, tenant: Tenant, dates: Dates) -> dict[str, object]:
    custom = tenant.cycle is Cycle.CUSTOM
    activated = tenant.activated_at
    return {
        "plan_id": world.catalogue.plans[tenant.offer.name] if tenant.offer else None,
        "billing_cycle": tenant.cycle,
        "custom_amount": tenant.amount if custom else None,
        "custom_months": tenant.months if custom else None,
        **_spending(tenant),
        "stage": Stage.TRIAL if tenant.story.trial else Stage.ACTIVE,
        "trial_ends_at": dates.trial_ends_at,
        "activated_on": local_day(activated, tenant.timezone) if activated else None,
        "cancelled_at": dates.cancelled_at,
        "created_at": dates.created_at,
        "last_seen_at": dates.last_seen_at,
        "currency": tenant.customer.region.currency,
        "owner_id": tenant.owner.id,
    }


def _spending(tenant: Tenant) -> dict[str, object]:
    """A cap on the month's usage, here and there; a low one that suspends, where that is the story."""
    capped = tenant.story.hold is HoldKind.SPEND_CAP
    behaviours = tuple(SuspensionBehaviour)
    cap = (
        to_minor("25", tenant.customer.region.currency) if capped else tenant.amount * 12
    )  # far from what is spent: no job acts on it
    return {
        "spend_cap": cap if capped or (tenant.amount and tenant.created_at.minute % 7 == 0) else None,
        "suspension_behaviour": behaviours[0] if capped else behaviours[tenant.created_at.minute % 3],
    }


def _sip_prefix(world: World, address: str) -> str:
    """Begins like the address, as Portal's own do: `acme` → `ac4k`."""
    begin = sip_beginning(address)
    place, pairs = world.prefixes[begin], len(DIGITS) * len(CONSONANTS)
    world.prefixes[begin] += 1
    code = ""
    while True:
        pair = place * 67 % pairs
        code += DIGITS[pair % len(DIGITS)] + CONSONANTS[pair // len(DIGITS)]
        place = place // pairs - 1
        if place < 0:
            return begin + code


def _owner(world: World, rng: Random, customer: Customer, number: int, dates: Dates) -> Person:
    if customer.index == 0 and number < logins.OWNED:
        return logins.toured(world, customer, "workspace_owner", dates.created_at)
    if number and customer.index and rng.random() < 0.55:
        return customer.tenants[0].owner
    invited = dates.last_seen_at is None
    return customer.team.hire(world.sheet, rng, dates.created_at, invited=invited, seen_at=dates.last_seen_at or None)


def _write_team(world: World, rng: Random, tenant: Tenant, number: int) -> None:
    """Its owner, managers and agents, no more than its plan has seats for, some of them from the organization's
    other workspaces."""
    customer = tenant.customer
    _join(world, tenant, tenant.owner, WorkspaceRole.OWNER)
    if customer.index == 0 and number == 0:
        for role, kind in (("workspace_manager", WorkspaceRole.MANAGER), ("workspace_agent", WorkspaceRole.AGENT)):
            _join(world, tenant, logins.toured(world, customer, role, tenant.created_at), kind)
    if tenant.story.unseen is None:
        return
    seats = (tenant.offer or FREE).limit(Limit.USERS) or 2
    wanted = min(seats - 1, int(rng.triangular(0, 9 if number == 0 else 6, 1)))
    if world.depth.contacts <= 3:
        wanted = min(wanted, 1)
    named = list(world.toured.values())
    known = [person for other in customer.tenants[:-1] for person in other.members if person not in named]
    for _ in range(wanted):
        shared = known and rng.random() < 0.25
        at = min(tenant.created_at + timedelta(days=between(rng, (0, 60))), tenant.ended_at or world.now, world.now)
        person = (
            rng.choice(known) if shared else customer.team.hire(world.sheet, rng, at, seen_at=_seen(rng, world, at))
        )
        if person.id != tenant.owner.id and person not in tenant.members:
            _join(world, tenant, person, WorkspaceRole.MANAGER if rng.random() < 0.3 else WorkspaceRole.AGENT)


def _seen(rng: Random, world: World, since: datetime) -> datetime:
    return max(since, days_before(world.now, rng.expovariate(0.3)))


def _join(world: World, tenant: Tenant, person: Person, role: WorkspaceRole) -> None:
    if role is not WorkspaceRole.OWNER:
        tenant.members.append(person)
    world.sheet.add(Membership, workspace_id=tenant.id, user_id=person.id, role=role, created_at=tenant.created_at)
