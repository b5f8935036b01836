"""Receipts count once, on the day of sending, whatever is said in which order."""

import random
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import DailyUsage, Message, MessageState, scope
from portal.operations import messages
from portal.operations.messages import Receipt
from portal.rules.api_scopes import ApiScope
from tests import factories
from tests.faults.test_at_once import at_once
from tests.support.clocks import NOW
from tests.support.programs import Program, event, program

SOURCE = "/gateways/test"
COUNTED = ("sent", "delivered", "read", "failed")


@pytest.fixture
def who(app: Flask) -> Program:
    factories.plan()
    return program(app)


def sent(workspace: str, *names: str, **more: Any) -> list[dict[str, Any]]:
    return [event(workspace, f"{name}-sent", data={"message": name}, **more) for name in names]


def receipt(workspace: str, message: str, state: str = "delivered", **more: Any) -> dict[str, Any]:
    common = {"workspace": workspace, "source": SOURCE, "message": message, "state": state}
    return {**common, "time": NOW.isoformat(), **more}


def told(who: Program, *receipts: Any) -> list[str]:
    answer = who.post("/messages/receipts", list(receipts))
    assert answer.status_code == 200, answer.text
    found = answer.json
    results = [each["result"] for each in found["data"]]
    sums = [found[name] for name in ("counted", "duplicates", "unknown", "refused")]
    assert sums == [results.count(name) for name in ("counted", "duplicate", "unknown", "refused")]
    return results


def totals() -> list[tuple[Any, ...]]:
    """Of each workspace and day."""
    with scope.platform():
        rows = db.session.execute(select(*(getattr(DailyUsage, name) for name in COUNTED)))
        found = [tuple(row) for row in rows]
    db.session.rollback()
    return found


def days() -> list[date]:
    with scope.platform():
        return list(db.session.scalars(select(DailyUsage.day)))


def test_they_count_on_the_day_of_sending_in_any_order_and_once(who: Program) -> None:
    acme = factories.workspace("Acme", timezone="Asia/Kolkata").public_id
    late = (NOW - timedelta(hours=17)).isoformat()  # the evening before, in India
    who.report(*sent(acme, "a", "b", "c", "d", time=late))
    assert told(who, receipt(acme, "a", "read"), receipt(acme, "a"), receipt(acme, "b", "failed")) == [
        "counted",
        "duplicate",
        "counted",
    ]
    assert told(who, receipt(acme, "b"), receipt(acme, "b", "failed"), receipt(acme, "c", "failed")) == [
        "counted",
        "duplicate",
        "counted",
    ]
    assert told(who, *[receipt(acme, "a", "read")] * 2, receipt(acme, "c", "failed")) == ["duplicate"] * 3
    assert totals() == [(4, 2, 1, 1)] and days() == [date(2026, 11, 20)]


def test_what_was_never_sent_is_unknown_until_it_is_reported(who: Program) -> None:
    acme, beta = (factories.workspace(name).public_id for name in ("Acme", "Beta"))
    who.report(*sent(acme, "a"))
    others = (receipt(beta, "a"), receipt(acme, "b"), receipt(acme, "a", source="/other"))
    answer = who.post("/messages/receipts", [*others, receipt(acme, "a")])
    assert [each["result"] for each in answer.json["data"]] == [*["unknown"] * 3, "counted"]
    assert "Report that event first, then send this receipt again" in answer.json["data"][0]["detail"]
    who.report(*sent(acme, "b"))
    assert told(who, receipt(acme, "b")) == ["counted"]


def test_what_is_wrong_keeps_no_other_back(app: Flask, who: Program) -> None:
    acme = factories.workspace("Acme").public_id
    who.report(*sent(acme, "a"))
    early = (NOW - timedelta(days=35, seconds=1)).isoformat()
    wrong = (
        receipt("ws_nothing", "a"),
        receipt(acme, "a", "sent"),
        receipt(acme, "a", time=early),
        receipt(acme, "a", time=(NOW + timedelta(minutes=11)).isoformat()),
        receipt(acme, "a", colour="blue"),
        "rubbish",
    )
    assert told(who, *wrong, receipt(acme, "a")) == [*["refused"] * len(wrong), "counted"]
    assert who.post("/messages/receipts", [receipt(acme, str(n)) for n in range(1_001)]).status_code == 422
    assert who.post("/messages/receipts", {}).status_code == 422
    assert who.post("/messages/receipts", []).status_code == 422
    other = program(app, (ApiScope.USAGE_WRITE,), factories.workspace("Beta").public_id)
    assert told(other, receipt(acme, "a")) == ["refused"]
    assert program(app, (ApiScope.LIMITS_TAKE,)).post("/messages/receipts", []).status_code == 403


def test_what_was_closed_is_counted_until_then(who: Program) -> None:
    acme = factories.workspace("Acme").public_id
    who.report(*sent(acme, "a", "b"))
    who.post(f"/workspaces/{acme}/cancel", {"confirm_name": "Acme"})
    later = (NOW + timedelta(minutes=1)).isoformat()
    assert told(who, receipt(acme, "a"), receipt(acme, "b", time=later)) == ["counted", "refused"]


def test_an_event_names_one_message_and_is_its_sending(who: Program) -> None:
    acme = factories.workspace("Acme").public_id
    events = (
        event(acme, 1, data={"message": "a", "count": 2}),
        event(acme, 2, "message.delivered", data={"message": "a"}),
        event(acme, 3, data={"message": "a"}),
        event(acme, 3, data={"message": "b"}),
        event(acme, 4, data={"message": "a"}),
    )
    results = [each["result"] for each in who.report(*events).json["data"]]
    assert results == ["refused", "refused", "counted", "duplicate", "counted"]
    assert told(who, receipt(acme, "a"), receipt(acme, "b")) == ["counted", "unknown"]
    assert totals() == [(2, 1, 0, 0)]


def test_the_same_receipts_at_once_count_once(app: Flask, who: Program) -> None:
    """Shuffled, in batches that overlap, so that a wrong order of locks would show."""
    rooms = [factories.workspace(f"Acme {n}", timezone="UTC").public_id for n in range(3)]
    names = [str(n) for n in range(120)]
    for room in rooms:
        who.report(*sent(room, *names))
    dice, batches = random.Random(3), []
    for _ in range(8):
        batch = [
            Receipt(room, SOURCE, name, state, NOW)
            for room in rooms
            for name in names
            for state in dice.sample((MessageState.DELIVERED, MessageState.READ, MessageState.FAILED), 3)
        ]
        dice.shuffle(batch)
        batches.append(partial(messages.take, batch, NOW))
    assert at_once(app, *batches) == {"done": len(batches)}
    assert totals() == [(120, 120, 120, 0)] * len(rooms)


def test_they_are_forgotten_once_nothing_is_told_of_them_any_more(who: Program) -> None:
    acme = factories.workspace("Acme").public_id
    who.report(*sent(acme, "a"))
    assert messages.forget(NOW + timedelta(days=37)) == 0
    assert messages.forget(NOW + timedelta(days=39)) == 1
    with scope.platform():
        assert db.session.scalar(select(func.count()).select_from(Message)) == 0
