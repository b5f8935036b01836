"""The files under `static/` as browsers get them: the sheets that every page needs as one, styles and scripts without
comments and spaces.

Nothing is written to disk and nothing needs to be built. The vendored files are sent as they came.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import rcssmin
import rjsmin
from flask import Flask, Response, current_app, request

EVERY_PAGE = "css/portal.css"  # these sheets, in this order
SHEETS = ("tokens", "base", "layout", "components", "forms", "lists", "charts", "pages", "print")
OWN = re.compile(r"(css|js)/[a-z_-]+\.\1")


def init_app(app: Flask) -> None:
    """Serve the files, and make `asset` known to the templates."""
    app.view_functions["static"] = serve
    app.jinja_env.globals.update(asset=asset)


def serve(filename: str) -> Response:
    """One file. What may keep it, and how long, is said in portal/web/request.py."""
    content = _compact(filename)
    if content is None:
        return current_app.send_static_file(filename)
    response = Response(content, mimetype="text/css" if filename.endswith(".css") else "text/javascript")
    response.set_etag(_hash(content))
    response.make_conditional(request)
    return response


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """The address of a file under `static/`, with its hash (as of this process), so that it can be cached for ever."""
    content = _compact(path)
    return f"/static/{path}?v={_hash(_file(path).read_bytes() if content is None else content)[:12]}"


@lru_cache(maxsize=64)
def _compact(path: str) -> bytes | None:
    """A style or script of our own, made small; none for any other file."""
    if path == EVERY_PAGE:
        return b"\n".join(_compact(f"css/{sheet}.css") or b"" for sheet in SHEETS)
    if not OWN.fullmatch(path) or not _file(path).is_file():
        return None
    make_small: Callable[[str], str] = rcssmin.cssmin if path.endswith(".css") else rjsmin.jsmin
    return make_small(_file(path).read_text()).encode()


def _file(path: str) -> Path:
    return Path(current_app.static_folder or "") / path


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
