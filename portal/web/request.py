"""What surrounds every request: its id, its log line, and the headers of every answer."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog
from flask import Flask, Response, abort, g, request
from werkzeug.datastructures import MultiDict

from portal.base import metrics
from portal.settings import Settings
from portal.web import hosts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger("portal.request")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
FILES = ("static", "branding.file")  # the same for everybody; the latter have their hash in the address
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
A_YEAR = 365 * 24 * 3600
LARGEST_FORM = 2 * 1024 * 1024
LARGEST_OF_NOBODY = 64 * 1024  # of somebody who is not logged in; two of the longest passwords and an address fit
RUBBISH = re.compile("[\0\ud800-\udfff]")  # what no database and no file name can hold
MAILED = re.compile(r"^(/(?:password/reset|invitations|me/email)/).+", re.DOTALL)


def init_app(app: Flask, settings: Settings) -> None:
    """Give every request an id, and every answer its headers and log line."""
    app.before_request(_begin)
    app.before_request(hosts.check)
    always = HEADERS | ({"Strict-Transport-Security": f"max-age={A_YEAR}"} if settings.secure else {})
    app.wsgi_app = with_headers(app.wsgi_app, always)  # type: ignore[assignment, method-assign]
    app.before_request(_check_address)
    counted = metrics.counted(app)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if settings.count_queries:
            response.headers["X-Bench-Queries"] = str(g.get("queries", 0))
        _cache(response)
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        rule = request.url_rule
        counted.add(rule.rule if rule else None, request.method, response.status_code, seconds, g.get("queries", 0))
        _log(response, seconds)
        return response


def with_headers(application: WSGIApplication, always: Mapping[str, str]) -> WSGIApplication:
    """The application with these headers on every answer; written here, they cost a page nothing."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, *always.items()], *error)

        return application(environ, start)

    return answer


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = "req_" + secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _check_address() -> None:
    """Nothing of the address is rubbish; and a form without files is small, since reading it takes long."""
    asked = request.args
    _refuse(request.path, *asked.keys(), *_values(asked))
    if request.mimetype != "multipart/form-data":
        request.max_content_length = min(request.max_content_length or LARGEST_FORM, LARGEST_FORM)


def check_form() -> None:
    """Nothing of the form is rubbish. For whoever may send it: it is read here, if it was not before. Two megabytes of
    it take half a second to read, which not everybody may ask for."""
    if request.mimetype not in FORMS:
        return  # Flask reads no form either
    if g.principal is None:
        request.max_content_length = min(request.max_content_length or LARGEST_OF_NOBODY, LARGEST_OF_NOBODY)
    keys = (*request.form.keys(), *request.files.keys())
    if None in keys:
        abort(400)  # a part without a name: nobody's form has one, and what reads forms stumbles over it
    _refuse(*keys, *_values(request.form), *(each.filename or "" for each in request.files.values()))


def _values(given: MultiDict[str, str]) -> Iterator[str]:
    for values in given.listvalues():
        yield from values


def _refuse(*texts: str | None) -> None:
    if any(text and RUBBISH.search(text) for text in texts):
        abort(400)


def _cache(response: Response) -> None:
    """Files whose address carries their hash may be kept for ever; nothing else is kept at all."""
    if request.endpoint in FILES and response.status_code < 400:
        fresh = request.endpoint != "static" or "v" in request.args
        response.cache_control.no_cache = None if fresh else True
        response.cache_control.max_age = A_YEAR if fresh else None
        response.cache_control.public = True
        response.cache_control.immutable = fresh
    else:
        response.headers["Cache-Control"] = "no-store"


def shown_path() -> str:
    """The path as logs may keep it: without the token of a link that was mailed, and without what would move the
    cursor of whoever reads them."""
    path = MAILED.sub(r"\1…", request.path)
    if path.isprintable():
        return path
    return "".join(char if char.isprintable() else quote(char, errors="replace") for char in path)


def _log(response: Response, seconds: float) -> None:
    """One line for each request but for files, and for probes where all is well."""
    endpoint = request.endpoint
    if endpoint == "static" or (endpoint in hosts.PROBES and response.status_code < 400):
        return
    if not log.is_enabled_for(logging.INFO):
        return
    person, domain = g.get("principal"), hosts.domain()
    visit = person.access if person else None
    log.info(
        "request",
        method=request.method,
        path=shown_path(),
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        queries=g.get("queries", 0),
        bytes=response.content_length,
        address=request.remote_addr,
        user=person.public_id if person else None,
        **({"access_session": visit.public_id} if visit else {}),
        **({"host": domain.host} if domain else {}),
    )
