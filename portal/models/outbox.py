"""The outbox: mail written in the transaction that causes it, and delivered after."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, choice, public_id


class OutboxState(StrEnum):
    """How far the delivery is. `failed` is tried again; `bounced` is not."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"


class OutboxMessage(Row, db.Model):
    """A mail to be delivered at least once; its Message-ID is its public id. The body is erased once it was sent or,
    with a link in it, refused for good, and once that link, whose token has this digest, works no more."""

    public_id: Mapped[str] = public_id("out")
    template: Mapped[str] = mapped_column(String(64))
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(NAME))
    body: Mapped[str | None] = mapped_column(Text)
    link_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    link_expires_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    state: Mapped[OutboxState] = mapped_column(choice(OutboxState, "state"), default=OutboxState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)

    constraints = (Index(None, "state", "next_attempt_at"),)
