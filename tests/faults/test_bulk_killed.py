"""A bulk action whose server is killed amid its rows, and started again, does each of them once."""

import faulthandler
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from portal.base import ids
from portal.base.db import db
from portal.models import (
    AuditEvent,
    Change,
    Hold,
    Membership,
    Organization,
    PlatformSettings,
    Task,
    TaskResult,
    TaskState,
    Workspace,
    scope,
)
from portal.operations import bulk
from portal.operations.repair import repair
from portal.operations.tasks import LEASE
from portal.operations.unit import exclusively, unit
from portal.queries.bulk import Selection, preview
from portal.queries.principals import platform
from portal.rules.access import StaffRole, WorkspaceRole, permissions_of
from portal.rules.bulk import Act, Order
from portal.rules.lifecycle import Status
from tests import factories
from tests.conftest import Serve
from tests.support import processes
from tests.support.clocks import NOW
from tests.support.creation import actions, check_platform, one
from tests.support.servers import Server

pytestmark = pytest.mark.faults

# PORTAL_TEST_BULK_ROWS=5000 runs it at full size.
ROWS = int(os.environ.get("PORTAL_TEST_BULK_ROWS", "300"))


@pytest.fixture(autouse=True)
def as_long_as_it_takes() -> None:
    """At full size a test takes longer than what counts as hanging (pyproject.toml)."""
    if ROWS > 1000:
        faulthandler.cancel_dump_traceback_later()


def fill() -> None:
    """So many workspaces, each of an organization of its own: copies of one, which `repair` then tells apart."""
    made = factories.workspace("W0")
    whole = {each.name: getattr(made, each.name) for each in Workspace.__table__.columns if each.name != "id"}
    acme = db.session.get_one(Organization, made.organization_id)
    around = {
        column.name: getattr(acme, column.name) for column in Organization.__table__.columns if column.name != "id"
    }
    copies = range(1, ROWS)
    with unit() as session, scope.platform():
        session.execute(
            insert(Organization),
            [around | {"public_id": ids.new("org"), "name": f"W{n}", "slug": f"w{n}"} for n in copies],
        )
        keys = dict(session.execute(select(Organization.slug, Organization.id)).all())
        session.execute(
            insert(Workspace),
            [
                whole
                | {"public_id": ids.new("ws"), "name": f"W{n}", "web_address": f"w-{n}", "sip_prefix": f"p{n:x}"}
                | {"organization_id": keys[f"w{n}"]}
                for n in copies
            ],
        )
        of = session.execute(select(Workspace.id, Workspace.owner_id).where(Workspace.id != made.id)).all()
        role = {"role": WorkspaceRole.OWNER, "created_at": NOW}
        session.execute(insert(Membership), [{"workspace_id": ws, "user_id": owner} | role for ws, owner in of])
        told = {"settings": replace(platform(), is_example=True).stored(), "updated_at": NOW}
        session.execute(insert(PlatformSettings).values(id=1, **told))  # so that the server's clock may be set
    repair(NOW)


def begun() -> str:
    """A task waits that suspends them all."""
    alice, held, order = factories.staff(), permissions_of(StaffRole.OWNER), Order(Act.SUSPEND, note="TCK-4821")
    db.session.rollback()
    with scope.platform():
        found = preview(order, Selection(), held, platform(), NOW)
    return bulk.start(order, found, "Suspend them all", factories.acting(alice), held)


def done() -> int:
    """How many rows are. PostgreSQL, whose locks are granted in turn, is asked between two units of the task: it may
    have a COMMIT of the dead still before it, and a server quicker than its watcher would come to its end."""
    if db.engine.dialect.name == "postgresql":
        with unit() as session:
            exclusively(session, "workspaces")
    db.session.rollback()
    found = db.session.scalar(select(Task.done))
    db.session.rollback()
    return found or 0


def counted(what: Any, *where: Any) -> tuple[int, int]:
    """How many such rows there are, and of how many different workspaces."""
    rows, different = db.session.execute(select(func.count(what), func.count(func.distinct(what))).where(*where)).one()
    return rows, different


def check(rows: int) -> None:
    """So many workspaces are suspended, each once, with all that this brings; the task says the same."""
    db.session.rollback()
    with scope.platform():
        assert counted(Workspace.id, Workspace.status == Status.SUSPENDED) == (rows, rows)
        assert counted(Hold.workspace_id, Hold.note == "TCK-4821") == (rows, rows)
        assert counted(AuditEvent.workspace_id, AuditEvent.action == "workspace.suspended") == (rows, rows)
        assert counted(Change.workspace, Change.type == "workspace.suspended") == (rows, rows)
        assert counted(TaskResult.subject, TaskResult.outcome == "done") == (rows, rows)
        assert counted(TaskResult.subject) == (ROWS, ROWS)
        task = one(Task)
        assert (task.done, task.total, task.counts) == (rows, ROWS, {"done": rows})
    db.session.rollback()


def kill_at(start: Callable[[], Server], rows: int) -> int:
    """Every process of the server is gone once so many rows are done; answers how many were."""
    with unit() as session:
        exclusively(session, "workspaces")  # it does none before it is watched
        server = start()
    processes.wait_for(server.process, lambda: done() >= rows, within=250, what=server.log.read_text)
    processes.kill_whole(server.process)
    return done()


def test_a_server_killed_amid_a_bulk_action_loses_and_repeats_no_row(app: Flask, serve: Serve) -> None:
    fill()
    begun()
    for number, share in enumerate((1, 3)):
        later = NOW + number * 2 * LEASE  # so that nobody has to wait until the lease of the dead one is out
        left = kill_at(partial(serve, NOW=later.isoformat()), ROWS * share // 5)
        assert ROWS * share // 5 <= left < ROWS
        check(left)
    last = serve(NOW=(NOW + 4 * LEASE).isoformat())
    processes.wait_for(last.process, lambda: one(Task).state is TaskState.DONE, within=250, what=last.log.read_text)
    last.stop()
    check(ROWS)
    check_platform()
    assert actions().count("bulk.finished") == 1
