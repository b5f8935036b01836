"""Branding: how an organization's pages look. Shown to others once `Organization.branding_granted`; a draft before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import Row, public_id


class Branding(Row, db.Model):
    """Logo and colours of an organization, each blank for none. Colours are `#rrggbb`, that of the light pages and that
    of the dark ones. `logo` and `mark` are PNG, whole and small; `logo_digest` is the SHA-256 of the whole one, width
    and height are its pixels."""

    public_id: Mapped[str] = public_id("brd")
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), unique=True)
    accent: Mapped[str] = mapped_column(String(7), default="")
    accent_dark: Mapped[str] = mapped_column(String(7), default="")
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    mark: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    logo_digest: Mapped[str] = mapped_column(String(64), default="")
    logo_width: Mapped[int] = mapped_column(default=0)
    logo_height: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(Instant)
