"""Custom domains: a host that serves one workspace, or all of an organization's."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import Row, choice, public_id


class DomainState(StrEnum):
    """Only a verified domain is served, and for a while one whose proof is gone (`failing`)."""

    PENDING = "pending"
    VERIFIED = "verified"
    FAILING = "failing"
    FAILED = "failed"


SERVED = (DomainState.VERIFIED, DomainState.FAILING)
"""Domains in these states answer."""


class Domain(Row, db.Model):
    """A host name (lowercase, punycode) and how far its verification is. `verified_at`: since when it has been proven
    first, so that nobody else can have it; `failing_since`: since when the proof is gone, if it is."""

    public_id: Mapped[str] = public_id("dom")
    host: Mapped[str] = mapped_column(String(253), unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(64))
    state: Mapped[DomainState] = mapped_column(choice(DomainState, "state"), default=DomainState.PENDING)
    last_checked_at: Mapped[datetime | None] = mapped_column(Instant)
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)

    constraints = (Index(None, "state", "created_at"),)
