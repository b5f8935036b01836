"""Changes: what the data plane is told of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import Row, public_id


class Change(Row, db.Model):
    """A change announced to the data plane: read by the changes feed, delivered by webhooks."""

    public_id: Mapped[str] = public_id("chg")
    type: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    workspace: Mapped[str] = mapped_column(String(24), default="", index=True)
    organization: Mapped[str] = mapped_column(String(24), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
