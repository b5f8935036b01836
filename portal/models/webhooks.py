"""Webhooks: who is called when something changes, and what became of each call."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, choice, public_id


class WebhookState(StrEnum):
    """`stopped`: by itself, since nothing got through any more; `paused`: by somebody."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


class DeliveryState(StrEnum):
    """How far it is. `failed` is not tried again by itself."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Webhook(Row, db.Model):
    """An address that is called. `types`: of changes; none means all. `after_change`: the integer key of the change up
    to which deliveries were written. `secret` signs, so it is kept as it is; `old_secret` beside it, `old_until` then.
    `failing_since`: the first try of those that failed one after the other. `busy_until`: a process delivers to it by
    `fence`, unless it died; or it asked not to be called before."""

    public_id: Mapped[str] = public_id("whk")
    address: Mapped[str] = mapped_column(String(500))
    types: Mapped[list[str]] = mapped_column(JSON)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), index=True)
    secret: Mapped[str] = mapped_column(String(80))
    old_secret: Mapped[str | None] = mapped_column(String(80))
    old_until: Mapped[datetime | None] = mapped_column(Instant)
    state: Mapped[WebhookState] = mapped_column(choice(WebhookState, "state"), default=WebhookState.ACTIVE)
    after_change: Mapped[int] = mapped_column(BigInteger)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    busy_until: Mapped[datetime | None] = mapped_column(Instant)
    fence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(NAME))


class WebhookDelivery(Row, db.Model):
    """A change (none: a test) on its way to an address. `begun_at`: when it was due first, or was last asked for again;
    `code`, `duration_ms`, `answer` (its beginning) and `error` are of the last try."""

    public_id: Mapped[str] = public_id("dlv")
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    change_id: Mapped[int | None] = mapped_column(ForeignKey("change.id", ondelete="CASCADE"))
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState, "state"), default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    begun_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    code: Mapped[int | None]
    duration_ms: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    error: Mapped[str] = mapped_column(Text, default="")

    constraints = (
        UniqueConstraint("change_id", "webhook_id"),
        Index(None, "webhook_id", "id"),
        Index(None, "webhook_id", "state", "id"),
        Index(None, "state", "next_attempt_at"),
    )
