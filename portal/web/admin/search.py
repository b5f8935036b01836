"""What staff find by typing: workspaces, organizations, people, pages, and what can be done, here and elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, url_for

from portal.queries import detail, finding, organizations
from portal.queries.finding import FoundPerson, FoundWorkspace
from portal.queries.organizations import Match
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.rules.text import initials
from portal.web import palette
from portal.web.access import may, needs, opens
from portal.web.admin import workspace_actions
from portal.web.palette import MOST, Entry, Group
from portal.web.reader import words
from portal.web.targets import came_from
from portal.web.workspace_words import STATUSES

WORKSPACE, LIST = "admin_workspaces.detail", "admin_workspaces.listing"
ORGANIZATION, ORGANIZATIONS = "admin_organizations.detail", "admin_organizations.listing"
USER, USERS = "admin_users.detail", "admin_users.listing"
ON_PAGE = re.compile(r"/admin/workspaces/(ws_[0-9A-Za-z]+)(?:/.*)?")

bp = Blueprint("admin_search", __name__, url_prefix="/admin")


@bp.get("/search")
@needs(Permission.WORKSPACE_LIST)
def page() -> Response:
    """What matches; without a query what is at hand."""
    q = words()
    return palette.draw(q, url_for("admin_search.page"), _groups(q))


def _groups(q: str) -> Iterator[Group]:
    if q:
        yield _workspaces(q)
        yield _organizations(q)
        yield _people(q)
        yield _here(q)
    else:
        yield _here(q)
        recent = finding.recent_workspaces(g.principal.user_id, MOST)
        yield Group("Recent", tuple(map(_workspace, recent)))
    yield from palette.common(q)


def _workspaces(q: str) -> Group:
    found = finding.workspaces(q, MOST)
    more = (f"All workspaces that match “{q}”", url_for(LIST, q=q)) if found.more else None
    return Group("Workspaces", tuple(map(_workspace, found.first)), more)


def _workspace(found: FoundWorkspace) -> Entry:
    return Entry(
        label=found.name,
        url=url_for(WORKSPACE, ws=found.public_id),
        initials=initials(found.name),
        aside=f"{found.web_address} · {STATUSES[found.status]}",
    )


def _organizations(q: str) -> Group:
    found = organizations.matches(q, MOST) if opens(ORGANIZATION) and may(Permission.ORGANIZATION_LIST) else []
    more = (f"All organizations that match “{q}”", url_for(ORGANIZATIONS, q=q)) if len(found) == MOST else None
    return Group("Organizations", tuple(map(_organization, found)), more)


def _organization(found: Match) -> Entry:
    return Entry(found.name, url_for(ORGANIZATION, org=found.public_id), icon="building")


def _people(q: str) -> Group:
    found = finding.people(q, MOST) if opens(USER) and may(Permission.USER_LIST) else ()
    more = (f"All people that match “{q}”", url_for(USERS, q=q)) if len(found) == MOST else None
    return Group("People", tuple(map(_person, found)), more)


def _person(found: FoundPerson) -> Entry:
    return Entry(
        label=found.name,
        url=url_for(USER, usr=found.public_id),
        initials=initials(found.name),
        is_person=True,
        aside=found.email,
    )


def _here(q: str) -> Group:
    """What may be done to the workspace on whose page the person is."""
    at = ON_PAGE.fullmatch(urlsplit(came_from()).path)
    if not at or not opens(WORKSPACE):
        return Group("", ())
    try:
        profile = detail.profile(at[1])
    except NotFound:
        return Group("", ())
    every = workspace_actions.of(profile)
    entries = [Entry(each.label, each.url, each.icon, how=each.how) for each in (*every.buttons, *every.menu)]
    return Group(profile.name, palette.matching(q, entries))
