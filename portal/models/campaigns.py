"""Campaigns and broadcasts: what a workspace sends, and to whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, OfWorkspace, Row, choice, public_id

BODY = 1024  # characters of a message, counted live in the composer


class BroadcastState(StrEnum):
    """How far a broadcast is."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"


class Campaign(OfWorkspace, Row, db.Model):
    """A series of broadcasts to the contacts with a tag."""

    public_id: Mapped[str] = public_id("cmp")
    name: Mapped[str] = mapped_column(String(NAME))
    tag: Mapped[str] = mapped_column(String(64), default="")
    is_sample: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Broadcast(OfWorkspace, Row, db.Model):
    """One message to an audience."""

    public_id: Mapped[str] = public_id("brc")
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(NAME))
    body: Mapped[str] = mapped_column(String(BODY), default="")
    tag: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[BroadcastState] = mapped_column(choice(BroadcastState, "state"), default=BroadcastState.DRAFT)
    scheduled_at: Mapped[datetime | None] = mapped_column(Instant)
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)

    constraints = (Index(None, "workspace_id", "created_at"), Index(None, "state", "scheduled_at"))
