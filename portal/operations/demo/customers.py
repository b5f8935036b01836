"""Example data: organizations and their workspaces, people and roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from portal.models import Organization, OrganizationMember
from portal.operations.addresses import free_slug
from portal.operations.demo.branding import is_branded
from portal.operations.demo.catalogue import card_of
from portal.operations.demo.dice import Dice, between
from portal.operations.demo.logins import CUSTOMERS, toured
from portal.operations.demo.names import COMPANIES, DEMANDING
from portal.operations.demo.people import Team
from portal.operations.demo.places import REGIONS, Region
from portal.operations.demo.stories import BY_NAME, TOURED, Story, child_story, primary_story, single_story
from portal.operations.demo.tenants import OLDEST, Customer, World, at_work, days_before
from portal.rules.access import OrganizationRole
from portal.rules.text import sort_key

LEAST = 3  # the toured organization has as many at least
ORGANIZATIONS = 90 / 214  # organizations to a workspace
MULTI = 0.27  # of organizations
ANY_HOUR = 11.0  # days: what is younger is not moved into office hours, which could make it too young for its story
SETTLED = 38.0  # days: from then on a workspace has a past to compare with
TOURED_NAME = ("Nilgiri Retail", "nilgiri-retail")


@dataclass(frozen=True, slots=True)
class Size:
    """How many workspaces the `index`th organization has."""

    index: int
    workspaces: int


def sizes(dice: Dice, workspaces: int) -> list[Size]:
    """Of all organizations, adding up to `workspaces`. The first is the one whose people can be logged in as."""
    count = max(1, round(workspaces * ORGANIZATIONS))
    multis = max(1, round(count * MULTI))
    rng = dice.of("sizes")
    spare = workspaces - (count - multis) - 2 * multis
    toured = min(len(TOURED), spare + 2)
    weights = [min(rng.paretovariate(1.3), 12) for _ in range(multis - 1)]
    left = spare - (toured - 2)
    found = [2 + extra for extra in _shared(left, weights)]
    found += [1] * (count - multis + (0 if weights else left))
    rng.shuffle(found)
    return [Size(index, size) for index, size in enumerate([toured, *found])]


def _shared(total: int, weights: list[float]) -> Iterator[int]:
    """`total` split by weight into whole numbers."""
    left, weight_left = total, sum(weights)
    for weight in weights:
        part = round(left * weight / weight_left)
        yield part
        left, weight_left = left - part, weight_left - weight


def stories(world: World, size: Size) -> list[Story]:
    """What happens to each workspace of the organization; its first workspace comes first."""
    if size.index == 0:
        return [BY_NAME[name] for name in TOURED[: size.workspaces]]
    if size.workspaces == 1:
        world.singles += 1
        return [single_story(world.dice, world.singles - 1)]
    first = world.children
    world.children += size.workspaces - 1
    world.multis += 1
    rest = [child_story(world.dice, index) for index in range(first, world.children)]
    return [primary_story(world.dice, world.multis - 1), *rest]


def write_organization(world: World, size: Size, lives: list[Story]) -> Customer:
    """The organization's row; its workspaces follow."""
    rng = world.dice.of("organization", size.index)
    name, latin, industry, region = _named(world.dice, rng, size.index)
    slug = _free(latin, world.slugs)
    created_at = _created(world, rng, lives, region.timezone)
    card = card_of(region.currency, size.workspaces > 5)
    city = rng.choice(region.cities)
    address = f"{rng.randrange(1, 240)} {city.name}, {city.state} {city.postal}"
    tax_id = f"{region.country}{rng.randrange(10**9, 10**10)}" if rng.random() < 0.7 else ""
    discount = size.workspaces > 5 and rng.random() < 0.5
    key = world.sheet.add(
        Organization,
        name=name,
        name_key=sort_key(name),
        slug=slug,
        company_name=name,
        address=address,
        country=region.country,
        tax_id=tax_id,
        billing_email=f"accounts@{slug}.example",
        currency=region.currency,
        rate_card_id=world.catalogue.cards[card.name],
        volume_discount=discount,
        branding_granted=is_branded(size.index),
        created_at=created_at,
    )
    team = Team(region, f"{slug}.example", world.hashes)
    is_multi = size.workspaces > 1
    whole = Customer(key, size.index, region, name, slug, latin, industry, card, team, created_at, is_multi)
    whole.address, whole.tax_id, whole.discount = address, tax_id, discount
    return whole


def _named(dice: Dice, rng: Random, index: int) -> tuple[str, str, str, Region]:
    """Name, Latin form, industry, and where it is."""
    if index == 0:
        return *TOURED_NAME, "Retail", REGIONS[0]
    if index % 3 == 1 and index // 3 < len(DEMANDING):
        names, name, latin, industry = DEMANDING[index // 3]
        return name, latin, industry, next(region for region in REGIONS if region.names == names)
    country = dice.card("region", index, [(region.country, region.share) for region in REGIONS])
    region = next(region for region in REGIONS if region.country == country)
    companies = COMPANIES[region.names]
    head, trade = rng.choice(companies.heads), rng.choice(companies.trades)
    name = companies.pattern.format(head=head[0], trade=trade[0])
    return name, f"{head[1]} {trade[1]}", trade[2], region


def _created(world: World, rng: Random, lives: list[Story], timezone: str) -> datetime:
    """When it came: sign-ups grow over the years, so that most are young. Never younger than its first story allows."""
    youngest = SETTLED + (70 if len(lives) > 1 or lives[0].closed else 0)
    age = youngest + (OLDEST - youngest) * (1 - rng.random() ** 0.5)
    if lives[0].age and len(lives) == 1:
        age = between(rng, lives[0].age)
        if age < ANY_HOUR:
            return days_before(world.now, age)
    return at_work(rng, days_before(world.now, age), timezone)


def write_people(world: World, customer: Customer) -> None:
    """Who has a role in the organization: its admin (the first workspace's owner), all other members, and in some
    people for billing or users alone."""
    rng = world.dice.of("roles", customer.id)
    members = {person.id: person for tenant in customer.tenants for person in (tenant.owner, *tenant.members)}
    if customer.index == 0:
        for role, (_, _, organization_role, _) in CUSTOMERS.items():
            person = toured(world, customer, role, customer.created_at)
            members.pop(person.id, None)
            _add_member(world, customer, person.id, organization_role)
    for key in members:
        first = customer.index > 0 and key == customer.tenants[0].owner.id
        _add_member(world, customer, key, OrganizationRole.ADMIN if first else OrganizationRole.MEMBER)
    if customer.index and len(customer.tenants) > 2:
        for role in (OrganizationRole.BILLING_ADMIN, OrganizationRole.USER_ADMIN):
            if rng.random() < 0.6:
                at = customer.created_at + timedelta(days=1, hours=2)
                person = customer.team.hire(world.sheet, rng, min(at, world.now))
                _add_member(world, customer, person.id, role)


def _add_member(world: World, customer: Customer, user: int, role: OrganizationRole) -> None:
    """A person's role in the organization."""
    at = customer.created_at
    world.sheet.add(OrganizationMember, organization_id=customer.id, user_id=user, role=role, created_at=at)


def _free(latin: str, taken: set[str]) -> str:
    slug = free_slug(latin, taken.intersection)
    taken.add(slug)
    return slug


def free_address(world: World, latin: str) -> str:
    """A web address for this name that no other workspace has."""
    return _free(latin, world.addresses)
