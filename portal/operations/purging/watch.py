"""Watching time pass: see `portal.rules.purging`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.models import AuditEvent, WatchedSpan
from portal.operations.unit import exclusively, unit
from portal.rules.purging import SIGHT


def watch(now: datetime) -> None:
    """The machine's clock says `now`, and somebody has seen it. Where it was put back, what it had said of later
    instants is taken back."""
    with unit() as session:
        unwatch(session, now)
        last = session.scalar(select(WatchedSpan).order_by(WatchedSpan.ended_at.desc()).limit(1))
        if last is None:
            _believe(session, now)
        elif now - last.ended_at <= SIGHT:
            last.ended_at = now
        else:
            session.add(WatchedSpan(began_at=now, ended_at=now))


def unwatch(session: Session, now: datetime) -> None:
    """In the open unit: what the clock has said of instants after `now` counts for nothing any more. Whoever closes a
    workspace does this too: by a clock that is back for a minute it was closed long ago, and watched since."""
    exclusively(session, "watch")
    session.execute(delete(WatchedSpan).where(WatchedSpan.began_at > now))
    session.execute(update(WatchedSpan).where(WatchedSpan.ended_at > now).values(ended_at=now))


def _believe(session: Session, now: datetime) -> None:
    """Nobody watched so far. The audit log's instants were the machine's too: what lies between the first and the last
    of them is believed."""
    events = select(func.min(AuditEvent.at), func.max(AuditEvent.at)).where(AuditEvent.at <= now)
    first, last = session.execute(events).one()
    if last is not None and now - last <= SIGHT:
        session.add(WatchedSpan(began_at=first, ended_at=now))
        return
    if last is not None:
        session.add(WatchedSpan(began_at=first, ended_at=last))
    session.add(WatchedSpan(began_at=now, ended_at=now))
