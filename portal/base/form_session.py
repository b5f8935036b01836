"""Flask's session, a signed cookie: the token of a browser's forms, and what the next page has to say.

The same cookie comes with every page of a browser, so its signature is checked once; its age every time.
"""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache, partial

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature


class FormSessions(SecureCookieSessionInterface):
    """Flask's own sessions, by the secret key that the app has now."""

    def __init__(self, app: Flask) -> None:
        signed = self.get_signing_serializer(app)
        if signed is None:
            raise ValueError("sessions need a secret key")
        self.signer = next(signed.iter_unsigners())  # whose clock is the one that cookies are dated by
        self.longest = app.permanent_session_lifetime.total_seconds()
        self.read = lru_cache(maxsize=2_000)(partial(signed.loads, return_timestamp=True))  # keeps no error

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """What the cookie says; an empty session where its signature does not hold, or holds no more."""
        try:
            said, at = self.read(request.cookies.get(self.get_cookie_name(app), ""))
        except BadSignature:
            return self.session_class()
        holds = 0 <= self.signer.get_timestamp() - at.timestamp() <= self.longest
        return self.session_class(deepcopy(said) if holds else None)


def init_app(app: Flask) -> None:
    """The app's sessions."""
    app.session_interface = FormSessions(app)
