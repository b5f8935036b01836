"""Example data: programs that are told of what changed. Their hosts exist nowhere, so nobody is ever reached."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Change, DeliveryState, Webhook, WebhookDelivery, WebhookState, Workspace
from portal.operations.demo.api_keys import OWNER
from portal.operations.demo.tenants import World
from portal.rules.webhooks import GIVE_UP, PAUSES

GATEWAY, PBX, OLD = "https://mumbai.gateways.example/portal", "https://pbx.example/hooks", "https://old.example/in"
OF_PBX = ["number.assigned", "number.released", "extension.unregistered"]
CHANGES: tuple[tuple[str, dict[str, object]], ...] = (
    ("workspace.limits_updated", {"limits": ["daily_messages"]}),
    ("workspace.suspended", {"kind": "manual", "reason": "Please answer our mail of last week."}),
    ("workspace.reactivated", {"status": "active"}),
    ("number.assigned", {"number": "+918047182200"}),
    ("workspace.plan_changed", {"plan": "Growth", "billing_cycle": "monthly"}),
    ("workspace.activated", {"status": "active"}),
    ("number.released", {"number": "+918047182291"}),
)
NUMBER = 45  # changes
APART = timedelta(minutes=97)
FAILS = 6  # days since the old one answered last


def write_webhooks(session: Session, world: World) -> None:
    """Those of the platform, with what changed lately."""
    chosen = select(Workspace.public_id).where(Workspace.status == "active").order_by(Workspace.id).limit(12)
    places = list(session.scalars(chosen))
    rng = world.dice.of("webhooks")
    changes = []
    for number in range(NUMBER):
        at = world.now - APART * (NUMBER - number)
        kind, data = CHANGES[number % len(CHANGES)]
        told = {"type": kind, "at": at, "workspace": rng.choice(places), "organization": "", "data": data}
        changes.append((world.sheet.add(Change, **told), kind, at))
    gateway, pbx = _hook(world, GATEWAY, [], 210), _hook(world, PBX, OF_PBX, 118)
    for key, kind, at in changes:
        _delivered(world, gateway, key, at, rng.randrange(24, 180))
        if kind in OF_PBX:
            _delivered(world, pbx, key, at, rng.randrange(90, 640))
    stopped_at = world.now - timedelta(days=FAILS) + GIVE_UP
    old = _hook(world, OLD, [], 390, state=WebhookState.STOPPED, stopped_at=stopped_at)
    for key, _, at in changes[:4]:
        _failed(world, old, key, at)
    world.sheet.write(session)


def _hook(world: World, address: str, types: list[str], age: int, **more: object) -> int:
    last = world.sheet.last[Change.__table__]
    common = {"state": WebhookState.ACTIVE, "failing_since": None, "stopped_at": None, "old_secret": None}
    return world.sheet.add(
        Webhook,
        address=address,
        types=types,
        secret="whsec_" + "A" * 43 + "=",  # nobody has it, and nobody is called with it
        after_change=last,
        delivered_at=world.now - APART if not more else world.now - timedelta(days=FAILS),
        fence=0,
        created_at=world.now - timedelta(days=age),
        created_by=OWNER,
        **common | more,
    )


def _delivered(world: World, hook: int, change: int, at: datetime, took: int) -> None:
    done = at + timedelta(seconds=4)
    _delivery(world, hook, change, at, DeliveryState.DELIVERED, 1, code=204, duration_ms=took, finished_at=done)


def _failed(world: World, hook: int, change: int, at: datetime) -> None:
    answer = "<h1>502 Bad Gateway</h1>"
    told = {"code": 502, "duration_ms": 31, "error": "It answered 502.", "answer": answer}
    _delivery(world, hook, change, at, DeliveryState.FAILED, len(PAUSES) + 2, **told, finished_at=at + GIVE_UP)


def _delivery(
    world: World, hook: int, change: int, at: datetime, state: DeliveryState, attempts: int, **more: object
) -> None:
    world.sheet.add(
        WebhookDelivery,
        webhook_id=hook,
        change_id=change,
        state=state,
        attempts=attempts,
        next_attempt_at=None,
        created_at=at,
        begun_at=at,
        **{"error": "", "answer": ""} | more,
    )
