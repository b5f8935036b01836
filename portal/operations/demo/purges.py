"""Example data: receipts of workspaces that were purged before."""

from __future__ import annotations

from datetime import timedelta

from portal.models import Purge
from portal.operations.demo.sheet import random_id
from portal.operations.demo.tenants import World
from portal.rules.lifecycle import PURGE_AFTER

NAMES = ("Harbour Pilot Trial", "Old Mill Bakery", "Northwind Test", "Sanchez & Daughters", "Blue Kite Surf School")
MOST = {"contact": 9_000, "contact_tag": 4_000, "daily_usage": 300, "audit_event": 260, "active_contact": 5_000}


def write_receipts(world: World, organizations: int) -> None:
    """One for each of NAMES, weeks apart, of the first organizations."""
    for n, name in enumerate(NAMES):
        rng = world.dice.of("purged", n)
        counts = {table: 1 + rng.randrange(most) for table, most in MOST.items()}
        counts |= {"membership": 1 + rng.randrange(6), "hold": 1 + n % 2, "workspace": 1}
        began = world.now - timedelta(days=3 + n * 17, minutes=rng.randrange(600))
        ended = began + timedelta(seconds=4 + rng.randrange(20))
        world.sheet.add(
            Purge,
            workspace=random_id(rng, "ws"),
            workspace_name=name,
            organization_id=1 + n % organizations,
            cancelled_at=began - PURGE_AFTER - timedelta(minutes=rng.randrange(60)),
            began_at=began,
            finished_at=ended,
            erased_at=ended,
            run=random_id(rng, "run"),
            counts=counts,
            rows=sum(counts.values()),
        )
