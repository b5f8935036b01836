"""Events of the audit log that are not the workspace's own and yet tell of it: of its siblings, of its organization, of
the accounts that go with it.

They are known by a value that is exactly one of its names. What is no other's (public ids, addresses of people who go)
is looked for in the whole log, its names and hosts among the events of its organizations, and not where the
organization or a sibling bears the same one: a host may have been somebody else's before, and whoever only claims one
empties nothing of theirs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Text, cast, func, null, or_, select, update
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import AuditEvent, Domain, Organization, User, Workspace
from portal.operations.purging import people

STRIDE = 20_000  # events looked at in a step

Step = Callable[[Session, Workspace], Mapping[str, int]]


def steps() -> Iterator[Step]:
    """Steps that together empty all of these events."""
    last = db.session.scalar(select(func.max(AuditEvent.sequence))) or 0
    for first in range(0, last, STRIDE):
        yield partial(_empty, first)


def _empty(first: int, session: Session, row: Workspace) -> Mapping[str, int]:
    within = AuditEvent.organization_id.in_(_organizations(session, row))
    found = [_says(session, value) for value in sorted(_known_by(session, row))]
    found += [within & _says(session, value) for value in sorted(_names(session, row))]
    which = (
        AuditEvent.sequence > first,
        AuditEvent.sequence <= first + STRIDE,
        AuditEvent.payload.is_not(null()),
        AuditEvent.workspace_id.is_distinct_from(row.id),
        or_(*found),
    )
    emptied: Any = session.execute(update(AuditEvent).where(*which).values(payload=null(), salt=null()))
    return {AuditEvent.__tablename__: int(emptied.rowcount)}


def _says(session: Session, value: str) -> Any:
    """Whether an event's payload has exactly this value."""
    place = func.strpos if session.get_bind().dialect.name == "postgresql" else func.instr
    return place(cast(AuditEvent.payload, Text), json.dumps(value)) > 0


def _organizations(session: Session, row: Workspace) -> set[int]:
    """Those that it belongs to, or did."""
    found = select(AuditEvent.organization_id).where(AuditEvent.workspace_id == row.id).distinct()
    return {row.organization_id, *(key for key in session.scalars(found) if key is not None)}


def _known_by(session: Session, row: Workspace) -> set[str]:
    """What nobody else is known by."""
    found = {row.public_id}
    gone = select(User.public_id, User.email).where(User.id.in_(people.strangers(session, row)))
    for person in session.execute(gone):
        found |= set(person)
    return found


def _names(session: Session, row: Workspace) -> set[str]:
    """What it is called and was, but for what others of its organization are called."""
    said = AuditEvent.payload["workspace"].as_string()
    mine = (AuditEvent.workspace_id == row.id, AuditEvent.payload.is_not(null()))
    names = {row.name, row.web_address, row.sip_prefix, *session.scalars(select(said).where(*mine).distinct())}
    names |= set(session.scalars(select(Domain.host).where(Domain.workspace_id == row.id)))
    of = session.get_one(Organization, row.organization_id)
    siblings = select(Workspace.name, Workspace.web_address).where(
        Workspace.organization_id == row.organization_id, Workspace.id != row.id
    )
    others = {of.name, of.slug, of.company_name, *(each for pair in session.execute(siblings) for each in pair)}
    return {each for each in names if each} - others
