"""The list of all workspaces: a page of rows with what stands around it, in at most three queries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Date, String, cast, func, select
from sqlalchemy.sql import bindparam

from portal.base.db import db
from portal.models import DailyUsage, Organization, Plan, User, Workspace, scope
from portal.queries.listing import MOST_HITS, PAGE, Filters, Shape, aside_of, counted, hits, last_offset, order, walk
from portal.queries.search import BY_INDEX, Search, Statement, looked_into, planned, search_values, way
from portal.queries.strip import Surroundings, surroundings
from portal.rules.health import Level
from portal.rules.lifecycle import Status
from portal.rules.listing import HEALTH_RANK
from portal.rules.periods import local_day, month_start
from portal.rules.platform import Platform
from portal.rules.text import search_patterns

NARROW = 5000
"""So few workspaces are looked into one by one sooner than the trigram index's many hits are filtered (SQLite)."""

_DAY = timedelta(days=1)


class Listed(NamedTuple):
    """A workspace as the list shows it. `mrr_minor` in minor units of `currency`; `usage` as `week` reads it."""

    key: int
    public_id: str
    name: str
    web_address: str
    sip_prefix: str
    status: Status
    currency: str
    mrr_minor: int
    health: Level | None
    users: int
    numbers: int
    extensions: int
    timezone: str
    last_seen_at: datetime | None
    created_at: datetime
    organization: str
    owner: str | None
    owner_email: str | None
    owner_invited: bool
    plan: str | None
    plan_colour: str | None
    usage: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. `filters` are those in force, with the page that is shown; `ignored` names those that were
    asked for and name nothing. `total` counts what was found; where not `exact`, there are more than that."""

    surroundings: Surroundings
    filters: Filters
    ignored: tuple[str, ...]
    total: int
    exact: bool
    rows: tuple[Listed, ...]


_usage = (
    select(func.aggregate_strings(cast(DailyUsage.day, String) + ":" + cast(DailyUsage.sent, String), ","))
    .where(
        DailyUsage.workspace_id == Workspace.id, DailyUsage.day >= bindparam("since", type_=Date, literal_execute=True)
    )
    .correlate(Workspace)
    .scalar_subquery()
)
ROW = (
    select(
        Workspace.id,
        Workspace.public_id,
        Workspace.name,
        Workspace.web_address,
        Workspace.sip_prefix,
        Workspace.status,
        Workspace.currency,
        Workspace.mrr_minor,
        Workspace.health,
        Workspace.user_count,
        Workspace.number_count,
        Workspace.extension_count,
        Workspace.timezone,
        Workspace.last_seen_at,
        Workspace.created_at,
        Organization.name,
        User.name,
        User.email,
        User.password_hash.is_(None),
        Plan.name,
        Plan.colour,
        _usage,
    )
    .join(Organization, Organization.id == Workspace.organization_id)
    .outerjoin(User, User.id == Workspace.owner_id)
    .outerjoin(Plan, Plan.id == Workspace.plan_id)
)
_OF_KEYS = ROW.where(Workspace.id.in_(bindparam("keys", expanding=True)))


@lru_cache(maxsize=512)
def _of_page(shape: Shape, rows: int, begin: bool) -> Statement:
    page = walk(shape, rows, begin)
    by = order(shape, shape.sort.column.expression, Workspace.id.expression)
    return planned(ROW.join(page, page.c.id == Workspace.id).order_by(*by), shape.search)


@dataclass(frozen=True, slots=True)
class Question:
    """Filters as the statements take them: `names` and `values` of those that are set, and the words searched for."""

    filters: Filters
    names: tuple[str, ...]
    values: dict[str, Any]
    patterns: list[str]
    passing: int
    total: int
    many: bool

    def shape(self, search: Search, offset: int) -> Shape:
        """The statement's shape."""
        aside: tuple[str, ...] = ()
        if _is_sqlite():
            aside = aside_of(self.filters, self.names, offset, self.passing, self.total)
            if search in BY_INDEX:
                aside = self.names
        filters = self.filters
        return Shape(self.names, aside, filters.sort, filters.reverse, search, looked_into(search, self.patterns))

    def given(self, search: Search) -> dict[str, Any]:
        """The statement's values."""
        return self.values | search_values(search, self.patterns)

    def by_index(self) -> Search:
        """How to find what matches, in no order."""
        return way(self.patterns, walking=_is_sqlite() and bool(self.names) and self.passing <= NARROW)

    def by_text(self) -> Search:
        """How to tell, on a walk, what matches."""
        return way(self.patterns, walking=True)


