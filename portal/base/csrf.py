"""CSRF protection of every change. Tokens live as long as the browser session: a form left open stays valid."""

from __future__ import annotations

from functools import lru_cache

from flask import current_app, g, session
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer

NAME = "csrf_token"  # of the value in the session and in `g`, where Flask-WTF looks for it
SALT = "wtf-csrf-token"

csrf = CSRFProtect()


def token() -> str:
    """The token for forms and htmx of whoever reads, signed once for each session: it holds as long as that."""
    known: str | None = g.get(NAME)
    if known is None and (value := session.get(NAME)):
        known = _signed(str(current_app.secret_key), value)
        setattr(g, NAME, known)
    return known or generate_csrf()


@lru_cache(maxsize=2_000)
def _signed(key: str, value: str) -> str:
    return str(URLSafeTimedSerializer(key, salt=SALT).dumps(value))
