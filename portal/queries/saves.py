"""Who saved last what is edited on screen, and when: for whoever comes too late."""

from __future__ import annotations

from collections.abc import Callable

from portal.models import AuditEvent
from portal.queries.audit import Event, events_of

LOOKED_AT = 50  # events; who saved before those is not named
_WORKSPACE = ("workspace.changed", "workspace.owner_changed", "workspace.plan_changed", "workspace.settings_changed")
_ACCOUNT = ("user.changed", "user.profile_changed", "user.email_changed", "invitation.accepted")


def settings_saved() -> Event | None:
    """The platform's settings."""
    return _last("platform.settings_changed")


def defaults_saved() -> Event | None:
    """What new workspaces start with."""
    return _last("platform.defaults_changed")


def plan_saved(name: str) -> Event | None:
    """The plan that has this name now."""
    return _last("plan.changed", fits=lambda event: _now_called(event, "plan") == name)


def card_saved(name: str) -> Event | None:
    """The rate card that has this name now."""
    return _last("rate_card.changed", fits=lambda event: _now_called(event, "rate_card") == name)


def account_saved(user: str) -> Event | None:
    """The account with this public id."""
    return _last(*_ACCOUNT, fits=lambda event: event.facts.get("user") == user)


def workspace_saved(workspace: int) -> Event | None:
    """The workspace with this integer key."""
    found = events_of(AuditEvent.action.in_(_WORKSPACE) & (AuditEvent.workspace_id == workspace), 1)
    return found[0] if found else None


def organization_saved(organization: int) -> Event | None:
    """The organization with this integer key."""
    found = events_of((AuditEvent.action == "organization.changed") & (AuditEvent.organization_id == organization), 1)
    return found[0] if found else None


def _now_called(event: Event, what: str) -> object:
    return event.changes.get("name", ("", event.facts.get(what)))[1]


def _last(*actions: str, fits: Callable[[Event], bool] = lambda event: True) -> Event | None:
    return next(filter(fits, events_of(AuditEvent.action.in_(actions), LOOKED_AT)), None)
