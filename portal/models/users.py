"""People: accounts, their second factor, invitations, and single-use tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, and_, func
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, choice, public_id, sort_key
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from portal.rules.text import search_text


class Theme(StrEnum):
    """The look a person chose; `system` follows the device."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def _searched(context: DefaultExecutionContext) -> str:
    """What a new person is found by."""
    given: dict[str, str] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return search_text(given["name"], given["email"])


class User(Row, db.Model):
    """A person's account. `email_key` is the casefolded address, by which it is unique; `search_text` follows from name
    and address. Who is in the trash (`trashed_at`) cannot log in and stands in no list.

    The indexes that the list of users sorts, counts and searches by differ between SQLite and PostgreSQL: they stand in
    the migration `users`."""

    public_id: Mapped[str] = public_id("usr")
    name: Mapped[str] = mapped_column(String(NAME))
    name_key: Mapped[str] = sort_key()
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_set_password: Mapped[bool] = mapped_column(default=False)
    email_verified_at: Mapped[datetime | None] = mapped_column(Instant)
    staff_role: Mapped[StaffRole | None] = mapped_column(choice(StaffRole, "staff_role"), index=True)
    locale: Mapped[str] = mapped_column(String(16), default="en")
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    theme: Mapped[Theme] = mapped_column(choice(Theme, "theme"), default=Theme.SYSTEM)
    shortcuts: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_enabled_at: Mapped[datetime | None] = mapped_column(Instant)
    totp_last_step: Mapped[int | None]
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    trashed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    search_text: Mapped[str] = mapped_column(Text, default=_searched)

    constraints = (Index(None, "name_key", "id"),)

    @hybrid_property
    def barred_at(self) -> datetime | None:
        """Since when the person cannot log in: being suspended closes the door, and so does the trash."""
        return self.suspended_at or self.trashed_at

    @barred_at.inplace.expression
    @classmethod
    def _barred_at(cls) -> ColumnElement[datetime | None]:
        return func.coalesce(cls.suspended_at, cls.trashed_at)


class RecoveryCode(Row, db.Model):
    """A hashed code that stands in for the second factor once."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    constraints = (UniqueConstraint("user_id", "digest"),)


class PasswordReset(Row, db.Model):
    """A hashed single-use link to set a new password."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class EmailChange(Row, db.Model):
    """A hashed single-use link, sent to the address that a person's account is to have."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Invitation(Row, db.Model):
    """An invitation into an organization and perhaps a workspace; `user_id` is the account prepared for it."""

    public_id: Mapped[str] = public_id("ivt")
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    organization_role: Mapped[OrganizationRole] = mapped_column(choice(OrganizationRole, "organization_role"))
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), index=True)
    workspace_role: Mapped[WorkspaceRole | None] = mapped_column(choice(WorkspaceRole, "workspace_role"))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    @hybrid_property
    def is_pending(self) -> bool:
        """Neither accepted nor taken back; perhaps it has expired."""
        return self.accepted_at is None and self.revoked_at is None

    @is_pending.inplace.expression
    @classmethod
    def _is_pending(cls) -> ColumnElement[bool]:
        return and_(cls.accepted_at.is_(None), cls.revoked_at.is_(None))
