"""Webhooks: addresses made, changed, paused and tried; their secrets; and what is sent once more."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.base import ids
from portal.gateways.webhooks import gateway
from portal.models import Change, DeliveryState, Webhook, WebhookDelivery, WebhookState, Workspace, scope
from portal.operations import deliveries
from portal.operations.audit import record
from portal.operations.draft_fields import line
from portal.operations.drafts import Faults
from portal.operations.one_workspace import one_or_all
from portal.operations.unit import locked, unit
from portal.rules.actors import Actor
from portal.rules.changes import CHANGES
from portal.rules.errors import Conflict, Invalid, NotFound, Refused
from portal.rules.periods import zone
from portal.rules.webhooks import LONGEST, OLD_SECRET, target

BEGINS = "whsec_"
BYTES = 32  # Standard Webhooks asks for 24 to 64
STATES = {WebhookState.ACTIVE: "active", WebhookState.PAUSED: "paused", WebhookState.STOPPED: "stopped"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed. `types`: of changes, none for all; `workspace`: public id or web address, blank for all."""

    address: str = ""
    types: Collection[str] = ()
    workspace: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """An address and its secret, which is told this once."""

    public_id: str
    secret: str


def create(wanted: Wanted, by: Actor) -> Made:
    """One more address is called, for what changes from now on. Raises Invalid with a message at each field at
    fault."""
    with scope.platform(), unit() as session:
        address, types, workspace = _checked(wanted)
        newest = session.scalar(select(func.max(Change.id))) or 0
        row = Webhook(public_id=ids.new("whk"), address=address, types=types, secret=_secret(), after_change=newest)
        row.workspace_id, row.created_at, row.created_by = workspace.id if workspace else None, by.at, by.label
        session.add(row)
        record("webhook.created", by, workspace=workspace, **_named(row), types=types)
        return Made(row.public_id, row.secret)


def change(hook: str, wanted: Wanted, by: Actor) -> None:
    """Address, types and workspace are these; what waits goes there too. Raises NotFound and Invalid."""
    with scope.platform(), unit() as session:
        row = locked(session, Webhook, hook)
        address, types, workspace = _checked(wanted)
        was = _place(session, row)
        before, after = _told(row.address, row.types, was), _told(address, types, workspace)
        row.address, row.types, row.workspace_id = address, types, workspace.id if workspace else None
        changed: dict[str, Any] = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
        if changed:
            record("webhook.changed", by, workspace=workspace or was, webhook=row.public_id, **changed)


def rotate(hook: str, by: Actor) -> Made:
    """There is a new secret; for 24 hours the old one signs beside it. Raises NotFound."""
    with scope.platform(), unit() as session:
        row = locked(session, Webhook, hook)
        row.old_secret, row.old_until, row.secret = row.secret, by.at + OLD_SECRET, _secret()
        record("webhook.secret_rotated", by, workspace=_place(session, row), **_named(row))
        return Made(row.public_id, row.secret)


def pause(hook: str, by: Actor) -> None:
    """Nothing is sent; what changes meanwhile waits. Raises NotFound, and Conflict where it is so already."""
    with scope.platform(), unit() as session:
        row = locked(session, Webhook, hook)
        if row.state is not WebhookState.ACTIVE:
            raise Conflict(f"It is {STATES[row.state]} already.")
        _pause(row, _place(session, row), by)


def pause_of(session: Session, workspace: Workspace, by: Actor) -> None:
    """Nothing is sent to the addresses that hear of this workspace alone, until somebody resumes them."""
    theirs = select(Webhook).where(Webhook.workspace_id == workspace.id, Webhook.state == WebhookState.ACTIVE)
    for row in session.scalars(theirs.order_by(Webhook.id).with_for_update()):
        _pause(row, workspace, by)


def _pause(row: Webhook, workspace: Workspace | None, by: Actor) -> None:
    row.state, row.stopped_at = WebhookState.PAUSED, by.at
    record("webhook.paused", by, workspace=workspace, **_named(row))


def resume(hook: str, by: Actor) -> None:
    """It is called again, at once with all that waits. Raises NotFound, and Conflict where it is so already."""
    with scope.platform(), unit() as session:
        row = locked(session, Webhook, hook)
        if row.state is WebhookState.ACTIVE:
            raise Conflict("It is active already.")
        row.state, row.stopped_at, row.failing_since, row.busy_until = WebhookState.ACTIVE, None, None, None
        waiting = (WebhookDelivery.webhook_id == row.id) & (WebhookDelivery.state == DeliveryState.WAITING)
        session.execute(update(WebhookDelivery).where(waiting).values(**_afresh(by.at)))
        record("webhook.resumed", by, workspace=_place(session, row), **_named(row))


