"""Reads about people's own accounts: what they belong to, their second factor, and links sent to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, case, func, null, select

from portal.base.db import db
from portal.models import (
    EmailChange,
    Organization,
    OrganizationMember,
    PasswordReset,
    RecoveryCode,
    User,
)
from portal.queries.principals import token_digest
from portal.rules.access import OrganizationRole, StaffRole

MOST_CONTACTS = 3


@dataclass(frozen=True, slots=True)
class Belonging:
    """An organization that a person belongs to; `admins` are (name, e-mail) of others."""

    organization: str
    role: OrganizationRole
    admins: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """`secret` while it awaits to be confirmed; `codes_left` are unused recovery codes."""

    enabled_at: datetime | None
    secret: str | None
    codes_left: int


@dataclass(frozen=True, slots=True)
class ResetTarget:
    """Whom a link to set a password is for; `user` is the public id. `staff`: their role, where it is their first
    password and they are invited to the staff."""

    user: str
    name: str
    email: str
    staff: StaffRole | None = None


def belongings(user_id: int) -> Sequence[Belonging]:
    """The organizations of a person by name."""
    mine = (
        select(Organization.id, Organization.name, OrganizationMember.role)
        .join(OrganizationMember, OrganizationMember.organization_id == Organization.id)
        .where(OrganizationMember.user_id == user_id)
        .order_by(Organization.name_key, Organization.id)
    )
    found = {key: Belonging(name, role) for key, name, role in db.session.execute(mine)}
    for key, name, email in db.session.execute(_admins(list(found), user_id)):
        if len(found[key].admins) < MOST_CONTACTS:
            found[key].admins.append((name, email))
    return list(found.values())


def _admins(organizations: list[int], but: int) -> Select[int, str, str]:
    return (
        select(OrganizationMember.organization_id, User.name, User.email)
        .join(User, User.id == OrganizationMember.user_id)
        .where(
            OrganizationMember.organization_id.in_(organizations),
            OrganizationMember.role == OrganizationRole.ADMIN,
            User.id != but,
        )
        .order_by(User.name_key, User.id)
    )


def second_factor(user_id: int) -> SecondFactor:
    """How a person's second factor stands."""
    left = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)).scalar_subquery()
    enabled_at, secret, codes = db.session.execute(
        select(User.totp_enabled_at, User.totp_secret, left).where(User.id == user_id)
    ).one()
    return SecondFactor(enabled_at, None if enabled_at else secret, codes)


def reset_target(token: str, now: datetime) -> ResetTarget | None:
    """Whom this link is for; None if it is unknown, used or too old. Reading uses nothing up."""
    query = (
        select(
            User.public_id, User.name, User.email, case((User.password_hash.is_(None), User.staff_role), else_=null())
        )
        .join(PasswordReset, PasswordReset.user_id == User.id)
        .where(
            PasswordReset.token_digest == token_digest(token),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now,
            User.barred_at.is_(None),
        )
    )
    row = db.session.execute(query).one_or_none()
    return ResetTarget(*row) if row else None


def email_wanted(user_id: int, token: str, now: datetime) -> str | None:
    """The address that this person's account is to have by this link; None if the link is unknown, used, too old, or
    somebody else's. Reading uses nothing up."""
    query = select(EmailChange.email).where(
        EmailChange.token_digest == token_digest(token),
        EmailChange.user_id == user_id,
        EmailChange.used_at.is_(None),
        EmailChange.expires_at > now,
    )
    return db.session.scalar(query)
