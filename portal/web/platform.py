"""The platform's settings in force and its name, read once a request."""

from __future__ import annotations

from flask import g

from portal.base.site import settings
from portal.queries import principals
from portal.rules.platform import Platform


def platform() -> Platform:
    """The platform's settings; `portal.web.access` reads them with the person, where there is one."""
    if "platform" not in g:
        g.platform = principals.platform()
    found: Platform = g.platform
    return found


def brand() -> str:
    """The platform's name."""
    return platform().brand or settings().brand
