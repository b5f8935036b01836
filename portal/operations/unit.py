"""The unit of work: the only place that begins, commits or rolls back a transaction.

What must be written last in every transaction (the tally of the list's strip, then the audit chain, whose head is
locked last of all) is gathered while the unit is open and written when it closes. What must happen after the commit
(delivering a mail) is run then, and cannot undo it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base.db import Base, db, let_go, writing
from portal.rules.errors import NotFound

log = structlog.get_logger(__name__)
KEY = "portal.unit"
BREATH = 0.15  # of the time of a unit of many is left to other writers before the next

T = TypeVar("T", bound=Base)
Closing = Callable[[Session], None]


@dataclass(slots=True)
class Pending:
    """What an open unit has gathered: `closing` by rank (the lower is written first), and what follows the commit.
    `at`: the instant at which all of it happens, once somebody has said it."""

    closing: dict[int, Closing] = field(default_factory=dict)
    gathered: dict[str, list[Any]] = field(default_factory=dict)
    after: list[Callable[[], None]] = field(default_factory=list)
    at: datetime | None = None


@contextmanager
def unit() -> Iterator[Session]:
    """One transaction: everything inside is committed together, or nothing is. A unit inside a unit joins it.

    Begins IMMEDIATE on SQLite; on PostgreSQL rows are locked with `locked`. Ends a read transaction that was open."""
    session: Session = db.session()
    if KEY in session.info:
        yield session
        return
    pending = Pending()
    session.rollback()
    let_go()
    session.info[KEY] = pending
    try:
        session.connection(execution_options=writing(db.engine))
        yield session
        session.flush()
        for rank in sorted(pending.closing):
            pending.closing[rank](session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(KEY, None)
    for act in pending.after:
        try:
            act()
        except Exception:
            log.exception("after_commit_failed", act=getattr(act, "__qualname__", repr(act)))


def pending(session: Session) -> Pending:
    """What the open unit has gathered; raises RuntimeError outside of a unit."""
    found = session.info.get(KEY)
    if not isinstance(found, Pending):
        raise RuntimeError("a change was made outside of a unit()")
    return found


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """A part of the open unit that may fail by itself: an error undoes what was done and gathered inside, and is
    raised on to whoever then decides what becomes of the rest."""
    unit = pending(session)
    marks = {name: len(entries) for name, entries in unit.gathered.items()}
    acts = len(unit.after)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        for name, entries in unit.gathered.items():
            del entries[marks.get(name, 0) :]
        del unit.after[acts:]
        raise


def exclusively(session: Session, what: str) -> None:
    """Until the open unit ends, no other does the same `what`. On SQLite every unit is alone anyway."""
    pending(session)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext("portal." + what))))


@contextmanager
def turn() -> Iterator[None]:
    """Around one unit of many that follow each other: whoever else waits to write has a chance before the next.

    PostgreSQL lets those who wait go on in the order in which they came. On SQLite they look again now and then, so
    that one unit after another by one process would keep all others out."""
    began = time.monotonic()
    yield
    if db.engine.dialect.name != "postgresql":
        time.sleep(BREATH * (time.monotonic() - began))


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Run `act` once the open unit is committed; its failure is logged and undoes nothing."""
    pending(session).after.append(act)


def locked(session: Session, model: type[T], public_id: str) -> T:
    """The row with this public id, locked until the unit ends; raises NotFound."""
    table: Any = model
    found = select(table).where(table.public_id == public_id).with_for_update()
    row: T | None = session.scalar(found) if public_id.isprintable() else None  # PostgreSQL can hold no NUL
    if row is None:
        raise NotFound()
    return row
