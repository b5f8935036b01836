"""After a purge: SQLite's files keep no byte of what went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from portal.base.db import db, truncate_log
from portal.models import Purge
from portal.operations.repair import tidy_search
from portal.operations.unit import unit


def erase(now: datetime) -> int:
    """What purges have deleted is gone from the database's files too, and their receipts say so; how many those are. 0
    also while somebody reads what was there before: the next run tries again.

    SQLite overwrites what it deletes (`secure_delete`); what is left are words of its search indexes, until those are
    put in order, and its write-ahead log. PostgreSQL's files are its
    own: it uses the room again, and its vacuum is not waited for."""
    which = (Purge.finished_at.is_not(None), Purge.erased_at.is_(None))
    if not db.session.scalar(select(func.count()).select_from(Purge).where(*which)):
        return 0
    with unit() as session:
        tidy_search(session)
    if not truncate_log():
        return 0
    with unit() as session:
        return len(session.scalars(update(Purge).where(*which).values(erased_at=now).returning(Purge.id)).all())
