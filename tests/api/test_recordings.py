"""Recordings: reported as often as one likes, each kept once, and never one that is known better by then."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Recording, Workspace, scope
from portal.operations import closing, holds
from portal.operations.holds import NewHold
from portal.rules.access import STAFF, StaffRole
from portal.rules.api_scopes import ApiScope
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import BY, actions
from tests.support.programs import Program, program

BEGAN, ENDED = NOW - timedelta(minutes=10), NOW - timedelta(minutes=4)
SAID = "Good morning, how can I help?"
Report = dict[str, Any]


@pytest.fixture
def acme(app: Flask) -> Workspace:
    factories.plan()
    return factories.workspace("Acme")


@pytest.fixture
def who(app: Flask) -> Program:
    return program(app)


def of(workspace: Workspace, reference: str = "a", **more: Any) -> Report:
    """A call that began ten minutes ago, and goes on."""
    parties = {"from": "+442079460018", "to": "+918047182200"}
    common = {"workspace": workspace.public_id, "reference": reference, "kind": "call", **parties}
    return {**common, "started_at": BEGAN.isoformat(), **more}


def ended(workspace: Workspace, reference: str = "a", **more: Any) -> Report:
    return of(workspace, reference, **{"ended_at": ENDED.isoformat(), **more})


def kept() -> list[tuple[Any, ...]]:
    db.session.rollback()
    with scope.platform():
        columns = (Recording.reference, Recording.state, Recording.ended_at, Recording.transcript)
        return [tuple(row) for row in db.session.execute(select(*columns).order_by(Recording.id))]


def last() -> list[str]:
    return [action for action in actions() if action.startswith("recording.")]


def test_it_begins_ends_and_is_transcribed_by_one_report_after_the_other(who: Program, acme: Workspace) -> None:
    begun = who.post("/recordings", of(acme))
    assert (begun.status_code, begun.json["state"], begun.json["ended_at"]) == (200, "in_progress", None)
    assert begun.json["from"] == "+442079460018" and begun.json["to"] == "+918047182200"
    assert who.post("/recordings", ended(acme)).json["state"] == "final"
    assert who.post("/recordings", ended(acme, transcript=f"  {SAID}\n")).json["transcript"] == SAID
    assert kept() == [("a", "final", ENDED, SAID)]
    assert last() == ["recording.begun", "recording.finished", "recording.transcribed"]


def test_again_late_and_out_of_order_it_stays_what_it_is(who: Program, acme: Workspace) -> None:
    first = who.post("/recordings", ended(acme, transcript=SAID)).json
    for again in (
        ended(acme, transcript=SAID),
        of(acme),
        ended(acme, transcript="Something else"),
        of(acme, ended_at=NOW.isoformat()),
        of(acme, **{"from": "", "to": "101"}),
    ):
        assert who.post("/recordings", again).json == first
    assert last() == ["recording.finished"]
    anonymous = of(acme, "b", **{"from": ""})
    who.post("/recordings", anonymous)
    assert who.post("/recordings", of(acme, "b", **{"from": "+4420"})).json["from"] == "+4420"
    assert last()[-1] == "recording.completed"


def test_a_reference_is_of_one_recording_of_one_workspace(who: Program, acme: Workspace) -> None:
    beta = factories.workspace("Beta")
    who.post("/recordings", of(acme))
    for other in (of(acme, kind="voicemail"), of(acme, started_at=NOW.isoformat())):
        refused = who.post("/recordings", other)
        assert refused.status_code == 409 and "needs a reference of its own" in refused.json["detail"]
    assert who.post("/recordings", ended(beta)).status_code == 200
    assert [row[1] for row in kept()] == ["in_progress", "final"]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"started_at": (NOW + timedelta(minutes=11)).isoformat()}, "/started_at"),
        ({"started_at": "1999-12-31T23:59:59Z"}, "/started_at"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "/started_at"),
        ({"ended_at": (BEGAN - timedelta(seconds=1)).isoformat()}, "/ended_at"),
        ({"ended_at": (NOW + timedelta(minutes=11)).isoformat()}, "/ended_at"),
        ({"transcript": SAID}, "/transcript"),
        ({"transcript": "x" * 200_001}, "/transcript"),
        ({"reference": " "}, "/reference"),
        ({"kind": "fax"}, "/kind"),
        ({"from": "+44\x00"}, "/from"),
        ({"started_at": "2026-11-21T10:52:00"}, "/started_at"),
        ({"colour": "blue"}, "/colour"),
    ],
)
def test_what_cannot_be_is_refused_at_its_member(who: Program, acme: Workspace, wrong: Report, where: str) -> None:
    answer = who.post("/recordings", of(acme) | wrong)
    assert (answer.status_code, [each["pointer"] for each in answer.json["errors"]]) == (422, [where])
    assert not kept()


def test_it_needs_its_scope_and_its_workspace(app: Flask, acme: Workspace) -> None:
    report = of(acme)
    assert program(app, (ApiScope.USAGE_WRITE,)).post("/recordings", report).status_code == 403
    beta = factories.workspace("Beta").public_id
    assert program(app, (ApiScope.RECORDINGS_WRITE,), beta).post("/recordings", report).status_code == 404
    for nothing in ("ws_nothing", "ws_\0"):
        assert program(app).post("/recordings", report | {"workspace": nothing}).status_code == 404
    assert not kept()


def test_of_a_suspended_workspace_what_began_before_is_taken(who: Program, acme: Workspace) -> None:
    who.post("/recordings", of(acme))
    holds.suspend(acme.public_id, NewHold(), BY, STAFF[StaffRole.OWNER])
    refused = who.post("/recordings", ended(acme, "b", started_at=NOW.isoformat(), ended_at=NOW.isoformat()))
    assert refused.status_code == 409 and "Acme is suspended" in refused.json["detail"]
    assert who.post("/recordings", ended(acme)).json["state"] == "final"
    assert who.post("/recordings", ended(acme, "c", kind="voicemail")).status_code == 200


@pytest.mark.parametrize("report", [of, ended])
def test_closing_ends_them_and_later_reports_are_refused(
    who: Program, acme: Workspace, report: Callable[..., Report]
) -> None:
    who.post("/recordings", of(acme))
    who.post("/recordings", ended(acme, "b"))
    assert closing.close(acme.public_id, "Acme", BY).recordings == 1
    assert [row[1:3] for row in kept()] == [("final", NOW), ("final", ENDED)]
    for reference in ("a", "c"):
        refused = who.post("/recordings", report(acme, reference))
        assert refused.status_code == 409 and "takes no further reports" in refused.json["detail"]
    closing.restore(acme.public_id, BY)
    late = who.post("/recordings", ended(acme, transcript=SAID)).json
    assert (late["state"], late["transcript"]) == ("final", SAID), "and what was said comes after all"
    assert kept()[0][2] == NOW