@dataclass(frozen=True, slots=True)
class Found:
    """How many there are and where the page begins; `keys` are the page's, where they are known already."""

    total: int
    exact: bool
    offset: int
    keys: tuple[int, ...] | None = None


def listing(asked: Filters, settings: Platform, now: datetime) -> Listing:
    """The page asked for, or the last one where that is behind it."""
    around = surroundings(asked, month_start(now, settings.timezone))
    question, ignored = ask(asked, around)
    found = _count(question)
    rows = _read(question, found, now)
    if not found.exact and len(rows) <= PAGE:  # the last page after all
        found = replace(found, total=found.offset + len(rows), exact=True)
    return Listing(
        surroundings=around,
        filters=replace(question.filters, page=found.offset // PAGE + 1),
        ignored=ignored,
        total=found.total,
        exact=found.exact,
        rows=tuple(rows[:PAGE]),
    )


def ask(asked: Filters, around: Surroundings) -> tuple[Question, tuple[str, ...]]:
    """The question, without a plan or an organization that does not exist; and the names of those."""
    plan, organization = around.plan(asked.plan), around.organization
    filters = replace(
        asked,
        plan=plan.public_id if plan else "",
        organization=organization.public_id if organization else "",
    )
    ignored = tuple(name for name in ("plan", "organization") if getattr(asked, name) != getattr(filters, name))
    keys = {
        "status": filters.status,
        "plan": plan and plan.id,
        "health": filters.health and HEALTH_RANK[filters.health],
        "organization": organization and organization.id,
    }
    values = {name: key for name, key in keys.items() if key is not None}
    patterns = search_patterns(filters.q)
    return Question(filters, tuple(values), values, patterns, around.found, around.strip.total, around.many), ignored


def _count(question: Question) -> Found:
    offset = (question.filters.page - 1) * PAGE
    search = question.by_index()
    if search is Search.NONE:
        return Found(question.passing, True, last_offset(question.passing, offset))
    if offset > MOST_HITS:  # so far behind, only the exact number tells which page is the last
        total: int = db.session.scalar(counted(question.shape(search, offset)), question.given(search)) or 0
        return Found(total, True, last_offset(total, offset))
    if question.many:
        return Found(MOST_HITS, False, offset)
    statement = hits(question.shape(search, offset))
    rows = scope.rows(statement, question.given(search) | {"offset": offset})
    total = rows[0][1] if rows else 0
    if total > MOST_HITS:
        return Found(MOST_HITS, False, offset)
    return Found(total, True, last_offset(total, offset), tuple(key for key, _ in rows))


def _read(question: Question, found: Found, now: datetime) -> list[Listed]:
    """The page's rows, and one more where its being the last is not known."""
    if found.keys is not None:
        rows = scope.rows(_OF_KEYS, {"keys": found.keys, "since": since(now)}) if found.keys else ()
        place = {key: number for number, key in enumerate(found.keys)}
        return sorted((Listed._make(row) for row in rows), key=lambda row: place[row.key])
    search = question.by_text() if found.total >= MOST_HITS else question.by_index()
    statement = _of_page(question.shape(search, found.offset), PAGE + (not found.exact), found.offset == 0)
    values = question.given(search) | {"since": since(now)} | ({"offset": found.offset} if found.offset else {})
    return [Listed._make(row) for row in scope.rows(statement, values)]


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def since(now: datetime) -> date:
    """The earliest day that can be among a workspace's last seven, whatever its time zone."""
    return now.date() - 8 * _DAY


def week(usage: str | None, timezone: str, now: datetime) -> tuple[date, tuple[int, ...]]:
    """A workspace's today, and what it sent on each of its last seven days, today last. `usage` is `Listed.usage`."""
    today = local_day(now, timezone)
    return today, sent_until(usage, today)


def sent_until(usage: str | None, today: date) -> tuple[int, ...]:
    """The same for a day of the workspace that is known."""
    sent = dict(part.split(":") for part in usage.split(",")) if usage else {}
    return tuple(int(sent.get((today - back * _DAY).isoformat(), 0)) for back in range(6, -1, -1))
