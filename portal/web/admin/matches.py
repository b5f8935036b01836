"""Choosing what to filter a list by, where there is too much of it for a select: what matches, in a menu or a page."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from flask import Response, request
from werkzeug.datastructures import MultiDict

from portal.web.pages import show
from portal.web.reader import words

LONGEST_ADDRESS = 2000


def list_asked() -> MultiDict[str, str]:
    """What the address of the list says that is to be filtered."""
    return MultiDict(parse_qsl(_sent(), keep_blank_values=True))


def show_matches(name: str, matches: Sequence[tuple[str, str]], most: int, list_name: str, back_url: str) -> Response:
    """The matches, at most so many: a title, and the address of the list filtered by it. `name`: "organization" or
    "workspace"; `list_name`, `back_url`: of the list."""
    return show(
        "admin/matches",
        "_matches",
        name=name,
        matches=matches,
        perhaps_more=len(matches) == most,
        q=words(),
        sent=_sent(),
        action=request.path,
        list_name=list_name,
        back_url=back_url,
    )


def _sent() -> str:
    return request.args.get("list", "")[:LONGEST_ADDRESS]
