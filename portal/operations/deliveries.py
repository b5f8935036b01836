"""Webhooks on their way: one delivery for each change and address that wants it, at least once.

Deliveries are written from the feed of changes, in its order: each address remembers up to which change it has them.
Whoever delivers takes the address for itself first, and each delivery before it is sent (its next try moved on), so
that no two processes send at once, and the order is that of the changes as far as nothing fails; a process that dies
in between leaves both to be taken again. Each address is served by itself: a slow one keeps nobody else waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Signer

from portal.base import background, ids, metrics
from portal.base.db import db
from portal.gateways.webhooks import Answer, Message, NotSent, gateway
from portal.models import Change, DeliveryState, Webhook, WebhookDelivery, WebhookState, Workspace, scope
from portal.operations.audit import record
from portal.operations.unit import unit
from portal.rules.actors import Actor
from portal.rules.changes import for_customers
from portal.rules.webhooks import GONE, OVERWORKED, TEST, next_try, pause_asked, payload, wants

CLAIM = timedelta(minutes=2)  # longer than any delivery takes
STEP = 500  # changes that are looked at in a unit
PATIENCE = 8.0  # seconds that a run of the job waits for those at work
TAKEN = range(200, 300)  # what is answered where it arrived
CUT = 500  # characters of what went wrong
JOB = "webhooks"

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A delivery that is ours for now."""

    key: int
    attempt: int
    message: Message


def deliver_due(clock: Clock) -> dict[str, int]:
    """What changed is written down for each address that wants it, and what is due is sent, the oldest first, each
    address in a thread of its own. Answers how many deliveries were written, and how many addresses were served."""
    written = fan_out(clock())
    waiting = list(db.session.scalars(_with_due(clock())))
    background.together([partial(_serve_soon, hook, clock) for hook in waiting], PATIENCE)
    return {"written": written, "served": len(waiting)}


def _serve_soon(hook: int, clock: Clock) -> None:
    serve(hook, clock)


def fan_out(now: datetime) -> int:
    """Deliveries of all changes so far are there; answers how many were written."""
    newest = select(func.max(Change.id)).scalar_subquery()
    behind = select(Webhook.id).where(Webhook.state == WebhookState.ACTIVE, Webhook.after_change < newest)
    written = 0
    for hook in list(db.session.scalars(behind)):
        more = True
        while more:
            count, more = _step(hook, now)
            written += count
    return written


def _step(hook: int, now: datetime) -> tuple[int, bool]:
    """The next changes for this address; how many it wants, and whether there may be more."""
    with scope.platform(), unit() as session:
        row = _locked(session, hook)
        if row is None or row.state is not WebhookState.ACTIVE:
            return 0, False
        place = session.get(Workspace, row.workspace_id) if row.workspace_id else None
        only = place.public_id if place else None
        query = select(Change.id, Change.type, Change.workspace).where(Change.id > row.after_change)
        found = session.execute(query.order_by(Change.id).limit(STEP)).all()
        rows = [
            {"public_id": ids.new("dlv"), "webhook_id": hook, "change_id": each.id, "next_attempt_at": now}
            for each in found
            if wants(row.types, only, each.type, each.workspace)
        ]
        if rows:
            session.execute(insert(WebhookDelivery).values(created_at=now, begun_at=now), rows)
        if found:
            row.after_change = found[-1].id
        return len(rows), len(found) == STEP


def serve(hook: int, clock: Clock) -> int:
    """What is due for this address (integer key) was sent, the oldest first, up to the first that failed; answers how
    many arrived. Nothing, where another process does so."""
    fence = _take(hook, clock())
    if fence is None:
        return 0
    arrived = 0
    try:
        while claimed := _claim(hook, fence, clock()):
            if send(claimed.key, claimed.attempt, claimed.message, clock) is not DeliveryState.DELIVERED:
                break
            arrived += 1
    finally:
        _leave(hook, fence)
    return arrived


def send(key: int, attempt: int, message: Message, clock: Clock) -> DeliveryState:
    """Send what was claimed as this attempt; answers what became of it."""
    began, answer, error = time.monotonic(), None, ""
    try:
        answer = gateway().send(message)
    except NotSent as problem:
        error = str(problem)
    took = round((time.monotonic() - began) * 1000)
    metrics.counted().called(_outcome(answer))
    now = clock()
    with unit() as session:
        of = select(WebhookDelivery.webhook_id).where(WebhookDelivery.id == key)
        hook = _locked(session, session.scalar(of) or 0)
        query = select(WebhookDelivery).where(WebhookDelivery.id == key).with_for_update()
        row: WebhookDelivery | None = session.scalar(query)
        if hook is None or row is None:  # removed meanwhile
            return DeliveryState.FAILED
        if row.attempts == attempt:  # else the claim ran out: another says what came of it
            row.duration_ms, row.code = took, answer.code if answer else None
            row.answer = answer.text.replace("\0", "") if answer else ""
            _settle(hook, row, now, answer, error)
        return row.state


def _outcome(answer: Answer | None) -> str:
    if answer is None:
        return "unanswered"
    return "delivered" if answer.code in TAKEN else "refused"


