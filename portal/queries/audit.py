"""The audit log as it is read: the latest events, pages of it by what is looked for, and the chain checked."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, func, or_, select

from portal.base.db import db
from portal.models import AuditCheckpoint, AuditEvent, AuditHead, Organization, User, Workspace, scope
from portal.rules.actors import ActorKind
from portal.rules.chain import GENESIS, KEYS, digest_of, hash_of
from portal.rules.text import fold

PER_PAGE = 50
COUNTED = 1_000  # beyond so many a search says "1,000+", and is not counted to its end
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `workspace`, `organization`: public ids, blank where there is none or it is gone. A change among
    `changes` is (before, after). `erased`: a purge took what it said; who, when and what sort stay. `access`: public id
    of the access session in which it was done, and `on_behalf_of` the owner impersonated in it, else blank."""

    public_id: str
    sequence: int
    at: datetime
    action: str
    actor_kind: ActorKind
    actor: str
    workspace: str
    workspace_name: str
    organization: str
    organization_name: str
    request_id: str
    reason: str
    facts: Mapping[str, Any]
    changes: Mapping[str, tuple[Any, Any]]
    erased: bool
    access: str = ""
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `workspace_id`, `organization_id`: integer keys, for the log of one. `actor`: part of a name,
    an e-mail or a public id; `workspace`: a public id, web address, SIP prefix or part of a name; `action`: one action,
    or the part before its point; `among`: no others than these. `since` and `until` (aware UTC): from the one on, and
    before the other."""

    workspace_id: int | None = None
    organization_id: int | None = None
    actor: str = ""
    workspace: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    among: frozenset[str] | None = None

    @property
    def everything(self) -> bool:
        return self == Wanted()


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of events, latest first. `total` is at most COUNTED for a search; `more_than_counted` says it was cut."""

    events: tuple[Event, ...]
    page: int
    total: int
    more_than_counted: bool


_EVENTS = (
    select(
        AuditEvent.public_id,
        AuditEvent.sequence,
        AuditEvent.at,
        AuditEvent.action,
        AuditEvent.actor_kind,
        AuditEvent.request_id,
        AuditEvent.payload,
        User.name.label("user_name"),
        Workspace.public_id.label("workspace"),
        Workspace.name.label("workspace_name"),
        Organization.public_id.label("organization"),
        Organization.name.label("organization_name"),
    )
    .outerjoin(User, User.id == AuditEvent.actor_id)
    .outerjoin(Workspace, Workspace.id == AuditEvent.workspace_id)
    .outerjoin(Organization, Organization.id == AuditEvent.organization_id)
    .order_by(AuditEvent.sequence.desc())
)
_LATEST = _EVENTS.where(AuditEvent.workspace_id == bindparam("workspace")).limit(bindparam("count", type_=Integer))


def latest(workspace: int, count: int) -> tuple[Event, ...]:
    """The last events of a workspace (its integer key), latest first."""
    return tuple(_event(row) for row in scope.rows(_LATEST, {"workspace": workspace, "count": count}))


def events_of(which: ColumnElement[bool], count: int) -> tuple[Event, ...]:
    """The last of these events, at most so many, latest first."""
    return tuple(_event(row) for row in db.session.execute(_EVENTS.where(which).limit(count)))


