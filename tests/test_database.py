"""The database's connections: reads refuse to write, a pause is noticed, and searches are planned for their words."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from portal.base import db as base
from portal.base.db import as_of_now, db
from portal.models import RateCard
from portal.operations.unit import unit
from tests.support.databases import Database


def cards() -> list[str]:
    return sorted(db.session.scalars(select(RateCard.name)))


def test_what_is_written_outside_of_a_unit_is_not_kept(app: Flask) -> None:
    try:
        db.session.execute(insert(RateCard).values(name="Stray", currency="INR"))
    except DBAPIError as error:
        assert "read-only" in str(error)
    db.session.remove()
    assert cards() == []


def test_after_a_unit_the_connection_refuses_again(app: Flask, database: Database) -> None:
    if database.kind != "postgresql":
        return
    with unit() as session:
        session.add(RateCard(name="Standard", currency="INR"))
    assert cards() == ["Standard"]
    with pytest.raises(DBAPIError, match="read-only"):
        db.session.execute(insert(RateCard).values(name="Stray", currency="INR"))


def test_as_of_now_does_not_see_what_others_write_later(app: Flask) -> None:
    as_of_now()
    assert cards() == []
    with db.engine.connect().execution_options(**base.writing(db.engine)) as other:
        other.execute(insert(RateCard).values(name="Later", currency="INR"))
        other.commit()
    assert cards() == []
    db.session.remove()
    assert cards() == ["Later"]


def test_a_connection_that_the_server_closed_in_a_pause_is_replaced(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.kind != "postgresql":
        return
    monkeypatch.setattr(base, "QUIET", 0.0)
    mine = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.remove()
    with psycopg.connect(database.url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
    assert db.session.scalar(text("SELECT pg_backend_pid()")) != mine


def test_a_page_keeps_its_statements_prepared_but_for_those_planned_anew(app: Flask, database: Database) -> None:
    if database.kind != "postgresql":
        return
    for _ in range(8):
        db.session.execute(text("SELECT 1 AS kept"))
        db.session.execute(text("SELECT 2 AS anew").execution_options(plan_anew=True))
        db.session.remove()
    prepared = list(db.session.scalars(text("SELECT statement FROM pg_prepared_statements")))
    assert "SELECT 1 AS kept" in prepared
    assert "SELECT 2 AS anew" not in prepared
