"""Names in DNS: what the app at work asks."""

from __future__ import annotations

from flask import Flask, current_app

EXTENSION = "portal.names"


def init_app(app: Flask, gateway: object) -> None:
    """The gateway that operations ask (see `portal.gateways.dns`)."""
    app.extensions[EXTENSION] = gateway


def gateway() -> object:
    """That of the app at work."""
    return current_app.extensions[EXTENSION]
