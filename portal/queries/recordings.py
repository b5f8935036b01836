"""A workspace's recordings: searched, in pages, one with its whole transcript, and all of them for a file.

Each reads the workspace in scope alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import Contact, Extension, Recording, RecordingKind, RecordingState, scope
from portal.queries.tenant_lists import Listed, all_words, listed

OPENING = 160  # characters of a transcript in the list
CHUNK = 200


class RecordingRow(NamedTuple):
    """A recording in the list: `opening` is how its transcript begins. Of parties whose number is a contact's or an
    extension's the name, too, else blank."""

    public_id: str
    kind: RecordingKind
    state: RecordingState
    caller: str
    callee: str
    started_at: datetime
    ended_at: datetime | None
    opening: str
    caller_name: str = ""
    callee_name: str = ""


class WholeRecording(NamedTuple):
    """A recording with all that is known of it."""

    public_id: str
    reference: str
    kind: RecordingKind
    state: RecordingState
    caller: str
    callee: str
    started_at: datetime
    ended_at: datetime | None
    transcript: str
    caller_name: str = ""
    callee_name: str = ""


_LISTED = tuple(getattr(Recording, name) for name in RecordingRow._fields[:7])
_WHOLE = tuple(getattr(Recording, name) for name in WholeRecording._fields[:9])


def recordings(q: str, kind: RecordingKind | None, page: int) -> Listed[RecordingRow]:
    """The latest first, perhaps of one kind; searched by the parties' numbers and the transcript."""
    query = select(*_LISTED, func.substr(Recording.transcript, 1, OPENING)).where(*_matching(q))
    if kind:
        query = query.where(Recording.kind == kind)
    found: Listed[Any] = listed(query, (Recording.started_at.desc(), Recording.id.desc()), page, RecordingRow)
    names = _names({party for row in found.rows for party in (row.caller, row.callee)})
    rows = (
        row._replace(caller_name=names.get(row.caller, ""), callee_name=names.get(row.callee, "")) for row in found.rows
    )
    return Listed(found.page, found.total, tuple(rows))


def by_kind(q: str) -> Mapping[RecordingKind, int]:
    """How many there are of each kind that match."""
    query = select(Recording.kind, func.count()).where(*_matching(q)).group_by(Recording.kind)
    return {kind: count for kind, count in db.session.execute(query)}  # noqa: C416


def recording(public_id: str) -> WholeRecording | None:
    """The one with this public id."""
    row = db.session.execute(select(*_WHOLE).where(Recording.public_id == public_id)).one_or_none()
    if row is None:
        return None
    names = _names({row.caller, row.callee})
    return WholeRecording._make((*row, names.get(row.caller, ""), names.get(row.callee, "")))


def count() -> int:
    """How many there are."""
    return db.session.scalar(select(func.count(Recording.id))) or 0


def each_recording(workspace: int) -> Iterator[WholeRecording]:
    """All of this workspace (its integer key), some at a time, oldest first: for an export."""
    last = 0
    while True:
        with scope.workspace(workspace):  # opened anew for each chunk: whoever reads on may be in another scope
            query = select(Recording.id, *_WHOLE).where(Recording.id > last).order_by(Recording.id).limit(CHUNK)
            found = db.session.execute(query).all()
        yield from (WholeRecording._make((*row[1:], "", "")) for row in found)
        if len(found) < CHUNK:
            return
        last = found[-1].id


def _matching(q: str) -> list[Any]:
    return all_words(q, Recording.caller, Recording.callee, Recording.transcript)


def _names(parties: Collection[str]) -> Mapping[str, str]:
    """Of those that are the numbers of contacts or extensions: what these are called."""
    contacts = select(Contact.phone, Contact.name).where(Contact.phone.in_(parties), Contact.name != "")
    extensions = select(Extension.number, Extension.display_name).where(
        Extension.number.in_(parties), Extension.display_name != ""
    )
    found = (row for query in (contacts, extensions) for row in db.session.execute(query)) if parties else ()
    return {number: name for number, name in found}  # noqa: C416
