"""Rows that nobody will ask for any more are gone, in small units, so that nobody waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, tuple_

from portal.operations.unit import turn, unit


def remove(keys: Sequence[Any], which: Any, order: Any, most: int) -> int:
    """The rows of which this is true are gone, the first in this order first, at most so many in a unit; answers how
    many there were. `keys`: their primary key. Safe to stop, and to repeat."""
    key = keys[0] if len(keys) == 1 else tuple_(*keys)
    some = select(*keys).where(which).order_by(order).limit(most)
    old = delete(keys[0].class_).where(key.in_(some)).execution_options(synchronize_session=False)
    gone = 0
    while True:
        with turn(), unit() as session:
            found = len(session.execute(old.returning(keys[0])).all())
        gone += found
        if found < most:
            return gone
