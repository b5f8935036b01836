"""Where to go next: only ever to a path of this site."""

from __future__ import annotations

import re

from flask import request

PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")  # printable ASCII without a backslash; not //host nor /\host


def here() -> str:
    """The path of this request, as a target to come back to; blank for a change, which cannot be come back to."""
    if request.method != "GET":
        return ""
    return request.full_path.rstrip("?")


def safe(target: str | None, otherwise: str) -> str:
    """The target if it is a plain path of this site, else the other."""
    if target and PATH.fullmatch(target):
        return target
    return otherwise
