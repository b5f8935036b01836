"""Telephony: the SIP extensions of a workspace."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, OfWorkspace, Row, choice, public_id


class ExtensionState(StrEnum):
    """Whether the PBX answers for it."""

    PROVISIONED = "provisioned"
    UNREGISTERED = "unregistered"


class Extension(OfWorkspace, Row, db.Model):
    """An extension; its secret is shown once and kept as a digest."""

    public_id: Mapped[str] = public_id("ext")
    number: Mapped[str] = mapped_column(String(12))
    display_name: Mapped[str] = mapped_column(String(NAME), default="")
    secret_digest: Mapped[str] = mapped_column(String(128), default="")
    state: Mapped[ExtensionState] = mapped_column(choice(ExtensionState, "state"), default=ExtensionState.PROVISIONED)
    created_at: Mapped[datetime] = mapped_column(Instant)

    constraints = (UniqueConstraint("workspace_id", "number"),)
