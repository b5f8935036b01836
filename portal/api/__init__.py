"""Floor 5: the API of programs, /api/v1; one file per noun."""

from __future__ import annotations

from flask import Flask

from portal.api import (
    calling,
    changes,
    entitlements,
    holds,
    messages,
    overrides,
    recordings,
    reference,
    takings,
    usage_events,
    workspace_moves,
    workspaces,
)
from portal.base.csrf import csrf

NOUNS = (
    workspaces,
    workspace_moves,
    holds,
    overrides,
    entitlements,
    takings,
    usage_events,
    messages,
    recordings,
    changes,
    reference,
)


def init_app(app: Flask) -> None:
    """The API's routes, answers to what goes wrong there, and its description."""
    app.register_blueprint(calling.bp)
    csrf.exempt(calling.bp)  # a key is no cookie: no browser sends it by itself
