"""What there is in a workspace: its numbers, extensions, contacts, campaigns and broadcasts, searched and in pages.

Each reads the workspace in scope alone; numbers, which are the platform's, say so themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, exists, func, or_, select

from portal.base.db import db
from portal.models import (
    Broadcast,
    BroadcastState,
    Campaign,
    Contact,
    ContactTag,
    Extension,
    ExtensionState,
    Number,
    NumberKind,
    NumberState,
    scope,
)
from portal.rules.text import MOST_WORDS

PER_PAGE = 25
CHUNK = 1_000

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """A page of the rows that match, and how many match in all."""

    page: int
    total: int
    rows: tuple[Row, ...]


class NumberRow(NamedTuple):
    """A phone number."""

    public_id: str
    e164: str
    country: str
    kind: NumberKind
    state: NumberState


class ExtensionRow(NamedTuple):
    """A SIP extension."""

    public_id: str
    number: str
    display_name: str
    state: ExtensionState
    created_at: datetime


class ContactRow(NamedTuple):
    """A contact; `tags` sorted."""

    name: str
    phone: str
    email: str
    created_at: datetime
    tags: tuple[str, ...]


class CampaignRow(NamedTuple):
    """A campaign, and of how many broadcasts it is made."""

    name: str
    tag: str
    archived_at: datetime | None
    created_at: datetime
    broadcasts: int


class BroadcastRow(NamedTuple):
    """A broadcast."""

    name: str
    tag: str
    state: BroadcastState
    scheduled_at: datetime | None
    created_at: datetime


_NUMBER = (Number.public_id, Number.e164, Number.country, Number.kind, Number.state)
_EXTENSION = (Extension.public_id, Extension.number, Extension.display_name, Extension.state, Extension.created_at)


def numbers(q: str, page: int) -> Listed[NumberRow]:
    """By number; searched by its digits."""
    mine = select(*_NUMBER).where(Number.workspace_id == scope.here())
    digits = "".join(letter for letter in q if letter.isdigit())
    query = mine.where(Number.e164.contains(digits)) if q else mine
    return listed(query, (Number.e164,), page, NumberRow)


def extensions(q: str, page: int) -> Listed[ExtensionRow]:
    """By number; searched by number and name."""
    query = select(*_EXTENSION)
    query = query.where(*all_words(q, Extension.number, Extension.display_name))
    return listed(query, (func.length(Extension.number), Extension.number), page, ExtensionRow)


def number(public_id: str) -> NumberRow | None:
    """The number of the workspace in scope with this public id."""
    found = select(*_NUMBER).where(Number.workspace_id == scope.here(), Number.public_id == public_id)
    row = db.session.execute(found).one_or_none()
    return NumberRow._make(row) if row else None


def extension(public_id: str) -> ExtensionRow | None:
    """The extension of the workspace in scope with this public id."""
    found = select(*_EXTENSION).where(Extension.public_id == public_id)
    row = db.session.execute(found).one_or_none()
    return ExtensionRow._make(row) if row else None


def contacts(q: str, page: int) -> Listed[ContactRow]:
    """The newest first; searched by name, phone number, e-mail and tag."""
    query = select(Contact.id, Contact.name, Contact.phone, Contact.email, Contact.created_at)
    for word in q.split()[:MOST_WORDS]:
        tagged = exists().where(
            ContactTag.contact_id == Contact.id,
            ContactTag.workspace_id == scope.here(),
            ContactTag.tag.icontains(word, autoescape=True),
        )
        query = query.where(or_(*_holding(word, Contact.name, Contact.phone, Contact.email), tagged))
    found: Listed[Any] = listed(query, (Contact.id.desc(),), page, lambda *row: row)
    return Listed(found.page, found.total, tuple(_with_tags(found.rows)))


def each_contact(workspace: int) -> Iterator[ContactRow]:
    """All contacts of this workspace (its integer key), a thousand at a time, oldest first: for an export."""
    last = 0
    while True:
        with scope.workspace(workspace):  # opened anew for each chunk: whoever reads on may be in another scope
            query = select(Contact.id, Contact.name, Contact.phone, Contact.email, Contact.created_at)
            found = db.session.execute(query.where(Contact.id > last).order_by(Contact.id).limit(CHUNK)).all()
            rows = list(_with_tags([tuple(row) for row in found]))
        yield from rows
        if len(found) < CHUNK:
            return
        last = found[-1].id


def campaigns(q: str, page: int) -> Listed[CampaignRow]:
    """Those in use first, then the newest; searched by name and tag."""
    count = (
        select(func.count(Broadcast.id))
        .where(Broadcast.campaign_id == Campaign.id, Broadcast.workspace_id == scope.here())
        .correlate(Campaign)
        .scalar_subquery()
    )
    query = select(Campaign.name, Campaign.tag, Campaign.archived_at, Campaign.created_at, count)
    query = query.where(*all_words(q, Campaign.name, Campaign.tag))
    return listed(query, (Campaign.archived_at.is_not(None), Campaign.id.desc()), page, CampaignRow)


def broadcasts(q: str, page: int, per_page: int = PER_PAGE) -> Listed[BroadcastRow]:
    """The newest first; searched by name and tag."""
    query = select(Broadcast.name, Broadcast.tag, Broadcast.state, Broadcast.scheduled_at, Broadcast.created_at)
    query = query.where(*all_words(q, Broadcast.name, Broadcast.tag))
    return listed(query, (Broadcast.created_at.desc(), Broadcast.id.desc()), page, BroadcastRow, per_page)


def listed(query: Any, order: Sequence[Any], page: int, make: Any, per_page: int = PER_PAGE) -> Listed[Any]:
    """This page of what the query finds, or the last one there is; `make` is given the columns of a row."""
    total: int = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = min(page, max(1, -(-total // per_page)))
    rows = db.session.execute(query.order_by(*order).limit(per_page).offset((page - 1) * per_page)) if total else ()
    return Listed(page, total, tuple(make(*row) for row in rows))


def all_words(q: str, *columns: Any) -> list[ColumnElement[bool]]:
    """That every word of the search stands in one of these columns."""
    return [or_(*_holding(word, *columns)) for word in q.split()[:MOST_WORDS]]


def _holding(word: str, *columns: Any) -> list[ColumnElement[bool]]:
    return [column.icontains(word, autoescape=True) for column in columns]


def _with_tags(rows: Sequence[tuple[Any, ...]]) -> Iterator[ContactRow]:
    tags: defaultdict[int, list[str]] = defaultdict(list)
    wanted = select(ContactTag.contact_id, ContactTag.tag).where(ContactTag.contact_id.in_([row[0] for row in rows]))
    for contact, tag in db.session.execute(wanted.order_by(ContactTag.tag)) if rows else ():
        tags[contact].append(tag)
    for key, name, phone, email, created_at in rows:
        yield ContactRow(name, phone, email, created_at, tuple(tags[key]))
