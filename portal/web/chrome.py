"""What stands around every page: brand, navigation, and the addresses of files with their hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for

from portal.base import csrf
from portal.rules.access import Permission
from portal.web import formats, pieces
from portal.web.access import may
from portal.web.platform import brand, platform

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


def navigation() -> tuple[tuple[str | None, tuple[Item, ...]], ...]:
    """The groups and pages that exist and that this person may open."""
    counts: dict[str, str] = g.get("navigation_counts", {})
    pages = (endpoint for _, entries in NAVIGATION for _, endpoint, _ in entries)
    return _groups(frozenset(filter(opens, pages)), request.blueprint, tuple(counts.items()))


def opens(endpoint: str) -> bool:
    """Whether there is such a page, and this person may open it."""
    permission: Permission | None = getattr(current_app.view_functions.get(endpoint), "permission", None)
    return permission is not None and may(permission)


@lru_cache(maxsize=500)
def _groups(
    opened: frozenset[str], blueprint: str | None, counts: tuple[tuple[str, str], ...]
) -> tuple[tuple[str | None, tuple[Item, ...]], ...]:
    shown = dict(counts)
    groups = (
        (
            heading,
            tuple(
                Item(label, url_for(endpoint), icon, endpoint.partition(".")[0] == blueprint, shown.get(endpoint))
                for label, endpoint, icon in entries
                if endpoint in opened
            ),
        )
        for heading, entries in NAVIGATION
    )
    return tuple((heading, items) for heading, items in groups if items)


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """The address of a file under `static/`, with its hash (as of this process), so that it can be cached for ever."""
    file = Path(current_app.static_folder or "") / path
    return f"/static/{path}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


def find() -> tuple[str, str] | None:
    """Where the search box of the sidebar leads, and what it says; none for who may not list workspaces."""
    return (_list_url(), "Find a workspace") if opens(WORKSPACES) else None


@lru_cache(maxsize=1)
def _list_url() -> str:
    return url_for(WORKSPACES)


def init_app(app: Flask) -> None:
    """Make these known to the templates."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, may=may, Permission=Permission)
    app.jinja_env.filters.update(formats.FILTERS)
    pieces.init_app(app, asset=asset)

    @app.context_processor
    def around() -> dict[str, Any]:
        if g.get("is_part"):
            return {"current_user": g.get("principal"), "csrf_token": csrf.token}
        return {
            "current_user": g.get("principal"),
            "csrf_token": csrf.token,
            "brand": brand(),
            "is_example": platform().is_example,
            "navigation": navigation() if g.get("principal") else (),
            "find": find(),
            "account_menu": ACCOUNT_MENU,
        }
