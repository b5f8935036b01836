"""Example data: contacts with tags, campaigns and broadcasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from portal.models import Broadcast, BroadcastState, Campaign, Contact, ContactTag
from portal.operations.demo.catalogue import FREE
from portal.operations.demo.dice import between
from portal.operations.demo.names import PEOPLE
from portal.operations.demo.telephony import any_number
from portal.operations.demo.tenants import Tenant, World
from portal.operations.demo.texts import CAMPAIGNS, TAGS

DAYS_BACK = 100  # days over which broadcasts are spread


def write_messaging(world: World, tenant: Tenant) -> Sequence[str]:
    """Its contacts, campaigns and broadcasts; the phone numbers of its contacts."""
    rng = world.dice.of("messaging", tenant.id)
    phones = _contacts(world, rng, tenant)
    scale = 1.0 if world.depth.contacts > 3 else 0.3
    free = tenant.offer in (None, FREE) or tenant.story.trial
    for number in range(int(rng.triangular(0, 2 if free else 6, 1) * scale)):
        name, tag, body = CAMPAIGNS[(tenant.id + number) % len(CAMPAIGNS)]
        at = _moment(world, rng, tenant)
        campaign = world.sheet.add(
            Campaign, workspace_id=tenant.id, name=name, tag=tag, created_at=at, archived_at=None
        )
        for part in range(rng.choice((1, 1, 2)) if free else rng.choice((1, 2, 2, 3, 4))):
            sent_at = min(at + timedelta(days=part * 7 + 1, hours=3), _end(world, tenant))
            _broadcast(world, rng, tenant, campaign, f"{name}, part {part + 1}", tag, body, sent_at)
    return phones


def _contacts(world: World, rng: Random, tenant: Tenant) -> Sequence[str]:
    most = world.depth.contacts
    people, region = PEOPLE[tenant.customer.region.names], tenant.customer.region
    phones: set[str] = set()
    for _ in range(int(rng.triangular(0, min(most, 8) if tenant.story.little else most, most * 0.3))):
        phone = any_number(rng, region)
        if phone in phones:
            continue
        phones.add(phone)
        given, family = rng.choice(people.given)[0], rng.choice(people.family)[0]
        contact = world.sheet.add(
            Contact,
            workspace_id=tenant.id,
            name=f"{family} {given}" if people.family_first else f"{given} {family}",
            phone=phone,
            email="",
            created_at=_moment(world, rng, tenant),
        )
        for tag in rng.sample(TAGS, rng.choice((0, 1, 1, 2))):
            world.sheet.add(ContactTag, workspace_id=tenant.id, contact_id=contact, tag=tag)
    return sorted(phones)


def _broadcast(
    world: World, rng: Random, tenant: Tenant, campaign: int, name: str, tag: str, body: str, at: datetime
) -> None:
    chance = rng.random()
    state, scheduled = BroadcastState.SENT, at
    if tenant.ended_at is None and chance < 0.12:
        state, scheduled = BroadcastState.SCHEDULED, world.now + timedelta(days=between(rng, (0.5, 12)))
    elif chance < 0.2:
        state = BroadcastState.DRAFT
    elif chance < 0.24 or (tenant.ended_at and at >= tenant.ended_at):
        state = BroadcastState.STOPPED
    world.sheet.add(
        Broadcast,
        workspace_id=tenant.id,
        campaign_id=campaign,
        name=name,
        body=body,
        tag=tag,
        state=state,
        scheduled_at=None if state is BroadcastState.DRAFT else scheduled.replace(microsecond=0),
        created_at=max(tenant.created_at, at - timedelta(hours=20)),
    )


def _moment(world: World, rng: Random, tenant: Tenant) -> datetime:
    """Some instant of its life, not too long ago."""
    end = _end(world, tenant)
    start = max(tenant.created_at, end - timedelta(days=DAYS_BACK))
    return (start + (end - start) * rng.random()).replace(microsecond=0)


def _end(world: World, tenant: Tenant) -> datetime:
    return tenant.ended_at or world.now
