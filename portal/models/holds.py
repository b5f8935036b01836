"""Holds: the open reasons why a workspace, or a whole organization, is suspended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, choice, public_id
from portal.rules.lifecycle import HoldKind


def _one_open(target: str) -> Index:
    return Index(
        f"uq_hold_open_{target}",
        f"{target}_id",
        "kind",
        unique=True,
        sqlite_where=text("lifted_at IS NULL"),
        postgresql_where=text("lifted_at IS NULL"),
    )


class Hold(Row, db.Model):
    """One reason, of a workspace or of an organization; open while `lifted_at` is empty. `note` is for staff."""

    public_id: Mapped[str] = public_id("hld")
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    kind: Mapped[HoldKind] = mapped_column(choice(HoldKind, "kind"))
    note: Mapped[str] = mapped_column(Text, default="")
    public_reason: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[str] = mapped_column(String(NAME))
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted_by: Mapped[str | None] = mapped_column(String(NAME))

    constraints = (
        CheckConstraint("(workspace_id IS NULL) <> (organization_id IS NULL)", "one_target"),
        _one_open("workspace"),
        _one_open("organization"),
    )
