"""Usage: what each workspace sent and received on each of its days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from portal.base.db import db
from portal.models.columns import OfWorkspace


class DailyUsage(OfWorkspace, db.Model):
    """Counts of one workspace and day (of its time zone): messages by fate, and call minutes.

    `delivered` includes `read`; both count on the day of sending."""

    @declared_attr
    def workspace_id(cls) -> Mapped[int]:
        """First part of the key, so that a workspace's days lie together."""
        return mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    sent: Mapped[int] = mapped_column(default=0)
    delivered: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    received: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[int] = mapped_column(default=0)

    __table_args__ = ({"sqlite_with_rowid": False},)
