"""Showing: a whole page, or the part of it that htmx asked for."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse


def wants_part() -> bool:
    """Whether htmx asks for a part. A history restore wants the whole page."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def show(page: str, part: str | None = None, status: int = 200, **context: Any) -> Response:
    """The page (a template's path without `.html`), or for an htmx request its part, a file beside it."""
    template = page
    if part and wants_part():
        template = page.rpartition("/")[0] + "/" + part
        g.is_part = True
    response = Response(render_template(template + ".html", **context), status)
    if part:
        response.vary.add("HX-Request")
    return response


def ask(page: str, status: int = 200, **context: Any) -> Response:
    """A question (its template extends layouts/dialog.html): a page of its own, or for an htmx request what stands in
    the dialog."""
    g.is_part = wants_part()
    response = Response(render_template(page + ".html", in_dialog=g.is_part, **context), status)
    response.vary.add("HX-Request")
    return response


def away(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Send the browser to another page: by redirect, or by HX-Redirect where htmx asked."""
    url = url_for(endpoint, **{key: value for key, value in values.items() if value})
    if request.headers.get("HX-Request"):
        return "", 204, {"HX-Redirect": url}
    return redirect(url, 303)


def tell_saved(words: str, changed: object, then: str | None = None) -> None:
    """The next page says these words, or that there was nothing to save. `then`: what follows, as a warning."""
    if not changed:
        flash("Nothing was changed.", "info")
    else:
        flash(f"{words} {then}" if then else words, "watch" if then else "good")


def done(location: str) -> BaseResponse:
    """After a change: 303 to the page that shows it, by HX-Redirect where htmx asked."""
    if wants_part():
        return Response(status=204, headers={"HX-Redirect": location})
    return redirect(location, 303)