def message_of(hook: Webhook, row: WebhookDelivery, change: Change | None, now: datetime) -> Message:
    """What is sent: the change's public id says which it is, so that a second copy is recognised."""
    name = change.public_id if change else row.public_id
    body = body_of(row.public_id, row.created_at, change, alone=hook.workspace_id is not None)
    secrets = [hook.secret]
    if hook.old_secret and hook.old_until and now < hook.old_until:
        secrets.append(hook.old_secret)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Portal-Webhooks/1",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signer(each).sign(name, now, body) for each in secrets),
    }
    return Message(hook.address, headers, body.encode())


def body_of(delivery: str, written_at: datetime, change: Change | None, *, alone: bool) -> str:
    """The body: of a change, or where there is none, of the test with this public id. `alone`: to a webhook that is for
    one workspace alone."""
    if change is None:
        return payload(delivery, TEST, written_at, "", {"message": "This is a test. Nothing has changed."})
    data = for_customers(change.data) if alone else change.data
    return payload(change.public_id, change.type, change.at, change.workspace, data)


def _settle(hook: Webhook, row: WebhookDelivery, now: datetime, answer: Answer | None, error: str) -> None:
    code = answer.code if answer else None
    if code in TAKEN:
        row.state, row.finished_at, row.next_attempt_at, row.error = DeliveryState.DELIVERED, now, None, ""
        hook.delivered_at, hook.failing_since = now, None
        return
    row.error = (error or f"It answered {code}.")[:CUT]
    if row.change_id is None:  # a test: whoever asked for it has the answer
        row.state, row.finished_at, row.next_attempt_at = DeliveryState.FAILED, now, None
        return
    hook.failing_since = hook.failing_since or now
    asked = pause_asked(answer.retry_after, now) if answer else timedelta(0)
    row.next_attempt_at = None if code == GONE else next_try(row.attempts, row.begun_at, now, asked)
    if code in OVERWORKED and asked:
        row.error = f"It answered {code}, and not to be called for {asked.total_seconds():,.0f} seconds."
        hook.busy_until, hook.fence = now + asked, hook.fence + 1  # nobody takes it before, nor leaves it to others
    if row.next_attempt_at is None:
        row.state, row.finished_at = DeliveryState.FAILED, now
        silent = hook.delivered_at is None or hook.delivered_at < row.begun_at
        if hook.state is WebhookState.ACTIVE and (silent or code == GONE):
            _stop(hook, now, row.error)


def _stop(hook: Webhook, now: datetime, why: str) -> None:
    """Nothing got through in all the time that it was tried."""
    hook.state, hook.stopped_at = WebhookState.STOPPED, now
    record("webhook.stopped", Actor.job(JOB, now), webhook=hook.public_id, address=hook.address, error=why)


# ---------------------------------------------------------------- whose it is


def _with_due(now: datetime) -> Any:
    """The addresses that something is due for, and that nobody is at."""
    free = or_(Webhook.busy_until.is_(None), Webhook.busy_until <= now)
    due = select(WebhookDelivery.webhook_id).where(*_is_due(now))
    return select(Webhook.id).where(Webhook.state == WebhookState.ACTIVE, free, Webhook.id.in_(due))


def _is_due(now: datetime) -> tuple[Any, ...]:
    return WebhookDelivery.state == DeliveryState.WAITING, WebhookDelivery.next_attempt_at <= now


def _locked(session: Session, hook: int) -> Webhook | None:
    query = select(Webhook).where(Webhook.id == hook).with_for_update()
    found: Webhook | None = session.scalar(query, execution_options={"populate_existing": True})
    return found


def _take(hook: int, now: datetime) -> int | None:
    with unit() as session:
        row = _locked(session, hook)
        if row is None or row.state is not WebhookState.ACTIVE or (row.busy_until and row.busy_until > now):
            return None
        row.busy_until, row.fence = now + CLAIM, row.fence + 1
        return row.fence


def _leave(hook: int, fence: int) -> None:
    with unit() as session:
        row = _locked(session, hook)
        if row is not None and row.fence == fence:
            row.busy_until = None


def _claim(hook: int, fence: int, now: datetime) -> _Claimed | None:
    with unit() as session:
        place = _locked(session, hook)
        if place is None or place.fence != fence or place.state is not WebhookState.ACTIVE:
            return None
        # Not as `_is_due` says it, by which SQLite would sort all that is due, anew for each one of them.
        comes = func.coalesce(WebhookDelivery.next_attempt_at, WebhookDelivery.begun_at) <= now
        waits = (WebhookDelivery.webhook_id == hook, WebhookDelivery.state == DeliveryState.WAITING)
        due = select(WebhookDelivery).where(*waits, comes).order_by(WebhookDelivery.id)
        row: WebhookDelivery | None = session.scalar(due.limit(1).with_for_update())
        if row is None:
            return None
        place.busy_until = now + CLAIM
        return claim(session, place, row, now)


def claim(session: Session, hook: Webhook, row: WebhookDelivery, now: datetime) -> _Claimed:
    """In the open unit: the delivery is the caller's to `send` for two minutes."""
    row.attempts += 1
    row.next_attempt_at = now + CLAIM
    change = session.get(Change, row.change_id) if row.change_id else None
    return _Claimed(row.id, row.attempts, message_of(hook, row, change, now))
