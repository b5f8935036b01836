"""Reads about mails on their way."""

from __future__ import annotations

from sqlalchemy import select

from portal.base.db import db
from portal.models import OutboxMessage, OutboxState


def has_gone(mail: str | None) -> bool:
    """Whether the mail with this public id was handed over to a mail server."""
    if mail is None:
        return False
    return db.session.scalar(select(OutboxMessage.state).where(OutboxMessage.public_id == mail)) is OutboxState.SENT
