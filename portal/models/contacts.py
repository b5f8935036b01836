"""Contacts: the people a workspace writes to, and their tags."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, OfWorkspace, Row, public_id


class Contact(OfWorkspace, Row, db.Model):
    """A person, known by phone number (E.164) within the workspace. `is_sample` marks removable sample data."""

    public_id: Mapped[str] = public_id("con")
    name: Mapped[str] = mapped_column(String(NAME), default="")
    phone: Mapped[str] = mapped_column(String(16))
    email: Mapped[str] = mapped_column(String(254), default="")
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)

    constraints = (UniqueConstraint("workspace_id", "phone"),)


class ContactTag(OfWorkspace, Row, db.Model):
    """A tag on a contact."""

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    tag: Mapped[str] = mapped_column(String(64))

    constraints = (UniqueConstraint("contact_id", "tag"), Index(None, "workspace_id", "tag"))
