"""The inventory of phone numbers: all of it for the staff, what is free for those who pick one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import AuditEvent, Number, NumberKind, NumberState, Organization, ReleasedNumber, Workspace
from portal.queries import audit
from portal.queries.audit import Event
from portal.queries.words import holding
from portal.rules.lifecycle import Status

PAGE = 12
CHUNK = 1_000
LATEST = 20  # events of a number's history
IMPORTS = 100  # steps of imports at the same instant that are looked into

_PHONE = re.compile(r"[+\d\s().\-]+")
_ACTS = (
    "number.added",
    "number.assigned",
    "number.released",
    "number.port_out_begun",
    "number.port_out_cancelled",
    "number.ported_out",
    "number.removed",
)
_Last = aliased(Workspace)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which numbers. `q`: digits anywhere in them, or words of the name or web address of the workspace that has them;
    `country`: two letters; blank for any."""

    q: str = ""
    state: NumberState | None = None
    country: str = ""
    kind: NumberKind | None = None


class Listed(NamedTuple):
    """A number. `workspace`: public id of the one that has it, `last` of the one that had it before; None for none."""

    public_id: str
    e164: str
    country: str
    kind: NumberKind
    state: NumberState
    workspace: str | None
    workspace_name: str | None
    workspace_status: Status | None
    last: str | None
    last_name: str | None
    released_at: datetime | None
    porting_at: datetime | None
    created_at: datetime


class Free(NamedTuple):
    """A number that can be picked."""

    public_id: str
    e164: str
    country: str
    kind: NumberKind


_LISTED: Any = (
    select(
        Number.public_id,
        Number.e164,
        Number.country,
        Number.kind,
        Number.state,
        Workspace.public_id,
        Workspace.name,
        Workspace.status,
        _Last.public_id,
        _Last.name,
        Number.released_at,
        Number.porting_at,
        Number.created_at,
    )
    .outerjoin(Workspace, Workspace.id == Number.workspace_id)
    .outerjoin(_Last, _Last.id == Number.last_workspace_id)
)


def listing(wanted: Wanted, page: int) -> tuple[list[Listed], int]:
    """Page `page` (from 1) of the numbers wanted, by number, and how many there are on all pages."""
    where = _where(wanted)
    rows = db.session.execute(_LISTED.where(*where).order_by(Number.e164).limit(PAGE).offset((page - 1) * PAGE))
    return [Listed._make(row) for row in rows], total(wanted)


def total(wanted: Wanted) -> int:
    """How many there are."""
    query = _joined(select(func.count(Number.id)), wanted).where(*_where(wanted))
    return db.session.scalar(query) or 0


def each(wanted: Wanted) -> Iterator[Listed]:
    """Every number wanted, by number, read in chunks: for an export."""
    last = ""
    while True:
        query = _LISTED.where(*_where(wanted), Number.e164 > last).order_by(Number.e164).limit(CHUNK)
        rows = [Listed._make(row) for row in db.session.execute(query)]
        yield from rows
        if len(rows) < CHUNK:
            return
        last = rows[-1].e164


def by_state(wanted: Wanted) -> Mapping[NumberState, int]:
    """How many there are of each state, whatever state is wanted."""
    others = replace(wanted, state=None)
    query = _joined(select(Number.state, func.count(Number.id)), others).where(*_where(others))
    return {row[0]: row[1] for row in db.session.execute(query.group_by(Number.state))}


def countries(*which: ColumnElement[bool]) -> list[str]:
    """The countries of which there are such numbers."""
    return list(db.session.scalars(select(Number.country).where(*which).distinct().order_by(Number.country)))


def number(public_id: str) -> Listed | None:
    """One of them."""
    row = db.session.execute(_LISTED.where(Number.public_id == public_id)).one_or_none()
    return Listed._make(row) if row else None


def awaited_by(e164: str) -> str | None:
    """The name of the closed workspace that gets this number back if it is restored; None for none. Needs the
    platform's scope."""
    query = select(Workspace.name).join(ReleasedNumber, ReleasedNumber.workspace_id == Workspace.id)
    return db.session.scalar(query.where(ReleasedNumber.e164 == e164).order_by(ReleasedNumber.id.desc()).limit(1))


def history(e164: str, came: datetime) -> tuple[Event, ...]:
    """What was done to this number, the latest first, the import with which it came (at `came`) among it. That event
    has all numbers of its step, here it has this one."""
    mine = AuditEvent.payload["facts"]["number"].as_string() == e164
    found = audit.events_of(and_(AuditEvent.action.in_(_ACTS), mine), LATEST)
    if len(found) == LATEST:
        return found
    at_once = audit.events_of(and_(AuditEvent.at == came, AuditEvent.action == "number.imported"), IMPORTS)
    came_by = (replace(it, facts={"numbers": [e164]}) for it in at_once if e164 in it.facts.get("numbers", ()))
    return tuple(sorted((*found, *came_by), key=lambda event: event.sequence, reverse=True))


def free(q: str, country: str, page: int, first: str = "") -> tuple[list[Free], int]:
    """Page `page` (from 1) of the numbers that can be picked, by number, those of the country `first` before all
    others, and how many there are on all pages. `q`: digits anywhere in them; a query without any finds nothing."""
    where: list[ColumnElement[bool]] = [Number.state == NumberState.AVAILABLE]
    if country:
        where.append(Number.country == country)
    if q:
        where.append(Number.e164.contains(_digits(q) or q, autoescape=True))
    query = select(Number.public_id, Number.e164, Number.country, Number.kind).where(*where)
    count = db.session.scalar(select(func.count(Number.id)).where(*where)) or 0
    rows = query.order_by(Number.country != first, Number.e164).limit(PAGE).offset((page - 1) * PAGE)
    return [Free._make(row) for row in db.session.execute(rows)], count


def home_of(workspace: int) -> str:
    """The country of this workspace (integer key), else of its organization; blank where neither says. Within the
    platform's scope."""
    own = func.coalesce(func.nullif(Workspace.country, ""), Organization.country)
    query = select(own).select_from(Workspace).join(Organization, Organization.id == Workspace.organization_id)
    return str(db.session.scalar(query.where(Workspace.id == workspace)) or "")


def free_countries() -> list[str]:
    """The countries of which there are numbers to be picked."""
    return countries(Number.state == NumberState.AVAILABLE)


def _joined(query: Any, wanted: Wanted) -> Any:
    """With workspaces only where they have a say."""
    return query.outerjoin(Workspace, Workspace.id == Number.workspace_id) if wanted.q else query


def _where(wanted: Wanted) -> list[Any]:
    found: list[Any] = []
    if wanted.state:
        found.append(Number.state == wanted.state)
    if wanted.country:
        found.append(Number.country == wanted.country)
    if wanted.kind:
        found.append(Number.kind == wanted.kind)
    if wanted.q:
        named = and_(*holding(wanted.q, Workspace.name_key, Workspace.web_address))
        digits = _digits(wanted.q)
        found.append(or_(Number.e164.contains(digits), named) if digits and _PHONE.fullmatch(wanted.q) else named)
    return found


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())
