"""Log-ins: server-side sessions, and the counters that slow down guessing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import Row, public_id


class LoginSession(Row, db.Model):
    """One log-in. The cookie carries only a token; here lies its digest. While it awaits the second factor, it opens
    nothing but that step. `host`: the custom domain on which it was opened, and on which alone it opens
    something; blank for the platform's own."""

    public_id: Mapped[str] = public_id("ses")
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    reauthenticated_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    awaits_second_factor: Mapped[bool] = mapped_column(default=False)
    last_workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="SET NULL"), index=True)
    agent: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    host: Mapped[str] = mapped_column(String(253), default="", server_default="")


class LoginThrottle(db.Model):
    """Failed log-ins of one key (an account, an address, or everybody) in the window that began at `since`."""

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant, index=True)
    failures: Mapped[int] = mapped_column(default=0)
