"""Somebody restores a workspace at the very instant at which it is purged: it is whole or it is gone, never half, and
whoever came too late reads why."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Change, Contact, ContactTag, Purge, ReleasedNumber
from portal.operations import closing
from portal.operations.purging.purge import purge
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, NotFound
from portal.rules.lifecycle import PURGE_AFTER, Status
from tests import factories
from tests.faults.test_at_once import at_once
from tests.support.clocks import NOW
from tests.support.creation import BY, check_platform, count
from tests.support.family import statuses
from tests.support.telephony import assigned

pytestmark = pytest.mark.faults
ROUNDS = 6
OUTCOMES = ("workspace.restored", "workspace.purged")
DUE = NOW + PURGE_AFTER
LATE = Actor.job("purge", DUE)
IN_TIME = factories.command(DUE - timedelta(seconds=1))  # whose clock is a little behind, or who asked just before


def closed(name: str, number: str) -> str:
    """A workspace with contacts, a campaign and a number, in the trash. Its public id."""
    row = factories.workspace(name, web_address=name.casefold(), seed_sample_data=True)
    assigned(row, number)
    closing.close(row.public_id, name, BY)
    return row.public_id


def left() -> dict[str, int]:
    """What there is of all workspaces."""
    return {model.__tablename__: count(model) for model in (Contact, ContactTag, Purge, ReleasedNumber)}


def test_restored_or_purged_and_nothing_between(app: Flask) -> None:
    """Two of each, begun together."""
    factories.plan()
    factories.workspace("Neighbour", seed_sample_data=True)
    for number in range(ROUNDS):
        name, without = f"Acme{number}", left()
        ws = closed(name, f"+91224818{2200 + number}")
        whole, receipts = left() | {"released_number": 0}, without["purge"]
        acts: list[Any] = [partial(closing.restore, ws, IN_TIME), partial(purge, ws, LATE, at_its_word=True)]
        outcomes = at_once(app, *acts[:: 1 if number % 2 else -1], *acts)
        purged = count(Purge) - receipts
        told = select(Change.type).where(Change.workspace == ws, Change.type.in_(OUTCOMES))
        assert list(db.session.scalars(told)) == [OUTCOMES[purged]]
        if purged:
            assert (outcomes["done"], outcomes["Conflict"] + outcomes["NotFound"]) == (2, 2), outcomes
            assert name not in statuses()
            assert left() == without | {"purge": receipts + 1}
        else:
            assert outcomes == {"done": 3, "Conflict": 1}, "a purge that finds it restored has nothing to do"
            assert (statuses()[name], left()) == (Status.TRIAL, whole)
        check_platform()


def test_after_each_step_of_a_purge_it_is_too_late(app: Flask) -> None:
    """Whoever asks then reads that a part is gone; whoever asks when it is over, that there is nothing."""
    factories.plan()
    ws, steps = closed("Acme", "+912248182200"), list[int]()

    def ask(rows: int) -> None:
        steps.append(rows)
        with pytest.raises(Conflict, match="being purged"):
            closing.restore(ws, IN_TIME)

    assert purge(ws, LATE, at_its_word=True, tell=ask)
    assert len(steps) > 5 and sum(steps) > 0
    with pytest.raises(NotFound):
        closing.restore(ws, IN_TIME)
    check_platform()
