"""Statements of every page are run over the driver, and say what SQLAlchemy's own way says."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import Date, Integer, bindparam, func, literal, select, union_all
from sqlalchemy.exc import DBAPIError

from portal.base import prepared
from portal.base.db import db
from portal.models import Organization, Plan, PlanColour, Workspace
from portal.operations.unit import unit


@pytest.fixture(autouse=True)
def _plans(app: Flask, now: datetime) -> Iterator[None]:
    with unit() as session:
        for number, colour in enumerate(PlanColour, 1):
            session.add(Plan(id=number, name=f"Plan {number}", name_key=str(number), colour=colour, created_at=now))
    yield


def both(statement: Any, **values: Any) -> list[tuple[Any, ...]]:
    """What the statement finds; the same as by SQLAlchemy's own way, in values and in their types."""
    connection = db.session.connection()
    found = [tuple(row) for row in prepared.rows(connection, statement, values)]
    usual = [tuple(row) for row in connection.execute(statement, values)]
    assert found == usual
    assert [[type(value) for value in row] for row in found] == [[type(value) for value in row] for row in usual]
    return found


def test_values_pass_through_their_types(now: datetime) -> None:
    statement = select(Plan.id, Plan.colour, Plan.created_at, Plan.archived_at, Plan.is_free, Plan.discount_tiers)
    statement = statement.where(Plan.created_at == bindparam("at"), Plan.colour == bindparam("colour"))
    found = both(statement, at=now, colour=PlanColour.SKY)
    assert found == [(2, PlanColour.SKY, now, None, False, [[100000, 25]])]


def test_lists_of_values_are_spelled_out_anew_each_time() -> None:
    statement = select(Plan.id).where(Plan.id.in_(bindparam("keys", expanding=True))).order_by(Plan.id)
    assert both(statement, keys=(1, 3)) == [(1,), (3,)]
    assert both(statement, keys=(2,)) == [(2,)]
    assert both(statement, keys=()) == []


def test_values_written_out_as_figures_are_those_of_this_time() -> None:
    at = bindparam("at", type_=Date, literal_execute=True)
    offset = bindparam("offset", type_=Integer, literal_execute=True)
    statement = select(Plan.id, func.coalesce(literal(None, Date), at)).order_by(Plan.id).limit(1).offset(offset)
    assert [both(statement, at=date(2026, 2, n), offset=n)[0][0] for n in (1, 4)] == [2, 5]


def test_unions_take_the_names_and_types_of_their_first() -> None:
    first = select(Plan.id.label("key"), Plan.created_at.label("at")).where(Plan.id == bindparam("key"))
    statement = union_all(first, select(Plan.id, Plan.archived_at).where(Plan.id == 3))
    assert [row[0] for row in both(statement, key=1)] == [1, 3]
    assert [row.at for row in prepared.rows(db.session.connection(), statement, {"key": 1})][1] is None


def test_a_name_that_stands_twice_hides_no_value() -> None:
    statement = select(Plan.id, Organization.id, Plan.name).outerjoin(Organization, Organization.id == Plan.id)
    assert len(both(statement.where(Plan.id == 1))[0]) == 3


def test_each_is_counted_as_a_query() -> None:
    before = g.get("queries", 0)
    prepared.rows(db.session.connection(), select(Organization.id), {})
    assert g.queries == before + 1


def test_what_fails_is_told_as_sqlalchemy_tells_it() -> None:
    with pytest.raises(DBAPIError):
        prepared.rows(db.session.connection(), select(func.no_such_function(Workspace.id)), {})


def test_rows_that_come_again_are_converted_once(now: datetime) -> None:
    statement, connection = select(Plan.id, Plan.created_at).order_by(Plan.id), db.session.connection()
    first = prepared.rows(connection, statement, {})
    assert prepared.rows(connection, statement, {}) is first
    with unit() as session:
        session.get_one(Plan, 1).created_at = now.replace(year=2001)
    assert prepared.rows(db.session.connection(), statement, {})[0].created_at == now.replace(year=2001)


def test_what_could_be_changed_is_never_kept() -> None:
    statement = select(Plan.discount_tiers).where(Plan.id == 1)
    prepared.rows(db.session.connection(), statement, {})[0].discount_tiers.clear()
    assert prepared.rows(db.session.connection(), statement, {})[0].discount_tiers == [[100000, 25]]
