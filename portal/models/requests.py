"""Requests: what organizations ask the platform for, and what its staff answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, choice, public_id
from portal.rules.requests import RequestKind, RequestState


class Request(Row, db.Model):
    """One thing asked for; at most one of a kind is open of an organization. `words` are the asker's, `word` is what
    the staff answered. `asked_by` and `decided_by` are names as they were then; a withdrawn one was decided by the
    customer."""

    public_id: Mapped[str] = public_id("req")
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    kind: Mapped[RequestKind] = mapped_column(choice(RequestKind, "kind"))
    state: Mapped[RequestState] = mapped_column(choice(RequestState, "state"), default=RequestState.OPEN)
    words: Mapped[str] = mapped_column(Text, default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    asked_by: Mapped[str] = mapped_column(String(NAME))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(String(NAME))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    word: Mapped[str] = mapped_column(Text, default="")

    constraints = (
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", "decided_has_instant"),
        Index(None, "state", "asked_at"),
        Index(None, "organization_id", "id"),
        Index(
            "uq_request_open",
            "organization_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
