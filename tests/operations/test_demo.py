"""Loading the example platform, and removing it: repeatable, of any size, and never mixed with anything real."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base import hashing
from portal.base.db import db
from portal.models import (
    AuditEvent,
    AuditHead,
    Organization,
    User,
    Workspace,
    scope,
)
from portal.operations import demo
from portal.operations.demo.customers import sizes
from portal.operations.demo.dice import Dice
from portal.operations.unit import unit
from portal.queries import example
from portal.queries.principals import platform
from portal.rules.errors import Conflict, Refused
from portal.rules.health import Code
from portal.rules.lifecycle import Status
from tests.conftest import LoadExample

Rows = dict[str, list[tuple[Any, ...]]]
Load = Callable[..., demo.Loaded]


def quietly(step: str, done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def load(app: Flask, now: datetime) -> Load:
    """`load(60, seed=2)`: the example platform of that size is there."""

    def run(workspaces: int = demo.WORKSPACES, seed: int = demo.SEED, days: int | None = None) -> demo.Loaded:
        return demo.load(demo.Wanted(workspaces, seed, days), now, hashing.hash_password, quietly)

    return run


def everything(*but: str) -> Rows:
    """All rows of all tables, but for columns that are drawn at random on purpose."""
    found = {}
    for table in db.metadata.sorted_tables:
        columns = [column for column in table.columns if column.name not in but]
        rows = db.session.execute(select(*columns)).all()
        found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    db.session.rollback()
    return {name: rows for name, rows in found.items() if rows}


def values(column: Any) -> set[Any]:
    with scope.platform():
        return set(db.session.scalars(select(column).distinct()))


def add_user() -> int:
    at = platform_time()
    with unit() as session:
        user = User(name="Bob", name_key="bob", email="bob@real.test", email_key="bob@real.test", created_at=at)
        session.add(user)
        session.flush()
        return user.id


def platform_time() -> datetime:
    return datetime.fromisoformat("2026-11-21T11:00:00+00:00")


@pytest.mark.parametrize("workspaces", [3, 4, 5, 12, 214, 215, 1000, 2001])
def test_organizations_add_up_to_the_workspaces_asked_for(workspaces: int) -> None:
    found = sizes(Dice(1), workspaces)
    assert sum(size.workspaces for size in found) == workspaces
    assert all(size.workspaces >= 1 for size in found)
    assert found[0].workspaces >= 3


@pytest.mark.parametrize("seed", [99])
def test_another_seed_makes_as_complete_a_platform(load: Load, seed: int) -> None:
    assert load(seed=seed) == demo.Loaded(214, example.contents().organizations)
    codes = {reason["code"] for each in db.session.scalars(select(Workspace.health_reasons)) for reason in each}
    assert codes == {code.value for code in Code}
    assert set(db.session.scalars(select(Workspace.status))) == set(Status)
    assert len(set(db.session.scalars(select(Workspace.currency)))) == 5


# ---------------------------------------------------------------- again, and away


def test_the_same_seed_gives_the_same_rows_and_another_gives_others(load: Load, now: datetime) -> None:
    def rows() -> Rows:
        found = everything("password_hash")
        # The event that says it was loaded is recorded like any other: with an id and a salt of its own.
        del found["audit_head"]
        found["audit_event"] = [row for row in found["audit_event"] if "platform.example_loaded" not in row]
        return found

    load(30)
    first = rows()
    demo.wipe(now, quietly)
    load(30)
    again = rows()
    demo.wipe(now, quietly)
    load(30, seed=5)
    other = rows()
    assert {name for name in first if first[name] != again.get(name)} == set()
    assert first["workspace"] != other["workspace"]


def test_wiping_leaves_nothing(load: Load, now: datetime) -> None:
    before = everything()
    load(30)
    assert demo.wipe(now, quietly) == 30
    assert everything() == before
    assert add_user() == 1, "keys are counted from 1 again"


def test_rows_that_follow_get_keys_of_their_own(load_example: LoadExample) -> None:
    load_example(demo.Wanted(12))
    most = db.session.scalar(select(func.max(User.id))) or 0
    assert add_user() == most + 1


def organization(at: datetime) -> None:
    with unit() as session:
        session.add(Organization(name="Acme", name_key="acme", slug="acme", currency="INR", created_at=at))


@pytest.mark.parametrize("real", [lambda at: add_user(), organization], ids=["user", "organization"])
def test_real_data_is_left_alone(load: Load, now: datetime, real: Callable[[datetime], object]) -> None:
    real(now)
    before = everything()
    with pytest.raises(Conflict, match="in use .*1 .*never mixed"):
        load(12)
    with pytest.raises(Conflict, match="no example platform"):
        demo.wipe(now, quietly)
    assert everything() == before
    assert not platform().is_example


def test_a_second_one_is_refused(load: Load, load_example: LoadExample) -> None:
    load_example(demo.Wanted(12))
    with pytest.raises(Conflict, match="already"):
        load(12)
    assert example.contents().workspaces == 12


def test_too_small_a_platform_is_refused(load: Load) -> None:
    with pytest.raises(Refused):
        load(2)
    assert example.contents().is_empty


class Killed(Exception):
    """What stands for a kill: nothing catches it."""


@pytest.mark.parametrize("step", ["Customers", "The audit log", "Removing"])
def test_one_that_was_killed_is_known_and_can_be_wiped(app: Flask, now: datetime, step: str) -> None:
    def until(label: str, done: int, total: int) -> None:
        if label.startswith(step) and done < total:
            raise Killed

    before = everything()
    with pytest.raises(Killed):
        demo.load(demo.Wanted(300, days=3), now, hashing.hash_password, until)
        demo.wipe(now, until)
    found = example.contents()
    assert found.is_example and found.is_unfinished
    demo.wipe(now, quietly)
    assert everything() == before


def test_progress_is_told_to_its_end(app: Flask, now: datetime) -> None:
    told: dict[str, tuple[int, int]] = {}
    demo.load(
        demo.Wanted(300, days=3),
        now,
        hashing.hash_password,
        lambda step, done, total: told.update({step: (done, total)}),
    )
    assert len(told) == 2 and all(done == total for done, total in told.values())
    assert (300, 300) in told.values()


def test_the_audit_head_is_that_of_the_last_event(load_example: LoadExample) -> None:
    load_example(demo.Wanted(12))
    head = db.session.scalars(select(AuditHead)).one()
    last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert last and (head.sequence, head.hash, last.action) == (last.sequence, last.hash, "platform.example_loaded")
