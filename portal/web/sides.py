"""The customers' sides: addresses below `/w/<slug>/` and `/o/<slug>/` name their workspace or organization by
themselves. Their views do not get the slug, the guard does; and `url_for` gives that of the present page."""

from __future__ import annotations

from typing import Any

from flask import Flask, g

WORKSPACE = "workspace_"  # with this the names of the blueprints of a side begin
ORGANIZATION = "organization_"
SIDES = (WORKSPACE, ORGANIZATION)


def init_app(app: Flask) -> None:
    """Take the slug out of what is asked for, and put it into what is linked to."""

    @app.url_value_preprocessor
    def take(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if endpoint and values and endpoint.startswith(SIDES):
            g.slug = values.pop("slug", "")

    @app.url_defaults
    def give(endpoint: str, values: dict[str, Any]) -> None:
        if not endpoint.startswith(SIDES) or "slug" in values:
            return
        if endpoint.startswith(WORKSPACE) and "tenant" in g:
            values["slug"] = g.tenant.web_address
        elif endpoint.startswith(ORGANIZATION) and "organization" in g:
            values["slug"] = g.organization.slug
