"""Webhooks: what the app at work sends them by."""

from __future__ import annotations

from flask import Flask, current_app

EXTENSION = "portal.webhooks"


def init_app(app: Flask, gateway: object) -> None:
    """The gateway that operations send by (see `portal.gateways.webhooks`)."""
    app.extensions[EXTENSION] = gateway


def gateway() -> object:
    """That of the app at work."""
    return current_app.extensions[EXTENSION]
