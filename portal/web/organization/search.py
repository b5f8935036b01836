"""What the people of an organization find by typing: their workspaces, its pages, and what can be done."""

from __future__ import annotations

from flask import Response, url_for

from portal.rules.access import Permission
from portal.web import palette
from portal.web.access import needs
from portal.web.organization.side import page
from portal.web.reader import words

bp = page("search")


@bp.get("/search")
@needs(Permission.ACCOUNT_VIEW)
def search() -> Response:
    """What matches; without a query what is at hand."""
    q = words()
    return palette.draw(q, url_for("organization_search.search"), (palette.own_workspaces(q), *palette.common(q)))