def events_page(wanted: Wanted, page: int) -> EventPage:
    """Page `page` (from 1) of the events that are looked for."""
    criteria = _criteria(wanted)
    rows = db.session.execute(_EVENTS.where(*criteria).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    total, cut = _total(wanted, criteria)
    return EventPage(tuple(_event(row) for row in rows), page, total, cut)


def each_event(wanted: Wanted) -> Iterator[Event]:
    """Every event that is looked for, latest first, read in chunks: for an export of any length."""
    before: int | None = None
    while True:
        limits = [] if before is None else [AuditEvent.sequence < before]
        rows = db.session.execute(_EVENTS.where(*_criteria(wanted), *limits).limit(CHUNK)).all()
        for row in rows:
            yield _event(row)
        if len(rows) < CHUNK:
            return
        before = rows[-1].sequence


def _total(wanted: Wanted, criteria: list[ColumnElement[bool]]) -> tuple[int, bool]:
    if wanted.everything:  # the chain has no gaps
        return db.session.scalar(select(func.max(AuditEvent.sequence))) or 0, False
    some = select(AuditEvent.id).where(*criteria).limit(COUNTED + 1).subquery()
    found = db.session.scalar(select(func.count()).select_from(some)) or 0
    return min(found, COUNTED), found > COUNTED


def _criteria(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.workspace_id is not None:
        found.append(AuditEvent.workspace_id == wanted.workspace_id)
    if wanted.organization_id is not None:
        found.append(AuditEvent.organization_id == wanted.organization_id)
    if wanted.actor.strip():
        found.append(_by(wanted.actor.strip()))
    if wanted.workspace.strip():
        found.append(AuditEvent.workspace_id.in_(_named(wanted.workspace.strip())))
    if wanted.action:
        group = AuditEvent.action.startswith(wanted.action + ".", autoescape=True)
        found.append(AuditEvent.action == wanted.action if "." in wanted.action else group)
    if wanted.among is not None:
        found.append(AuditEvent.action.in_(sorted(wanted.among)))
    if wanted.since:
        found.append(AuditEvent.at >= wanted.since)
    if wanted.until:
        found.append(AuditEvent.at < wanted.until)
    return found


def _by(text: str) -> ColumnElement[bool]:
    """People by account, whatever they are called now; jobs and commands by the name that the event keeps."""
    people = select(User.id).where(
        or_(
            User.public_id == text,
            User.email_key == text.casefold(),
            User.name_key.contains(fold(text), autoescape=True),
        )
    )
    label = AuditEvent.payload["actor"].as_string().icontains(text, autoescape=True)
    return or_(AuditEvent.actor_id.in_(people), and_(AuditEvent.actor_id.is_(None), label))


def _named(text: str) -> Any:
    return select(Workspace.id).where(
        or_(
            Workspace.public_id == text,
            Workspace.web_address == text.casefold(),
            Workspace.sip_prefix == text.casefold(),
            Workspace.name_key.contains(fold(text), autoescape=True),
        )
    )


def _event(row: Any) -> Event:
    payload = row.payload or {}
    changes = {key: (pair[0], pair[1]) for key, pair in payload.get("changes", {}).items()}
    return Event(
        public_id=row.public_id,
        sequence=row.sequence,
        at=row.at,
        action=row.action,
        actor_kind=ActorKind(row.actor_kind),
        actor=payload.get("actor") or row.user_name or "",
        workspace=row.workspace or "",
        workspace_name=row.workspace_name or payload.get("workspace", ""),
        organization=row.organization or "",
        organization_name=row.organization_name or "",
        request_id=row.request_id,
        reason=payload.get("reason", ""),
        facts=payload.get("facts", {}),
        changes=changes,
        erased=row.payload is None,
        access=payload.get("access_session", ""),
        on_behalf_of=payload.get("on_behalf_of", ""),
    )


# ---------------------------------------------------------------- the chain


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the chain holds. `events`: how many were found good. `fault`: None, or what is wrong with the first bad
    one, whose place in the chain is `sequence`."""

    events: int
    erased: int = 0
    sequence: int | None = None
    fault: str | None = None


_LINKS = select(
    AuditEvent.sequence,
    AuditEvent.at,
    AuditEvent.action,
    AuditEvent.public_id,
    *(getattr(AuditEvent, name) for name in KEYS),
    AuditEvent.payload,
    AuditEvent.salt,
    AuditEvent.digest,
    AuditEvent.previous_hash,
    AuditEvent.hash,
).order_by(AuditEvent.sequence)


def verify(chunk: int = CHUNK) -> Verdict:
    """Walk the whole chain, `chunk` events at a time: digests, links, gaps, and the head and the checkpoints, which
    tell a cut tail.

    Events that are recorded meanwhile do no harm: the head is read after the last row, and rows it knows more are
    walked too."""
    verdict, ended = Verdict(0), False
    while not ended:
        verdict, ended = go_on(verdict, sys.maxsize, chunk)
    return verdict


def go_on(verdict: Verdict, most: int, chunk: int = CHUNK) -> tuple[Verdict, bool]:
    """Walk at most so many events behind those that were found good: how far the chain holds now, and whether that is
    the end of it. For a walk that is shown while it goes on; what was walked before is not looked at again."""
    last = _hash_of(verdict.events)
    if last is None:
        return replace(verdict, sequence=verdict.events, fault="is missing: it was there a moment ago"), True
    until = verdict.events + most
    while verdict.events < until:
        size = min(chunk, until - verdict.events)
        rows = db.session.execute(_LINKS.where(AuditEvent.sequence > verdict.events).limit(size)).all()
        for row in rows:
            fault = _fault(row, verdict.events + 1, last)
            if fault:
                return replace(verdict, sequence=verdict.events + 1, fault=fault), True
            last = row.hash
            verdict = Verdict(verdict.events + 1, verdict.erased + (row.payload is None))
        if len(rows) < size:
            break
    return _at_the_end(verdict, last)


def _hash_of(sequence: int) -> str | None:
    """The hash of this event; what the first one follows, for 0."""
    if sequence == 0:
        return GENESIS
    return db.session.scalar(select(AuditEvent.hash).where(AuditEvent.sequence == sequence))


def _at_the_end(verdict: Verdict, last: str) -> tuple[Verdict, bool]:
    """Whether nothing comes behind what was walked, as the head of the chain says too."""
    head = db.session.execute(select(AuditHead.sequence, AuditHead.hash)).one_or_none()
    sequence, end = head or (0, GENESIS)
    if (sequence, end) == (verdict.events, last):
        return _as_noted(verdict), True
    if sequence > verdict.events and db.session.scalar(_LINKS.where(AuditEvent.sequence > verdict.events).limit(1)):
        return verdict, False
    return replace(verdict, sequence=verdict.events + 1, fault=_at_the_head(verdict.events, sequence)), True


def _as_noted(verdict: Verdict) -> Verdict:
    """The same, unless a checkpoint knows of an event that is not there, or of another one."""
    noted = AuditCheckpoint.sequence, AuditCheckpoint.at
    there = and_(AuditEvent.sequence == AuditCheckpoint.sequence, AuditEvent.hash == AuditCheckpoint.hash)
    query = select(*noted).outerjoin(AuditEvent, there).where(AuditEvent.id.is_(None))
    row = db.session.execute(query.order_by(AuditCheckpoint.sequence).limit(1)).one_or_none()
    if row is None:
        return verdict
    fault = f"is not what the checkpoint of {row.at:%Y-%m-%d %H:%M} UTC says: the log was cut or written anew"
    return replace(verdict, sequence=row.sequence, fault=fault)


def recorded() -> int:
    """How many events the head of the chain knows."""
    return db.session.scalar(select(AuditHead.sequence)) or 0


def _fault(row: Any, expected: int, last: str) -> str | None:
    if row.sequence != expected:
        return f"is missing: the next one is {row.sequence}, {row.public_id}"
    if (row.payload is None) != (row.salt is None):
        return f"({row.public_id}) was erased by half: payload and salt go together"
    if row.payload is not None and digest_of(row.salt, row.payload, row._mapping) != row.digest:
        return f"({row.public_id}) says something else than was recorded: its digest does not match"
    if row.previous_hash != last:
        return f"({row.public_id}) does not follow the one before it: its link does not match"
    if hash_of(last, row.sequence, row.at, row.action, row.public_id, row.digest) != row.hash:
        return f"({row.public_id}) was changed: its hash does not match its time, action, id and digest"
    return None


def _at_the_head(walked: int, head: int) -> str:
    if head > walked:
        return f"and all later ones are missing: the log was recorded up to {head}"
    if head < walked:
        return f"is due, but the head of the chain knows only {head}: later events were not recorded by Portal"
    return "is due, but the head of the chain holds another hash than the last event: one of the two was changed"
