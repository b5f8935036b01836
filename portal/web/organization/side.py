"""What the pages of an organization share: their blueprints."""

from __future__ import annotations

from flask import Blueprint

from portal.web import sides


def page(name: str) -> Blueprint:
    """The blueprint of one page and what belongs to it: `page("users")` answers below `/o/<slug>/`. Views do not get
    the slug, and `url_for` gives it by itself (see `portal.web.sides`)."""
    return Blueprint(sides.ORGANIZATION + name, __name__, url_prefix="/o/<slug>")
