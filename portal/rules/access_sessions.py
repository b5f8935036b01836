"""Access sessions: a member of the platform's staff inside a workspace. Who may enter, how long, and what ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.rules.access import AccessMode, Permission, StaffRole, allows
from portal.rules.errors import Refused
from portal.rules.lifecycle import Status

LASTS = timedelta(minutes=60)
LONGEST_REASON = 500
LONGEST_TICKET = 80


class AccessKind(StrEnum):
    """By which door: as the workspace's owner, or as oneself with the owner's permissions."""

    IMPERSONATE = "impersonate"
    MANAGE = "manage"


class Ending(StrEnum):
    """What ended one."""

    STOPPED = "stopped"
    EXPIRED = "expired"
    LOGGED_OUT = "logged_out"
    ROLE_LOST = "role_lost"
    OWNER_CHANGED = "owner_changed"
    WORKSPACE_GONE = "workspace_gone"


DOORS = {
    AccessKind.IMPERSONATE: Permission.WORKSPACE_IMPERSONATE,
    AccessKind.MANAGE: Permission.WORKSPACE_MANAGE,
}
"""The permission of the platform without which a door stays closed, also in the middle of a visit."""


@dataclass(frozen=True, slots=True)
class OwnerAccount:
    """A workspace's owner as far as entering as them depends on it."""

    name: str
    is_staff: bool
    is_oneself: bool
    is_suspended: bool
    has_password: bool


def check_owner(owner: OwnerAccount | None) -> None:
    """Refused, with the reason, unless somebody may enter as this owner."""
    manage = "Manage the workspace as yourself instead."
    if owner is None:
        raise Refused(f"This workspace has no owner to impersonate. {manage}")
    if owner.is_oneself:
        raise Refused("You own this workspace: its pages are open to you without impersonating.")
    if owner.is_staff:
        raise Refused(f"{owner.name} is one of the platform's staff, who are never impersonated. {manage}")
    if owner.is_suspended:
        raise Refused(f"The account of {owner.name} is suspended. {manage}")
    if not owner.has_password:
        raise Refused(f"{owner.name} was invited and has never logged in. {manage}")


def check_mode(mode: AccessMode, status: Status) -> None:
    """Refused at the field `mode` if a workspace of this status cannot be entered so."""
    if status is Status.CANCELLED and mode is not AccessMode.LOOK:
        raise Refused("A closed workspace can only be looked at. Restore it first to change something.", "mode")


def ending(
    kind: AccessKind,
    expires_at: datetime,
    now: datetime,
    *,
    role: StaffRole | None,
    has_workspace: bool,
    owner_stands: bool,
) -> Ending | None:
    """What has ended an access session by now, though nobody wrote it down yet; None while it holds.

    `role`: the staff member's now. `owner_stands`: who is impersonated still owns the workspace, and is not suspended.
    """
    if not has_workspace:
        return Ending.WORKSPACE_GONE
    if now >= expires_at:
        return Ending.EXPIRED
    if role is None or not allows(role, DOORS[kind]):
        return Ending.ROLE_LOST
    if kind is AccessKind.IMPERSONATE and not owner_stands:
        return Ending.OWNER_CHANGED
    return None


def minutes_left(expires_at: datetime, now: datetime) -> int:
    """Whole minutes, a begun one counting: 60 at first, 1 in the last minute, 0 when it is over."""
    return max(0, -((now - expires_at) // timedelta(minutes=1)))
