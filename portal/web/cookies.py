"""The session cookie: a random token and nothing else. `__Host-` and Secure over HTTPS."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.base.site import settings


def name() -> str:
    """The cookie's name; a `__Host-` cookie cannot be set by a neighbouring host."""
    return "__Host-portal" if settings().secure else "portal"


def read_token() -> str | None:
    """The token that the browser sent."""
    return request.cookies.get(name())


def set_token(response: Response, token: str) -> None:
    """Give the browser the token of its session."""
    response.set_cookie(
        name(),
        token,
        max_age=settings().session_hours * 3600,
        secure=settings().secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_token(response: Response) -> None:
    """Take the token away."""
    response.delete_cookie(name(), secure=settings().secure, httponly=True, samesite="Lax", path="/")
