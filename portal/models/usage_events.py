"""What machines report and reserve: the usage events that were counted, and what was taken of limits."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from portal.base.db import db
from portal.models.columns import OfWorkspace, choice
from portal.rules.limits import Limit


class UsageEvent(OfWorkspace, db.Model):
    """An event that was counted, so that it counts once: a digest of its source and id. Each workspace has its own, so
    that nobody uses up another's. Kept as long as the same event may come again."""

    @declared_attr
    def workspace_id(cls) -> Mapped[int]:
        """First part of the key, so that a workspace's events lie together."""
        return mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)

    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date, index=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


class LimitTaken(OfWorkspace, db.Model):
    """How much of a limit was taken in a period of the workspace's time zone: `since` is its first day, for a limit by
    the day the day itself."""

    @declared_attr
    def workspace_id(cls) -> Mapped[int]:
        """First part of the key."""
        return mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)

    name: Mapped[Limit] = mapped_column(choice(Limit, "name"), primary_key=True)
    since: Mapped[date] = mapped_column(Date, primary_key=True)
    taken: Mapped[int] = mapped_column(BigInteger, default=0)

    __table_args__ = ({"sqlite_with_rowid": False},)
