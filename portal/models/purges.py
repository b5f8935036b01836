"""Purges: what is left of a workspace, and what says that its 90 days have really passed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, public_id


class Purge(Row, db.Model):
    """The receipt of a purge, which stays; while `finished_at` is empty, how far it is. `workspace` is the public id
    that it had, `counts` the rows that went, or were emptied, by table, `rows` their sum. `run`: the public id of the
    job's run. `erased_at`: since when no byte of it is left in the database's files either."""

    public_id: Mapped[str] = public_id("pur")
    workspace: Mapped[str] = mapped_column(String(24), unique=True)
    workspace_name: Mapped[str] = mapped_column(String(NAME))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"), index=True)
    cancelled_at: Mapped[datetime] = mapped_column(Instant)
    began_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    run: Mapped[str] = mapped_column(String(24), default="")
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    rows: Mapped[int] = mapped_column(BigInteger, default=0)

    constraints = (
        Index(None, "began_at", "id"),
        Index(
            "ix_purge_open",
            "id",
            sqlite_where=text("erased_at IS NULL"),
            postgresql_where=text("erased_at IS NULL"),
        ),
    )


class WatchedSpan(Row, db.Model):
    """Time that the jobs watched pass: see `portal.rules.purging`."""

    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant)


class PurgedDay(db.Model):
    """Messages that purged workspaces, all together, sent on a day: what the platform did stays in its sums."""

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    sent: Mapped[int] = mapped_column(BigInteger, default=0)
