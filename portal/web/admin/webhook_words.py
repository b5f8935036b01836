"""Webhooks and their deliveries, ready to show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from flask import url_for

from portal.models import Change, DeliveryState, WebhookState
from portal.operations.deliveries import body_of
from portal.queries.webhooks import DeliveryView, HookView
from portal.web import formats
from portal.web.reader import Reader

STATES: Mapping[DeliveryState, tuple[str, str]] = {
    DeliveryState.WAITING: ("pending", "Waiting"),
    DeliveryState.DELIVERED: ("active", "Delivered"),
    DeliveryState.FAILED: ("failed", "Failed"),
}
"""The badge's look and word of a state."""


class Hook(NamedTuple):
    """A webhook. `badge`: look, word, and what more there is to say."""

    it: HookView
    url: str
    badge: tuple[str, str, str]
    told: str
    types: list[str]
    workspace_url: str | None
    delivered: str
    delivered_title: str
    waiting: str
    failed: str


class Delivery(NamedTuple):
    """A delivery in the log. `badge`: look and word; `answer`: code, or why there is none."""

    it: DeliveryView
    url: str
    badge: tuple[str, str]
    answer: str
    took: str
    tries: str
    when: str
    when_title: str
    next: str


def hook_row(it: HookView, counts: Mapping[tuple[int, DeliveryState], int], by: Reader) -> Hook:
    """The webhook as a line of the list, and as the head of its page."""
    types = list(it.types)
    return Hook(
        it,
        url_for("admin_webhooks.page", hook=it.public_id),
        _badge(it, by),
        formats.counted(len(types), "kind of change", "kinds of change") if types else "All changes",
        types,
        url_for("admin_workspaces.detail", ws=it.workspace) if it.workspace else None,
        formats.ago(it.delivered_at, by.now, by.locale) if it.delivered_at else "Never",
        formats.minute(it.delivered_at, by.locale, by.timezone) if it.delivered_at else "",
        formats.number(counts.get((it.key, DeliveryState.WAITING), 0), by.locale),
        formats.number(counts.get((it.key, DeliveryState.FAILED), 0), by.locale),
    )


def _badge(it: HookView, by: Reader) -> tuple[str, str, str]:
    if it.state is WebhookState.STOPPED:
        return "failed", "Stopped", _since(it.stopped_at, by)
    if it.state is WebhookState.PAUSED:
        return "draft", "Paused", _since(it.stopped_at, by)
    if it.failing_since:
        return "overdue", "Failing", _since(it.failing_since, by)
    return "active", "Active", ""


def _since(at: datetime | None, by: Reader) -> str:
    return f"since {formats.minute(at, by.locale, by.timezone)}" if at else ""


def delivery_row(it: DeliveryView, hook: str, by: Reader) -> Delivery:
    """The delivery as a line of the log."""
    return Delivery(
        it,
        url_for("admin_webhooks.delivery", hook=hook, delivery=it.public_id),
        STATES[it.state],
        str(it.code) if it.code else (it.error or formats.NONE),
        f"{formats.number(it.duration_ms, by.locale)} ms" if it.duration_ms is not None else formats.NONE,
        formats.number(it.attempts, by.locale),
        formats.ago(it.created_at, by.now, by.locale),
        formats.minute(it.created_at, by.locale, by.timezone),
        _next(it, by),
    )


def _next(it: DeliveryView, by: Reader) -> str:
    if it.next_attempt_at is None:
        return ""
    if it.next_attempt_at <= by.now:
        return "Within a minute"
    return formats.minute(it.next_attempt_at, by.locale, by.timezone)


def facts(it: DeliveryView, by: Reader) -> list[tuple[str, str, None, None, str | None]]:
    """What there is to know of it, as `components/facts.html` draws it."""
    row = delivery_row(it, "", by)
    found = [
        ("Type", it.type, None),
        ("webhook-id", it.change or it.public_id, None),
        ("Workspace", it.workspace, url_for("admin_workspaces.detail", ws=it.workspace) if it.workspace else None),
        ("Written", formats.moment(it.created_at, by.now, by.locale, by.timezone), None),
        ("Tries", row.tries, None),
        ("Last answer", str(it.code) if it.code else "", None),
        ("Took", row.took if it.duration_ms is not None else "", None),
        ("Next try", row.next, None),
        ("Ended", formats.moment(it.finished_at, by.now, by.locale, by.timezone) if it.finished_at else "", None),
    ]
    return [(label, text, None, None, url) for label, text, url in found if text]


def body(it: DeliveryView, change: Change | None, hook: HookView) -> str:
    """What is sent, set out to be read. What signs it is not part of it."""
    sent = body_of(it.public_id, it.created_at, change, alone=bool(hook.workspace))
    return json.dumps(json.loads(sent), ensure_ascii=False, indent=2)
