"""Staff who do different things to one organization at the same instant: each is done whole or refused, and what
follows is right."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Organization, Workspace
from portal.operations import closing, holds, limits
from portal.operations.holds import NewHold
from portal.operations.limits import Typed
from portal.rules.access import STAFF, StaffRole
from portal.rules.errors import PortalError
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.limits import Limit
from tests import factories
from tests.support.creation import BY, actions, check_platform
from tests.support.family import family, hold_ids, named, open_holds, statuses

OWNER = STAFF[StaffRole.OWNER]
PRIMARY = "Acme Logistics"
CHILDREN = ("Acme Pune", "Acme Goa", "Acme Kochi")

pytestmark = pytest.mark.faults


@pytest.fixture
def acme(app: Flask) -> Workspace:
    return family(*CHILDREN, name=PRIMARY)


def at_once(app: Flask, *acts: Callable[[], object]) -> Counter[str]:
    """Each of these in a thread of its own, begun together: how many were `done` or refused with what."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        with app.app_context():
            start.wait()
            try:
                act()
            except PortalError as error:
                return type(error).__name__
            return "done"

    db.session.remove()
    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


def test_one_of_many_opens_a_hold_of_a_kind(app: Flask, acme: Workspace) -> None:
    ws = acme.public_id
    assert at_once(app, *[lambda: holds.suspend(ws, NewHold(), BY, OWNER)] * 8) == {"done": 1, "Conflict": 7}
    assert open_holds() == [(HoldKind.MANUAL, "")]
    assert actions().count("workspace.suspended") == 1
    check_platform()


def test_one_of_many_lifts_it(app: Flask, acme: Workspace) -> None:
    ws = acme.public_id
    holds.suspend(ws, NewHold(), BY, OWNER)
    ids = hold_ids()
    assert at_once(app, *[lambda: holds.lift(ws, ids, BY, OWNER)] * 8) == {"done": 1, "Conflict": 7}
    assert statuses()[PRIMARY] is Status.TRIAL
    assert actions().count("hold.lifted") == 1
    check_platform()


def test_holds_of_workspaces_and_of_their_organization_neither_wait_for_each_other_for_ever_nor_miss_a_status(
    app: Flask, acme: Workspace
) -> None:
    keys = [acme.public_id, *(named(name).public_id for name in CHILDREN)]
    acts: list[Callable[[], object]] = [lambda ws=ws: holds.suspend(ws, NewHold(), BY, OWNER) for ws in keys]
    acts += [lambda ws=ws: holds.suspend(ws, NewHold(HoldKind.ABUSE, True), BY, OWNER) for ws in reversed(keys)]
    assert at_once(app, *acts) == {"done": 5, "Conflict": 3}
    assert set(statuses().values()) == {Status.SUSPENDED}
    check_platform()


def test_a_workspace_that_is_closed_while_it_is_suspended_and_limited_is_closed(app: Flask, acme: Workspace) -> None:
    goa = named("Acme Goa").public_id
    found = at_once(
        app,
        lambda: closing.close(goa, "Acme Goa", BY),
        lambda: holds.suspend(goa, NewHold(), BY, OWNER),
        lambda: limits.override(goa, {Limit.USERS: Typed("5")}, "", BY),
        lambda: closing.close(goa, "Acme Goa", BY),
    )
    assert 1 <= found["done"] <= 3 and found["done"] + found["Conflict"] == 4
    assert actions().count("workspace.cancelled") == 1
    assert statuses()["Acme Goa"] is Status.CANCELLED
    check_platform()


def test_a_primary_is_never_closed_before_its_children(app: Flask, acme: Workspace) -> None:
    for name in CHILDREN:
        closing.close(named(name).public_id, name, BY)
    primary, goa = acme.public_id, named("Acme Goa").public_id
    of = db.session.scalars(select(Organization.public_id)).one()
    for number in range(4):
        name = f"Acme Surat {number}"
        at_once(
            app,
            lambda: closing.close(primary, PRIMARY, BY),
            lambda: closing.restore(goa, BY),
            partial(factories.workspace, name, organization=of, web_address=""),
        )
        found = statuses()
        if found[PRIMARY] is Status.CANCELLED:
            assert set(found.values()) == {Status.CANCELLED}
            closing.restore(primary, BY)
        for each, status in statuses().items():  # so that the primary may be closed in the next round
            if status is not Status.CANCELLED and each != PRIMARY:
                closing.close(named(each).public_id, each, BY)
        check_platform()
