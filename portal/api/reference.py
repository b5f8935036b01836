"""The API described: for machines as OpenAPI, for people as a page of Portal's own; and what is at no address of it."""

from __future__ import annotations

from functools import cache

from flask import Response, current_app, json, render_template, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.exceptions import NotFound as NoRoute

from portal.api import reference_words
from portal.api.calling import OPERATIONS, bp
from portal.api.openapi import Json, document
from portal.base.declared import needs
from portal.base.site import external, settings
from portal.rules.access import Permission
from portal.rules.errors import NotFound

NOWHERE = "api.nothing"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@cache
def _document(server: str) -> Json:
    return document(OPERATIONS, server)


@cache
def _written(server: str) -> str:
    return json.dumps(_document(server), indent=1)


@bp.get("/openapi.json")
@needs(Permission.PUBLIC)
def openapi() -> Response:
    """The whole description, OpenAPI 3.1."""
    return Response(_written(external("/api/v1")), content_type="application/json")


@bp.get("/")
@needs(Permission.PUBLIC)
def page() -> str:
    """The same to read: from it alone one can write a gateway."""
    return render_template("api/reference.html", **_words(external("/api/v1"), settings().api_rate))


@cache
def _words(server: str, rate: int) -> dict[str, object]:
    return reference_words.words(OPERATIONS, server, rate)


@bp.route("/<path:rest>", methods=METHODS, endpoint="nothing", provide_automatic_options=False)
@needs(Permission.PUBLIC)
def nothing(rest: str) -> Response:
    """There is nothing here, or nothing by this method."""
    adapter = current_app.url_map.bind("")
    allowed = set()
    for method in METHODS:
        try:
            rule, _ = adapter.match(request.path, method, return_rule=True)
        except (NoRoute, MethodNotAllowed):
            continue
        if rule.endpoint != NOWHERE:
            allowed.add(method)
    if allowed:
        raise MethodNotAllowed(sorted(allowed))
    raise NotFound("There is nothing at this address of the API. What there is stands at /api/v1/.")
