"""Reads about mails: what became of them, and what of their text may be seen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from portal.base.db import db
from portal.models import OutboxMessage, OutboxState, Workspace
from portal.queries.principals import token_digest

PAGE = 12
HIDDEN = "[hidden]"
_PARTS = re.compile(r"[\s/?&=#<>\"]+")  # what a token in a link stands between


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list of mails is narrowed to; blank or None for any. `q`: in recipient or subject."""

    q: str = ""
    state: OutboxState | None = None
    template: str = ""


@dataclass(frozen=True, slots=True)
class LetterView:
    """A mail as the list shows it. `workspace`: public id and name, where it is about one; `has_text`: its text is
    kept; `has_link`: there is, or was, a link in it that opens something by itself."""

    public_id: str
    template: str
    recipient: str
    subject: str
    state: OutboxState
    attempts: int
    error: str
    created_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime | None
    has_text: bool
    has_link: bool
    workspace: str | None
    workspace_name: str


_LETTERS: Select[*tuple[Any, ...]] = select(
    OutboxMessage.public_id,
    OutboxMessage.template,
    OutboxMessage.recipient,
    OutboxMessage.subject,
    OutboxMessage.state,
    OutboxMessage.attempts,
    OutboxMessage.error,
    OutboxMessage.created_at,
    OutboxMessage.sent_at,
    OutboxMessage.next_attempt_at,
    OutboxMessage.body.is_not(None),
    OutboxMessage.link_digest.is_not(None),
    Workspace.public_id,
    func.coalesce(Workspace.name, ""),
).outerjoin(Workspace, Workspace.id == OutboxMessage.workspace_id)


def letters(wanted: Wanted, page: int) -> tuple[list[LetterView], int]:
    """A page of mails (from 1), the newest first, and how many there are."""
    where = _narrowed(wanted)
    rows = db.session.execute(
        _LETTERS.where(*where).order_by(OutboxMessage.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    )
    found = [LetterView(*row) for row in rows]
    return found, db.session.scalar(select(func.count()).select_from(OutboxMessage).where(*where)) or 0


def by_state() -> dict[OutboxState, int]:
    """How many mails there are in each state."""
    rows = db.session.execute(select(OutboxMessage.state, func.count().label("number")).group_by(OutboxMessage.state))
    return {row.state: row.number for row in rows}


def kinds() -> list[str]:
    """The templates of which there are mails, by name."""
    return list(db.session.scalars(select(OutboxMessage.template).distinct().order_by(OutboxMessage.template)))


def letter(mail: str) -> LetterView | None:
    """The mail with this public id."""
    row = db.session.execute(_LETTERS.where(OutboxMessage.public_id == mail)).one_or_none()
    return LetterView(*row) if row else None


def text_of(mail: str) -> str | None:
    """The text of this mail without what would open something for whoever reads it; None where none is kept."""
    row = db.session.execute(
        select(OutboxMessage.body, OutboxMessage.link_digest).where(OutboxMessage.public_id == mail)
    ).one_or_none()
    return readable(row.body, row.link_digest) if row and row.body is not None else None


def readable(body: str, link_digest: str | None) -> str | None:
    """The text with the token of its link hidden. None where the token is not found in it: then nothing is shown."""
    if link_digest is None:
        return body
    tokens = {part for part in _PARTS.split(body) if token_digest(part) == link_digest}
    for token in tokens:
        body = body.replace(token, HIDDEN)
    return body if tokens else None


def has_gone(mail: str | None) -> bool:
    """Whether the mail with this public id was handed over to a mail server."""
    if mail is None:
        return False
    return db.session.scalar(select(OutboxMessage.state).where(OutboxMessage.public_id == mail)) is OutboxState.SENT


def _narrowed(wanted: Wanted) -> list[Any]:
    where: list[Any] = []
    if wanted.q:
        there = (OutboxMessage.recipient, OutboxMessage.subject)
        where.append(or_(*(column.icontains(wanted.q, autoescape=True) for column in there)))
    if wanted.state:
        where.append(OutboxMessage.state == wanted.state)
    if wanted.template:
        where.append(OutboxMessage.template == wanted.template)
    return where
