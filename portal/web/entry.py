"""Coming in: what the browser is given when a session was opened, and where it goes next."""

from __future__ import annotations

from flask import flash, g, redirect, session, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from portal.operations.sessions import Opened
from portal.web.cookies import clear_token, set_token
from portal.web.pages import done
from portal.web.targets import safe


def enter(opened: Opened, target: str | None = None) -> Response:
    """To the target, or to the second factor first. The browser has a new token, for its session and for its forms."""
    onward = safe(target, url_for("account.home"))
    if opened.awaits_second_factor:
        onward = url_for("account.second_factor", next=onward)
    return renewed(opened.token, onward)


def renewed(token: str, onward: str, message: str | None = None) -> Response:
    """To that path, with a new token."""
    response = done(onward)
    session.clear()
    g.pop("csrf_token", None)
    generate_csrf()  # the forms' new token goes along, so that no page has to hand it out
    set_token(response, token)
    if message:
        flash(message, "good")
    return response


def leave(onward: str, message: str) -> Response:
    """To that path, without a token."""
    response = redirect(onward, 303)
    session.clear()
    clear_token(response)
    flash(message, "good")
    return response
