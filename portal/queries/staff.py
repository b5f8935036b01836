"""The platform's staff, owners first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from portal.base.db import db
from portal.models import User
from portal.rules.access import StaffRole


class Member(NamedTuple):
    """One of the staff."""

    public_id: str
    name: str
    email: str
    role: StaffRole
    has_password: bool
    has_second_factor: bool
    suspended_at: datetime | None
    last_seen_at: datetime | None


def staff() -> Sequence[Member]:
    """All of them but those in the trash: by role, then by name."""
    query = (
        select(
            User.public_id,
            User.name,
            User.email,
            User.staff_role,
            User.password_hash.is_not(None),
            User.totp_enabled_at.is_not(None),
            User.suspended_at,
            User.last_seen_at,
        )
        .where(User.staff_role.is_not(None), User.trashed_at.is_(None))
        .order_by(User.name_key, User.id)
    )
    places = {role: place for place, role in enumerate(StaffRole)}
    found = [Member._make(row) for row in db.session.execute(query)]
    return sorted(found, key=lambda each: places[each.role])
