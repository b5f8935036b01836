"""Usage: what each workspace sent and received on each of its days, whom it wrote to in each of its months, and what it
held."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, String
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


class ActiveContact(OfWorkspace, db.Model):
    """A contact, by whatever key the gateway knows it by, that was sent at least one message in a month of the
    workspace, and the first and the latest day of the month on which it was."""

    @declared_attr
    def workspace_id(cls) -> Mapped[int]:
        """First part of the key, so that a workspace's months lie together."""
        return mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    contact: Mapped[str] = mapped_column(String(128), primary_key=True)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)

    __table_args__ = ({"sqlite_with_rowid": False},)


class ContactMonth(OfWorkspace, db.Model):
    """How many contacts of a workspace were active in a month."""

    @declared_attr
    def workspace_id(cls) -> Mapped[int]:
        """First part of the key."""
        return mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    contacts: Mapped[int] = mapped_column(default=0)

    __table_args__ = ({"sqlite_with_rowid": False},)


class HeldBefore(OfWorkspace, db.Model):
    """How many numbers and extensions a workspace held until this day (of its time zone) began: written by the day's
    first change of them. Where there is no later row, it held what it holds now."""

    @declared_attr
    def workspace_id(cls) -> Mapped[int]:
        """First part of the key."""
        return mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    numbers: Mapped[int]
    extensions: Mapped[int]
