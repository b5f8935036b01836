"""What stands around every page: brand, navigation, and the addresses of files with their hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for

from portal.base.site import settings
from portal.queries import principals
from portal.rules.access import Permission
from portal.rules.platform import Platform
from portal.web import formats
from portal.web.access import may

WORKSPACES = "admin_workspaces.listing"
ACCOUNT_MENU = (("Your profile", "/me", "user"),)
NAVIGATION: tuple[tuple[str | None, tuple[tuple[str, str, str], ...]], ...] = (
    (
        None,
        (
            ("Dashboard", "admin_dashboard.page", "layout-dashboard"),
            ("Workspaces", WORKSPACES, "message-2"),
            ("Organizations", "admin_organizations.listing", "building"),
            ("Users", "admin_users.listing", "users"),
        ),
    ),
    (
        "Operations",
        (
            ("Import", "admin_imports.page", "upload"),
            ("Tasks", "admin_tasks.listing", "list"),
            ("Audit", "admin_audit.listing", "history"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the navigation."""

    label: str
    url: str
    icon: str
    current: bool
    count: str | None = None
    alert: str | None = None


def platform() -> Platform:
    """The platform's settings in force, read once a request (with the person, where there is one)."""
    if "platform" not in g:
        g.platform = principals.platform()
    found: Platform = g.platform
    return found


def brand() -> str:
    """The platform's name."""
    return platform().brand or settings().brand


def navigation() -> list[tuple[str | None, list[Item]]]:
    """The groups and pages that exist and that this person may open."""
    groups = []
    for label, entries in NAVIGATION:
        items = [_item(*entry) for entry in entries if _open(entry[1])]
        if items:
            groups.append((label, items))
    return groups


def _open(endpoint: str) -> bool:
    view = current_app.view_functions.get(endpoint)
    permission: Permission | None = getattr(view, "permission", None)
    return permission is not None and may(permission)


def _item(label: str, endpoint: str, icon: str) -> Item:
    blueprint = endpoint.partition(".")[0]
    counts: dict[str, str] = g.get("navigation_counts", {})
    return Item(label, url_for(endpoint), icon, request.blueprint == blueprint, counts.get(endpoint))


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """The address of a file under `static/`, with its hash (as of this process), so that it can be cached for ever."""
    file = Path(current_app.static_folder or "") / path
    return f"/static/{path}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


def find() -> tuple[str, str] | None:
    """Where the search box of the sidebar leads, and what it says; none for who may not list workspaces."""
    return (url_for(WORKSPACES), "Find a workspace") if _open(WORKSPACES) else None


def init_app(app: Flask) -> None:
    """Make these known to the templates."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, may=may, Permission=Permission)
    app.jinja_env.filters.update(formats.FILTERS)

    @app.context_processor
    def around() -> dict[str, Any]:
        if g.get("is_part"):
            return {"current_user": g.get("principal")}
        return {
            "current_user": g.get("principal"),
            "brand": brand(),
            "is_example": platform().is_example,
            "navigation": navigation() if g.get("principal") else [],
            "find": find(),
            "account_menu": ACCOUNT_MENU,
        }
