"""The test client: each request in a context of its own, as in a server."""

from contextvars import Context
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.base.db import db


class Client(FlaskClient):
    """Flask's client would lend a request the test's own app context, with its `g`, session and scope."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request. The test's own session reads afresh afterwards."""
        if has_app_context():
            db.session.rollback()
        return Context().run(super().open, *args, **kwargs)
