"""Messages that gateways named when they sent them, so that receipts can tell what became of each."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from portal.base.db import db
from portal.models.columns import OfWorkspace, choice
from portal.rules.messages import MessageState


def _of_some(column: str) -> Index:
    """Few messages are of a broadcast: the others take no room in its indexes."""
    where = text(f"{column} IS NOT NULL")
    return Index(f"ix_message_{column}", column, sqlite_where=where, postgresql_where=where)


class Message(OfWorkspace, db.Model):
    """A message, known as its gateway knows it: by a digest of source and id. `day` is that of sending, in the
    workspace's time zone as it was then. One of a broadcast says which and to whom."""

    @declared_attr
    def workspace_id(cls) -> Mapped[int]:
        """First part of the key, so that a workspace's messages lie together."""
        return mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)

    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date, index=True)
    state: Mapped[MessageState] = mapped_column(choice(MessageState, "state"), default=MessageState.SENT)
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id", ondelete="SET NULL"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))

    __table_args__ = (_of_some("broadcast_id"), _of_some("contact_id"), {"sqlite_with_rowid": False})
