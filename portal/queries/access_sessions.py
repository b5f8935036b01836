"""Reads about access sessions: whom staff would enter as."""

from __future__ import annotations

from sqlalchemy import select

from portal.base.db import db
from portal.models import User, Workspace
from portal.rules.access_sessions import OwnerAccount


def account_of(owner: User | None, staff: int) -> OwnerAccount | None:
    """The owner as the rules look at one, when the staff member with this integer key would enter as them."""
    if owner is None:
        return None
    return OwnerAccount(
        name=owner.name,
        is_staff=owner.staff_role is not None,
        is_oneself=owner.id == staff,
        is_suspended=owner.barred_at is not None,
        has_password=owner.password_hash is not None,
    )


def owner_of(workspace: str, staff: int) -> OwnerAccount | None:
    """The owner of the workspace with this public id; None if it has none."""
    query = select(User).join(Workspace, Workspace.owner_id == User.id).where(Workspace.public_id == workspace)
    return account_of(db.session.scalar(query), staff)
