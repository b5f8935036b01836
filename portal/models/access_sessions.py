"""Access sessions: visits of the platform's staff inside a workspace."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import Row, choice, public_id
from portal.rules.access import AccessMode
from portal.rules.access_sessions import LONGEST_TICKET, AccessKind, Ending


class AccessSession(Row, db.Model):
    """One visit, a child of the log-in `login_session_id`; open while `ended_at` is empty, at most one of a log-in.
    `on_behalf_of_id`: the owner who is impersonated. The platform's record: it outlives log-in and workspace."""

    public_id: Mapped[str] = public_id("acs")
    login_session_id: Mapped[int | None] = mapped_column(ForeignKey("login_session.id", ondelete="SET NULL"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="SET NULL"), index=True)
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    kind: Mapped[AccessKind] = mapped_column(choice(AccessKind, "kind"))
    mode: Mapped[AccessMode] = mapped_column(choice(AccessMode, "mode"))
    reason: Mapped[str] = mapped_column(Text, default="")
    ticket: Mapped[str] = mapped_column(String(LONGEST_TICKET), default="")
    started_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_how: Mapped[Ending | None] = mapped_column(choice(Ending, "ended_how"))

    constraints = (
        Index(
            "uq_access_session_open",
            "login_session_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "login_session_id", "id"),
    )
