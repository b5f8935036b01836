"""The platform's settings in force and its name, read once a request."""

from __future__ import annotations

from flask import g

from portal.base.site import settings
from portal.queries import principals
from portal.rules.platform import Platform


def platform() -> Platform:
    """The platform's settings; `portal.web.access` reads them with the person, where there is one."""
    found: Platform | None = g.get("platform")
    if found is None:
        found = g.platform = principals.platform()
    return found


def brand() -> str:
    """The platform's name."""
    return platform().brand or settings().brand
