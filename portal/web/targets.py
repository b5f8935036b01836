"""Where to go next: only ever to a path of this site."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import request

from portal.base.site import settings
from portal.web import hosts

PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")  # printable ASCII without a backslash; not //host nor /\host


def here() -> str:
    """The path of this request, as a target to come back to; blank for a change, which cannot be come back to."""
    if request.method != "GET":
        return ""
    return request.full_path.rstrip("?")


def came_from() -> str:
    """The page of this site that the request came from; blank if there is none, or if it is the one asked for."""
    try:
        referrer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # no address at all
        return ""
    is_here = request.method == "GET" and referrer.path == request.path
    if is_here or referrer.netloc != (request.host if hosts.domain() else urlsplit(settings().public_url).netloc):
        return ""
    return safe(referrer.path + ("?" + referrer.query if referrer.query else ""), "")


def safe(target: str | None, otherwise: str) -> str:
    """The target if it is a plain path of this site, else the other."""
    if target and PATH.fullmatch(target):
        return target
    return otherwise
