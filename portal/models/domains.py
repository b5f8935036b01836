"""Custom domains: a host that serves one workspace, or all of an organization's."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import Row, choice, public_id


class DomainState(StrEnum):
    """Only a verified domain is served."""

    PENDING = "pending"
    VERIFIED = "verified"
    FAILED = "failed"


class Domain(Row, db.Model):
    """A host name (lowercase, punycode) and how far its verification is."""

    public_id: Mapped[str] = public_id("dom")
    host: Mapped[str] = mapped_column(String(253), unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(64))
    state: Mapped[DomainState] = mapped_column(choice(DomainState, "state"), default=DomainState.PENDING)
    last_checked_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)

    constraints = (Index(None, "state", "created_at"),)
