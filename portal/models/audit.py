"""The audit log: a chain of events, each bound to the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import Row, public_id


class AuditEvent(Row, db.Model):
    """One event. `digest` is over salt and payload, `hash` over the previous hash, the digest and the fixed fields:
    a purge erases `payload` and `salt`, and the chain still verifies."""

    public_id: Mapped[str] = public_id("evt")
    sequence: Mapped[int] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime] = mapped_column(Instant)
    action: Mapped[str] = mapped_column(String(64))
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"))
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="SET NULL"))
    request_id: Mapped[str] = mapped_column(String(40), default="")
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    salt: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    constraints = (
        Index(None, "workspace_id", "sequence"),
        Index(None, "organization_id", "sequence"),
        Index(None, "action", "sequence"),
        Index(None, "at"),
    )


class AuditHead(db.Model):
    """The last link of the chain: one row, locked last in every transaction that records an event."""

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
