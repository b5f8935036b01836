"""The feed of changes: all of them, in the order of the commits."""

from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.base.db import db
from portal.models import Change, Workspace
from portal.operations.announcements import announce
from portal.operations.unit import attempt, unit
from portal.rules.changes import CHANGES
from tests import factories
from tests.support.databases import Database
from tests.support.programs import program


def test_one_goes_on_where_one_was(app: Flask) -> None:
    factories.plan()
    who = program(app)
    assert who.get("/changes").json == {"data": [], "has_more": False, "next": ""}
    path = "/workspaces/" + factories.workspace("Acme").public_id
    who.call("PATCH", path, {"plan": factories.plan("Growth", is_free=False).public_id, "billing_cycle": "trial"})
    who.post(path + "/activate")
    hold = who.post(path + "/holds", {"public_reason": "Call us"}).json["id"]
    who.post(f"{path}/holds/{hold}/lift")
    who.call("PUT", path + "/overrides/users", {"value": 3, "reason": "x"})
    who.post(path + "/cancel", {"confirm_name": "Acme"})
    who.post(path + "/restore")
    first = who.get("/changes?limit=3").json
    rest = who.get("/changes?after=" + first["next"]).json
    told = first["data"] + rest["data"]
    assert [each["type"].partition(".")[2] for each in told] == [
        *("created", "plan_changed", "activated", "suspended", "reactivated", "limits_updated", "cancelled"),
        "restored",
    ]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert who.get("/changes?after=" + rest["next"]).json == {"data": [], "has_more": False, "next": rest["next"]}
    assert who.get("/changes?after=chg_nothing").status_code == 422
    by_type = {each["type"]: each["data"] for each in told}
    assert set(by_type) <= set(CHANGES)
    assert by_type["workspace.created"]["status"] == "trial"
    assert by_type["workspace.suspended"] == {"kind": "manual", "reason": "Call us"}
    assert by_type["workspace.limits_updated"] == {"limits": ["users"]}


def test_what_was_undone_is_not_told(app: Flask) -> None:
    factories.plan()
    acme = factories.workspace("Acme")
    before = len(db.session.scalars(select(Change)).all())
    with unit() as session, pytest.raises(ValueError), attempt(session):
        announce(session, "workspace.purged", acme, factories.command())
        raise ValueError
    assert len(db.session.scalars(select(Change)).all()) == before


def test_nothing_appears_behind_ones_back(app: Flask, database: Database) -> None:
    """Whoever has announced something and not committed yet keeps others from overtaking: the one that was begun
    first and commits last comes last in the feed."""
    factories.plan()
    acme = factories.workspace("Acme").public_id
    who = program(app)
    begun, go_on = Event(), Event()

    def slowly() -> None:
        with app.app_context(), unit() as session:
            row = session.scalars(select(Workspace).where(Workspace.public_id == acme)).one()
            announce(session, "workspace.purged", row, factories.command())
            begun.set()
            if database.kind == "postgresql":
                session.execute(text("SELECT 1"))
                go_on.wait(10)

    thread = Thread(target=slowly)
    thread.start()
    begun.wait(10)
    if database.kind == "sqlite":
        thread.join()
    assert who.post(f"/workspaces/{acme}/activate").status_code == 200
    seen = who.get("/changes").json["next"]
    go_on.set()
    thread.join()
    if database.kind == "postgresql":
        behind = who.get("/changes?after=" + seen).json["data"]
        assert [each["type"] for each in behind] == ["workspace.purged"]
    types = [each["type"] for each in who.get("/changes").json["data"]]
    expected = ["workspace.created", "workspace.activated", "workspace.purged"]
    assert types == (expected if database.kind == "postgresql" else [expected[0], expected[2], expected[1]])
