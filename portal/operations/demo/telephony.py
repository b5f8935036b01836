"""Example data: phone numbers, those in the inventory too, and extensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from portal.models import Extension, ExtensionState, Number, NumberState, ReleasedNumber
from portal.operations.demo.catalogue import FREE
from portal.operations.demo.dice import between, scrambled
from portal.operations.demo.places import REGIONS, Block, Region
from portal.operations.demo.tenants import Tenant, World
from portal.operations.demo.texts import ROOMS
from portal.rules.limits import Limit

INVENTORY = 0.4  # numbers that wait for a customer, to a workspace
MOST_WAITING = 2_000
LEAVING = 6  # days that porting out has taken at least


@dataclass(frozen=True, slots=True)
class Lines:
    """What a workspace can be called at: numbers (E.164) that it has or had, and extensions."""

    numbers: Sequence[str]
    extensions: Sequence[str]


def write_telephony(world: World, tenant: Tenant) -> Lines:
    """Its numbers and extensions, within its plan's limits. A closed one has none left: its numbers went back."""
    rng = world.dice.of("telephony", tenant.id)
    offer = tenant.offer or FREE
    most = 2 if world.depth.contacts <= 3 else 8
    numbers = min(offer.limit(Limit.NUMBERS) or 0, int(rng.triangular(0, most, 1.2)))
    held = [_number(world, rng, tenant) for _ in range(numbers)]
    extensions = min(offer.limit(Limit.EXTENSIONS) or 0, int(rng.triangular(0, most * 2.5, 2)))
    for place in range(extensions):
        gone = tenant.cancelled_at is not None or rng.random() < 0.06
        world.sheet.add(
            Extension,
            workspace_id=tenant.id,
            number=str(101 + place),
            display_name=ROOMS[place] if place < len(ROOMS) else f"Agent {place - len(ROOMS) + 1}",
            secret_digest="",
            state=ExtensionState.UNREGISTERED if gone else ExtensionState.PROVISIONED,
            created_at=tenant.created_at + timedelta(hours=place + 1) if not tenant.story.trial else tenant.created_at,
        )
    return Lines(held, [str(101 + place) for place in range(extensions)])


def _number(world: World, rng: Random, tenant: Tenant) -> str:
    released = tenant.cancelled_at
    leaving = released is None and not tenant.story.trial and rng.random() < 0.02
    state = NumberState.PORTING_OUT if leaving else NumberState.ASSIGNED
    e164 = _add(
        world,
        rng,
        tenant.customer.region,
        state=NumberState.AVAILABLE if released else state,
        workspace_id=None if released else tenant.id,
        last_workspace_id=tenant.id if released else None,
        released_at=released,
        porting_at=_begun(world, tenant) if leaving else None,
        created_at=tenant.created_at,
    )
    if released:
        world.sheet.add(ReleasedNumber, workspace_id=tenant.id, e164=e164)
    return e164


def _begun(world: World, tenant: Tenant) -> datetime:
    """When porting out was begun, not before the number was there."""
    return max(tenant.created_at, world.now - timedelta(days=LEAVING + tenant.id % LEAVING))


def write_inventory(world: World, workspaces: int) -> None:
    """Numbers of every region that wait for a customer."""
    rng = world.dice.of("inventory")
    count = min(MOST_WAITING, max(len(REGIONS), int(workspaces * INVENTORY)))
    for place in range(count):
        region = REGIONS[place] if place < len(REGIONS) else rng.choices(REGIONS, [each.share for each in REGIONS])[0]
        at = world.opened_at + (world.now - world.opened_at) * between(rng, (0.3, 0.98))
        _add(
            world,
            rng,
            region,
            state=NumberState.AVAILABLE,
            workspace_id=None,
            last_workspace_id=None,
            released_at=None,
            porting_at=None,
            created_at=at.replace(microsecond=0),
        )


def _add(world: World, rng: Random, region: Region, **values: object) -> str:
    block = _block(world, rng, region)
    prefix, digits, kind = block
    place = world.numbers[prefix]
    world.numbers[prefix] += 1
    size = 10**digits
    e164 = f"{prefix}{place * scrambled(size) % size:0{digits}}"
    world.sheet.add(Number, e164=e164, country=region.country, kind=kind, **values)
    return e164


def _block(world: World, rng: Random, region: Region) -> Block:
    """One that still has numbers."""
    free = [block for block in region.blocks if world.numbers[block[0]] < 10 ** block[1]]
    return rng.choice(free)


def any_number(rng: Random, region: Region) -> str:
    """A phone number of that region, of somebody who is no customer: fit for a contact."""
    prefix, digits, _ = rng.choice(region.blocks)
    return f"{prefix}{rng.randrange(10**digits):0{digits}}"
