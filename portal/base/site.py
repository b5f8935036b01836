"""This installation: its settings, and the address under which people reach it."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from flask import current_app
from werkzeug.sansio.utils import host_is_trusted

from portal.settings import Settings

EXTENSION = "portal.settings"


def settings() -> Settings:
    """The settings of the app at work."""
    found: Settings = current_app.extensions[EXTENSION]
    return found


def external(path: str) -> str:
    """The full address of a path of this site, for mails. It starts with PORTAL_PUBLIC_URL, whatever host was asked."""
    return settings().public_url.rstrip("/") + path


def home(host: str = "") -> str:
    """The first page, for mails: on this custom domain, which is a verified one, else on the platform's own host."""
    if not host:
        return external("/")
    public = urlsplit(settings().public_url)
    return f"{public.scheme}://{host}{f':{public.port}' if public.port else ''}/"


def host() -> str:
    """The host name of PORTAL_PUBLIC_URL."""
    return urlsplit(settings().public_url).hostname or "localhost"


def is_own(host: str) -> bool:
    """Whether this host (perhaps with a port) is one of the platform's own: PORTAL_PUBLIC_URL's, or one of
    PORTAL_TRUSTED_HOSTS."""
    return _is_one_of(host, settings())


@lru_cache(maxsize=500)
def _is_one_of(host: str, here: Settings) -> bool:
    return host_is_trusted(host, here.hosts)
