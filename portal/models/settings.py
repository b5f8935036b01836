"""What the platform's owner sets on screen: one row; its keys and defaults are declared in `portal.rules.platform`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db


class PlatformSettings(db.Model):
    """The one row of settings."""

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    updated_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
