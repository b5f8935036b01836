"""Reads of webhooks: who is called, and what became of each call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from portal.base.db import db
from portal.models import Change, DeliveryState, Webhook, WebhookDelivery, WebhookState, Workspace
from portal.rules.errors import NotFound
from portal.rules.webhooks import TEST

PAGE = 25


@dataclass(frozen=True, slots=True)
class HookView:
    """An address that is called. `types`: none means all; `workspace`: public id of the one that it is for, blank for
    all; `old_until`: so long its former secret signs too."""

    key: int
    public_id: str
    address: str
    types: Sequence[str]
    state: WebhookState
    failing_since: datetime | None
    delivered_at: datetime | None
    stopped_at: datetime | None
    old_until: datetime | None
    created_at: datetime
    created_by: str
    workspace: str
    workspace_name: str


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A call, made or to be made. `change`: public id, blank of a test; `workspace` of the one that changed."""

    public_id: str
    state: DeliveryState
    attempts: int
    code: int | None
    duration_ms: int | None
    answer: str
    error: str
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None
    change: str
    type: str
    workspace: str


_HOOKS: Select[*tuple[Any, ...]] = select(
    Webhook.id,
    Webhook.public_id,
    Webhook.address,
    Webhook.types,
    Webhook.state,
    Webhook.failing_since,
    Webhook.delivered_at,
    Webhook.stopped_at,
    Webhook.old_until,
    Webhook.created_at,
    Webhook.created_by,
    func.coalesce(Workspace.public_id, ""),
    func.coalesce(Workspace.name, ""),
).outerjoin(Workspace, Workspace.id == Webhook.workspace_id)
_DELIVERIES: Select[*tuple[Any, ...]] = select(
    WebhookDelivery.public_id,
    WebhookDelivery.state,
    WebhookDelivery.attempts,
    WebhookDelivery.code,
    WebhookDelivery.duration_ms,
    WebhookDelivery.answer,
    WebhookDelivery.error,
    WebhookDelivery.created_at,
    WebhookDelivery.next_attempt_at,
    WebhookDelivery.finished_at,
    func.coalesce(Change.public_id, ""),
    func.coalesce(Change.type, TEST),
    func.coalesce(Change.workspace, ""),
).outerjoin(Change, Change.id == WebhookDelivery.change_id)


def hooks() -> list[HookView]:
    """All, the newest first; there are few."""
    return [HookView(*row) for row in db.session.execute(_HOOKS.order_by(Webhook.id.desc()))]


def hook(public_id: str) -> HookView:
    """One of them; raises NotFound."""
    query = _HOOKS.where(Webhook.public_id == public_id)
    row = db.session.execute(query).one_or_none() if public_id.isprintable() else None
    if row is None:
        raise NotFound()
    return HookView(*row)


def by_state() -> Mapping[tuple[int, DeliveryState], int]:
    """How many deliveries each webhook (integer key) has in each state."""
    of, state = WebhookDelivery.webhook_id, WebhookDelivery.state
    rows = db.session.execute(select(of, state, func.count()).group_by(of, state))
    return {(key, each): count for key, each, count in rows}


def deliveries(key: int, state: DeliveryState | None, page: int) -> list[DeliveryView]:
    """A page (from 1) of what went to this webhook (integer key), the newest first; of one state, or of all."""
    query = _DELIVERIES.where(WebhookDelivery.webhook_id == key)
    if state:
        query = query.where(WebhookDelivery.state == state)
    query = query.order_by(WebhookDelivery.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return [DeliveryView(*row) for row in db.session.execute(query)]


def delivery(key: int, public_id: str) -> tuple[DeliveryView, Change | None]:
    """One of them, and the change that it tells of (None: a test). Raises NotFound."""
    known = (WebhookDelivery.webhook_id == key) & (WebhookDelivery.public_id == public_id)
    row = db.session.execute(_DELIVERIES.where(known)).one_or_none() if public_id.isprintable() else None
    if row is None:
        raise NotFound()
    found = DeliveryView(*row)
    change = select(Change).where(Change.public_id == found.change)
    return found, db.session.scalar(change) if found.change else None
