"""What the people of a workspace find by typing: their other workspaces, its team, its pages, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, g, url_for

from portal.queries import finding
from portal.queries.finding import Teammate
from portal.rules.access import Permission
from portal.rules.text import initials
from portal.web import palette, tenancy
from portal.web.access import may, needs
from portal.web.palette import MOST, Entry, Group
from portal.web.reader import words
from portal.web.role_words import WORKSPACE_ROLES
from portal.web.workspace.side import page

bp = page("search")


@bp.get("/search")
@needs(Permission.TENANT_VIEW)
def search() -> Response:
    """What matches; without a query what is at hand."""
    q = words()
    return palette.draw(q, url_for("workspace_search.search"), _groups(q))


def _groups(q: str) -> Iterator[Group]:
    if not g.principal.access:  # whoever is inside of a workspace is in no other
        yield palette.own_workspaces(q, without=tenancy.tenant().key)
    if q and may(Permission.TENANT_TEAM_VIEW):
        yield Group("Team", tuple(map(_teammate, finding.teammates(q, MOST))))
    yield from palette.common(q)


def _teammate(found: Teammate) -> Entry:
    return Entry(
        label=found.name,
        url=url_for("workspace_team.listing", q=found.email),
        initials=initials(found.name),
        is_person=True,
        aside=WORKSPACE_ROLES[found.role],
        words=found.email,
    )
