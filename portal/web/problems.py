"""When something goes wrong: one page for every error, with the request id and a way on."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, default_exceptions

from portal.rules.errors import Conflict, Forbidden, NotFound, PortalError, TooMany
from portal.rules.platform import Platform
from portal.web import access
from portal.web.request import shown_path
from portal.web.targets import came_from

log = structlog.get_logger(__name__)

WORDS: dict[int, tuple[str, str]] = {
    400: ("That request could not be read", "Something in the address or the form is wrong. Go back and try again."),
    403: ("You may not do this", "Your role does not include it. Ask an owner of the platform if you need it."),
    404: (
        "There is nothing here",
        "The address is wrong, the thing was deleted, or it belongs to a workspace you are not in.",
    ),
    405: ("This address does not take that", "The page was asked for in a way it does not know. Open it afresh."),
    409: ("Not possible as things stand", "What you saw has changed meanwhile. Reload the page and look again."),
    413: ("That is too large", "The upload is larger than this server takes."),
    415: ("That kind of content is not taken here", "Send a form or a file as the page offers it."),
    422: ("That was not accepted", "Something you entered cannot be used."),
    429: ("Too many tries", "Wait a little, then try again."),
    500: ("Something broke", "This request saved nothing. Try again; if it stays, tell whoever runs Portal."),
    503: ("Portal is not ready", "The database does not answer just now. Try again in a moment."),
}
DIALOG = "dialog#dialog"  # as htmx names the target of what stands in a dialog
CODES: dict[type[PortalError], int] = {NotFound: 404, Forbidden: 403, Conflict: 409, TooMany: 429}


def problem(status: int, text: str | None = None) -> Response:
    """The error page; for an htmx request a toast, so that the page it came from stays as it is, or, where the request
    was a dialog's, what that dialog says."""
    title, words = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    if status >= 500:
        g.setdefault("platform", Platform())  # the page must not need the database, which may be what failed
    elif "principal" not in g:  # refused before anybody asked who it is, which what stands around the page says
        access.identify()
        access.forget_half_way()
    part = "HX-Request" in request.headers
    in_dialog = part and request.headers.get("HX-Target") == DIALOG
    template = "errors/_dialog.html" if in_dialog else "errors/_toast.html" if part else "errors/problem.html"
    context = {"status": status, "title": title, "text": text or words, "back": came_from()}
    body = render_template(template, request_id=g.get("request_id", ""), **context)
    response = make_response(body, status)
    if part and not in_dialog:
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
    return response


def init_app(app: Flask) -> None:
    """Answer every error with a page."""
    for status in default_exceptions:
        app.register_error_handler(status, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(PortalError, _portal)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    response = problem(error.code or 500)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _csrf(error: CSRFError) -> Response:
    return problem(400, "The form has expired, or came from elsewhere. Go back, reload the page and send it again.")


def _portal(error: PortalError) -> Response:
    status = next((code for kind, code in CODES.items() if isinstance(error, kind)), 422)
    response = problem(status, str(error) or None)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.wait)
    return response


def _database(error: OperationalError) -> Response:
    log.exception("database_failed")
    return problem(503)


def _unexpected(error: Exception) -> Response:
    log.exception("request_failed", path=shown_path())
    return problem(500)
