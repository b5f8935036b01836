"""What somebody can go to by typing a part of its name: workspaces, organizations, people. A few of each, fast at any
size of the platform; what may be found by whom is for the callers to know.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Integer, String, bindparam, select

from portal.base.db import db
from portal.models import AuditEvent, Membership, Organization, User, Workspace, scope
from portal.queries.listing import MOST_HITS, Shape, Sort, hits
from portal.queries.search import USERS, Search, Statement, looked_into, matching, planned, search_values, way
from portal.rules.access import WorkspaceRole
from portal.rules.lifecycle import Status
from portal.rules.text import search_patterns, sort_key

LOOKED_BACK = 50
"""So many of a person's latest acts are looked through for where they were done."""

_AFTER = "\U0010ffff"  # greater than whatever goes on after a beginning


class FoundWorkspace(NamedTuple):
    """A workspace that is not in the trash."""

    public_id: str
    name: str
    web_address: str
    status: Status
    organization: str


class FoundWorkspaces(NamedTuple):
    """The first few, those whose name begins as was typed before the others; `more` if there are others."""

    first: tuple[FoundWorkspace, ...]
    more: bool


class FoundPerson(NamedTuple):
    """Somebody with an account that is not in the trash."""

    public_id: str
    name: str
    email: str


class Teammate(NamedTuple):
    """A member of the workspace in scope."""

    name: str
    email: str
    role: WorkspaceRole


_WORKSPACE = select(
    Workspace.public_id, Workspace.name, Workspace.web_address, Workspace.status, Organization.name
).join(Organization, Organization.id == Workspace.organization_id)
_BY_NAME = (Workspace.name_key, Workspace.id)
_MOST = bindparam("most", type_=Integer)
_BEGINNING = (
    _WORKSPACE.where(
        Workspace.cancelled_at.is_(None),
        Workspace.name_key >= bindparam("begin", type_=String),
        Workspace.name_key < bindparam("end", type_=String),
    )
    .order_by(*_BY_NAME)
    .limit(_MOST)
)
_ACTS = (
    select(AuditEvent.id, AuditEvent.workspace_id)
    .where(AuditEvent.actor_id == bindparam("actor", type_=Integer))
    .order_by(AuditEvent.id.desc())
    .limit(LOOKED_BACK)
    .subquery("acts")
)
_RECENT = (
    _WORKSPACE.add_columns(_ACTS.c.id)
    .join(_ACTS, _ACTS.c.workspace_id == Workspace.id)
    .where(Workspace.cancelled_at.is_(None))
    .order_by(_ACTS.c.id.desc())
)


@lru_cache(maxsize=64)
def _anywhere(shape: Shape) -> Statement:
    page = hits(shape).subquery("page")
    found = _WORKSPACE.join(page, page.c.id == Workspace.id).order_by(*_BY_NAME)
    return planned(found, shape.search)


def workspaces(q: str, most: int) -> FoundWorkspaces:
    """Those that match as in their list, by two queries at most; none without a query."""
    patterns = search_patterns(q)
    if not patterns:
        return FoundWorkspaces((), False)
    begin = sort_key(q)
    found = _unique(scope.rows(_BEGINNING, {"begin": begin, "end": begin + _AFTER, "most": most + 1}))
    if len(found) <= most:
        search = way(patterns, walking=False)
        shape = Shape(sort=Sort.NAME, search=search, patterns=looked_into(search, patterns))
        found = _unique([*found, *scope.rows(_anywhere(shape), search_values(search, patterns) | {"offset": 0})])
    return FoundWorkspaces(found[:most], len(found) > most)


def people(q: str, most: int) -> tuple[FoundPerson, ...]:
    """The first by name of those who match as in the list of users; nobody without a query."""
    patterns = search_patterns(q)
    if not patterns:
        return ()
    search = way(patterns, walking=False)
    statement = _people(search, looked_into(search, patterns))
    rows = scope.rows(statement, search_values(search, patterns) | {"most": most})
    return tuple(FoundPerson(*row) for row in rows)


@lru_cache(maxsize=64)
def _people(search: Search, patterns: int) -> Statement:
    """Of very many hits any are looked at, as in `listing.hits`."""
    here = select(User.id).where(User.trashed_at.is_(None))
    some = matching(here, search, patterns, USERS).limit(MOST_HITS + 1).subquery("some")
    found = select(User.public_id, User.name, User.email).join(some, some.c.id == User.id)
    return planned(found.order_by(User.name_key, User.id).limit(_MOST), search)


def recent_workspaces(user_id: int, most: int) -> tuple[FoundWorkspace, ...]:
    """Where this person did something last, the latest first."""
    rows = scope.rows(_RECENT, {"actor": user_id})
    return _unique(row[: len(FoundWorkspace._fields)] for row in rows)[:most]


def teammates(q: str, most: int) -> tuple[Teammate, ...]:
    """The first members by name, of the workspace in scope, whose name or e-mail holds every word."""
    query = select(User.name, User.email, Membership.role).join(Membership, Membership.user_id == User.id)
    for word in sort_key(q).split():
        query = query.where(
            User.name_key.contains(word, autoescape=True) | User.email_key.contains(word, autoescape=True)
        )
    rows = db.session.execute(query.order_by(User.name_key, User.id).limit(most))
    return tuple(map(Teammate._make, rows))


def _unique(rows: Iterable[tuple[object, ...]]) -> tuple[FoundWorkspace, ...]:
    found: dict[object, FoundWorkspace] = {}
    for row in rows:
        found.setdefault(row[0], FoundWorkspace(*row))  # type: ignore[arg-type]
    return tuple(found.values())
