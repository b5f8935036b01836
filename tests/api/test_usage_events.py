"""Usage events count exactly once, on their day, for their workspace."""

import random
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import ActiveContact, ContactMonth, DailyUsage, PlatformSum, UsageEvent, scope
from portal.operations import usage_events
from tests import factories
from tests.support.clocks import NOW
from tests.support.programs import EVENT, Program, event, program


@pytest.fixture
def who(app: Flask) -> Program:
    factories.plan()
    return program(app)


def usage_of(workspace: str) -> dict[date, tuple[int, ...]]:
    """Sent, delivered, read, failed, received and minutes by day."""
    names = ("sent", "delivered", "read", "failed", "received", "minutes")
    with scope.platform():
        rows = db.session.execute(select(DailyUsage.day, *(getattr(DailyUsage, name) for name in names)))
        found = {row[0]: tuple(row[1:]) for row in rows}
    db.session.rollback()
    return found


def test_each_kind_counts_what_it_is(app: Flask, who: Program) -> None:
    acme = factories.workspace("Acme", timezone="Asia/Kolkata").public_id
    late = (NOW + timedelta(minutes=5) - timedelta(hours=17)).isoformat()  # the evening before, in India
    sent = [
        event(acme, 1, data={"count": 5, "contact": "a"}),
        event(acme, 2, "message.delivered", data={"count": 4}),
        event(acme, 3, "message.read", data={"count": 2}),
        event(acme, 4, "message.failed"),
        event(acme, 5, "message.received", data={"count": 7, "contact": "z"}),
        event(acme, 6, "call.ended", data={"count": 9}),
        event(acme, 7, time=late),
    ]
    told = who.report(*sent).json
    assert (told["counted"], told["duplicates"], told["refused"]) == (7, 0, 0)
    assert usage_of(acme) == {date(2026, 11, 21): (5, 4, 2, 1, 7, 9), date(2026, 11, 20): (1, 0, 0, 0, 0, 0)}
    with scope.platform():
        assert db.session.scalars(select(ActiveContact.contact)).all() == ["a"], "who is written to, not who writes"
        assert db.session.scalar(select(func.sum(PlatformSum.amount))) == 6


def test_again_is_nothing_and_what_is_wrong_keeps_nobody_back(app: Flask, who: Program) -> None:
    acme = factories.workspace("Acme").public_id
    assert who.report(event(acme), kind=EVENT).json["counted"] == 1
    assert who.report(event(acme), kind=EVENT).json["duplicates"] == 1
    batch = [
        event(acme, 1),
        event(acme, 2),
        event(acme, 2),
        event("ws_nothing", 3),
        event(acme, 4, time=(NOW - timedelta(days=35, seconds=1)).isoformat()),
        event(acme, 5, time=(NOW + timedelta(minutes=11)).isoformat()),
        event(acme, 6, "message.eaten"),
        {"id": 7},
        "rubbish",
        event(acme, 8, data={"count": -1}),
        event(acme, 9, time=(NOW - timedelta(days=35)).isoformat()),
        event(acme, 10, source="/other") | {"id": "1"},
    ]
    told = who.report(*batch).json
    results = [each["result"] for each in told["data"]]
    assert results == ["duplicate", "counted", "duplicate", *["refused"] * 7, "counted", "counted"]
    assert all(each["detail"] for each in told["data"] if each["result"] == "refused")
    assert told["data"][6]["id"] == "6" and told["data"][6]["detail"].startswith("type")
    wrong = who.report(event(acme, 6, "message.eaten"), kind=EVENT)
    assert wrong.status_code == 422 and wrong.json["errors"][0]["pointer"] == "/type"
    assert who.report(*[event(acme, n) for n in range(1_001)]).status_code == 422
    assert sum(row[0] for row in usage_of(acme).values()) == 4


def test_what_was_closed_is_counted_until_then(app: Flask, who: Program) -> None:
    acme = factories.workspace("Acme").public_id
    who.post(f"/workspaces/{acme}/cancel", {"confirm_name": "Acme"})
    later = (NOW + timedelta(minutes=1)).isoformat()
    told = who.report(event(acme, 1), event(acme, 2, time=later)).json["data"]
    assert [each["result"] for each in told] == ["counted", "refused"]


def test_a_contact_counts_once_in_its_month_whatever_the_order(app: Flask, who: Program) -> None:
    acme = factories.workspace("Acme", timezone="UTC").public_id
    days = [3, 18, 1, 12, 18]
    for number, day in enumerate(days):
        at = NOW.replace(day=day).isoformat()
        people = [event(acme, f"{number}-{who_}", time=at, data={"contact": who_}) for who_ in ("a", f"b{day}")]
        assert who.report(*people).json["counted"] == 2
    with scope.platform():
        span = select(ActiveContact.first_day, ActiveContact.last_day).where(ActiveContact.contact == "a")
        assert db.session.execute(span).one() == (date(2026, 11, 1), date(2026, 11, 18))
        assert db.session.scalar(select(ContactMonth.contacts)) == 5


def test_many_events_shuffled_and_sent_again_are_counted_exactly(app: Flask, who: Program) -> None:
    """One in five is a duplicate; every batch whose answer got lost is sent again."""
    dice = random.Random(7)
    rooms = [factories.workspace(f"Acme {n}", timezone="UTC").public_id for n in range(4)]
    events = [event(dice.choice(rooms), n, data={"count": 1, "contact": f"c{n % 300}"}) for n in range(4_000)]
    flood = events + dice.sample(events, 1_000)
    dice.shuffle(flood)
    batches = [flood[start : start + 1_000] for start in range(0, len(flood), 1_000)]
    for batch in [*batches, *dice.sample(batches, 2)]:
        assert who.report(*batch).status_code == 200
    with scope.platform():
        assert db.session.scalar(select(func.sum(DailyUsage.sent))) == 4_000
        met = {(each["subject"], each["data"]["contact"]) for each in events}
        assert db.session.scalar(select(func.sum(ContactMonth.contacts))) == len(met)
        assert db.session.scalar(select(func.count()).select_from(UsageEvent)) == 4_000


def test_they_are_forgotten_once_they_cannot_come_again(app: Flask, who: Program) -> None:
    acme = factories.workspace("Acme").public_id
    who.report(event(acme))
    assert usage_events.forget(NOW + timedelta(days=37)) == 0
    assert usage_events.forget(NOW + timedelta(days=39)) == 1
