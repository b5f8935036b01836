"""This installation: its settings, and the address under which people reach it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app

from portal.settings import Settings

EXTENSION = "portal.settings"


def settings() -> Settings:
    """The settings of the app at work."""
    found: Settings = current_app.extensions[EXTENSION]
    return found


def external(path: str) -> str:
    """The full address of a path of this site, for mails. It starts with PORTAL_PUBLIC_URL, whatever host was asked."""
    return settings().public_url.rstrip("/") + path


def host() -> str:
    """The host name of PORTAL_PUBLIC_URL."""
    return urlsplit(settings().public_url).hostname or "localhost"
