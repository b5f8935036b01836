"""Telephony: the platform's inventory of phone numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import OfWorkspace, Row, choice, public_id
from portal.rules.numbers import NumberKind, NumberState

_PORTING = text("porting_at IS NOT NULL")


class Number(Row, db.Model):
    """An E.164 number, connected to at most one workspace. `porting_at`: when porting it out was begun."""

    public_id: Mapped[str] = public_id("num")
    e164: Mapped[str] = mapped_column(String(16), unique=True)
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[NumberKind] = mapped_column(choice(NumberKind, "kind"), default=NumberKind.LOCAL)
    state: Mapped[NumberState] = mapped_column(choice(NumberState, "state"), default=NumberState.AVAILABLE)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id"), index=True)
    last_workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="SET NULL"), index=True)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    porting_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)

    constraints = (
        CheckConstraint("(state = 'available') = (workspace_id IS NULL)", "available_is_free"),
        Index(None, "state", "country", "kind", "e164"),
        Index("ix_number_porting", "porting_at", sqlite_where=_PORTING, postgresql_where=_PORTING),
    )


class ReleasedNumber(OfWorkspace, Row, db.Model):
    """A number that a workspace had when it was closed, whoever has it now, and whether it is in the inventory still:
    what restoring gives back, or lists."""

    e164: Mapped[str] = mapped_column(String(16))

    constraints = (UniqueConstraint("workspace_id", "e164"),)
