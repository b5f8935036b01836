"""Recordings of a workspace's calls and voicemails, as its PBX reports them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, OfWorkspace, Row, choice, public_id
from portal.rules.recordings import RecordingKind, RecordingState

PARTY = 64  # characters of a telephone number, an extension, or a word such as "anonymous"


class Recording(OfWorkspace, Row, db.Model):
    """A recording, known by the PBX's own reference; it ends when it becomes final. `caller` and `callee`: E.164, an
    extension, or whatever else the PBX calls them."""

    public_id: Mapped[str] = public_id("rec")
    reference: Mapped[str] = mapped_column(String(NAME))
    kind: Mapped[RecordingKind] = mapped_column(choice(RecordingKind, "kind"))
    caller: Mapped[str] = mapped_column(String(PARTY))
    callee: Mapped[str] = mapped_column(String(PARTY))
    state: Mapped[RecordingState] = mapped_column(choice(RecordingState, "state"))
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    transcript: Mapped[str] = mapped_column(Text, default="")

    constraints = (
        UniqueConstraint("workspace_id", "reference"),
        CheckConstraint("(state = 'final') = (ended_at IS NOT NULL)", "ended"),
        Index(None, "workspace_id", "started_at", "id"),
    )