def remove(hook: str, by: Actor) -> None:
    """It is called no more, and its deliveries are gone. Raises NotFound."""
    with scope.platform(), unit() as session:
        row = locked(session, Webhook, hook)
        record("webhook.removed", by, workspace=_place(session, row), **_named(row))
        session.delete(row)


def test(hook: str, by: Actor, clock: Callable[[], datetime]) -> str:
    """A test was sent, whatever the state of the address; answers the delivery's public id. Raises NotFound."""
    with scope.platform(), unit() as session:
        row = locked(session, Webhook, hook)
        delivery = WebhookDelivery(public_id=ids.new("dlv"), webhook_id=row.id, created_at=by.at, begun_at=by.at)
        delivery.attempts, delivery.state = 0, DeliveryState.WAITING
        session.add(delivery)
        session.flush()
        claimed = deliveries.claim(session, row, delivery, by.at)
        record("webhook.tested", by, workspace=_place(session, row), **_named(row))
        name = delivery.public_id
    deliveries.send(claimed.key, claimed.attempt, claimed.message, clock)
    return name


def replay(hook: str, delivery: str, by: Actor) -> None:
    """It is sent once more, as if it were due first now. Raises NotFound, and Conflict where it waits anyway, or is a
    test."""
    with scope.platform(), unit() as session:
        row = locked(session, Webhook, hook)
        found = locked(session, WebhookDelivery, delivery)
        if found.webhook_id != row.id:
            raise NotFound()
        if found.change_id is None:
            raise Conflict("It was a test. Send another one.")
        if found.state is DeliveryState.WAITING:
            raise Conflict("It waits to be sent anyway.")
        session.execute(update(WebhookDelivery).where(WebhookDelivery.id == found.id).values(**_afresh(by.at)))
        record("webhook.replayed", by, workspace=_place(session, row), **_named(row), deliveries=1)


def replay_failed(hook: str, since: str, timezone: str, by: Actor) -> int:
    """All that failed of what was written since then (`2026-11-21T16:30`, in this time zone) is sent once more; answers
    how many. Raises NotFound, and Refused where there is none, or no such instant."""
    begin = _instant(since, timezone)
    with scope.platform(), unit() as session:
        row = locked(session, Webhook, hook)
        failed = (WebhookDelivery.webhook_id == row.id) & (WebhookDelivery.state == DeliveryState.FAILED)
        which = failed & WebhookDelivery.change_id.is_not(None) & (WebhookDelivery.created_at >= begin)
        again = update(WebhookDelivery).where(which).values(**_afresh(by.at)).returning(WebhookDelivery.id)
        count = len(session.execute(again).all())
        if not count:
            raise Refused("Nothing has failed since then.", "since")
        facts: dict[str, Any] = {"deliveries": count, "since": begin.isoformat()}
        record("webhook.replayed", by, workspace=_place(session, row), **_named(row), **facts)
        return count


def _instant(given: str, timezone: str) -> datetime:
    try:
        return datetime.fromisoformat(given.strip()).replace(tzinfo=zone(timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("Give a day and a time, such as 2026-11-21 16:30.", "since") from None


def _afresh(now: datetime) -> dict[str, Any]:
    state = DeliveryState.WAITING
    return {"state": state, "attempts": 0, "begun_at": now, "next_attempt_at": now, "finished_at": None}


def _named(row: Webhook) -> dict[str, Any]:
    return {"webhook": row.public_id, "address": row.address}


def _told(address: str, types: Collection[str], only: Workspace | None) -> dict[str, str]:
    return {"address": address, "types": ", ".join(types) or "all", "only": only.name if only else ""}


def _secret() -> str:
    return BEGINS + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def _place(session: Session, row: Webhook) -> Workspace | None:
    return session.get(Workspace, row.workspace_id) if row.workspace_id else None


def _checked(wanted: Wanted) -> tuple[str, list[str], Workspace | None]:
    faults = Faults()
    address = faults.take("address", _address, wanted.address)
    types = faults.take("types", _types, wanted.types)
    workspace = faults.take("workspace", one_or_all, wanted.workspace)
    if faults.found:
        raise Invalid(faults.found)
    return address or "", types or [], workspace


def _address(given: str) -> str:
    address = line(given, "address", "an address such as https://gateway.example/webhooks", LONGEST, required=True)
    target(address, gateway().loopback)
    return address


def _types(given: Collection[str]) -> list[str]:
    if not set(given) <= set(CHANGES):
        raise Refused("Choose of those listed.", "types")
    return [each for each in CHANGES if each in given]
