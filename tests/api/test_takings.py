"""Taking from limits, and what a workspace may do."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import LimitTaken, scope
from portal.rules.entitlements import Inbound, Outbound, inbound_of, outbound_of
from portal.rules.lifecycle import Status
from tests import factories
from tests.support.clocks import Clock
from tests.support.programs import Program, event, program


@pytest.fixture
def who(app: Flask) -> Program:
    factories.plan()
    return program(app)


def limited(**caps: int) -> str:
    return (
        "/workspaces/" + factories.workspace("Acme", timezone="UTC", **{k: str(v) for k, v in caps.items()}).public_id
    )


def test_a_message_is_one_of_the_day_and_of_the_month(app: Flask, who: Program, clock: Clock) -> None:
    path = limited(cap_monthly_messages=10, cap_daily_messages=4)
    took = who.post(path + "/limits/take", {"count": 3})
    assert took.status_code == 200 and took.json["limits"] == [
        {"limit": "daily_messages", "effective": 4, "used": 3},
        {"limit": "monthly_messages", "effective": 10, "used": 3},
    ]
    asked = who.get(path + "/entitlements").json["limits"]
    assert all(asked[each["limit"]]["effective"] == each["effective"] for each in took.json["limits"])
    refused = who.post(path + "/limits/take", {"limit": "monthly_messages", "count": 2})
    assert (refused.status_code, refused.json["limit"], refused.json["effective"], refused.json["used"]) == (
        *(409, "daily_messages", 4),
        3,
    )
    clock.advance(days=1)
    assert who.post(path + "/limits/take", {"count": 4}).status_code == 200
    clock.advance(days=1)
    last = who.post(path + "/limits/take", {"count": 4})
    assert (last.status_code, last.json["limit"], last.json["used"]) == (409, "monthly_messages", 7)
    used = who.get(path + "/entitlements").json["limits"]
    assert (used["daily_messages"]["used"], used["monthly_messages"]["used"]) == (0, 7)
    clock.advance(days=30)
    assert who.get(path + "/entitlements").json["limits"]["monthly_messages"]["used"] == 0


def test_used_is_the_greater_of_taken_and_reported(app: Flask, who: Program) -> None:
    path = limited(cap_monthly_messages=10)
    acme = path.rpartition("/")[2]
    who.post(path + "/limits/take", {"count": 3})
    who.report(event(acme, 1, data={"count": 2}))
    assert who.get(path + "/entitlements").json["limits"]["monthly_messages"]["used"] == 3
    who.report(event(acme, 2, data={"count": 6}))
    assert who.get(path + "/entitlements").json["limits"]["monthly_messages"]["used"] == 8
    assert who.post(path + "/limits/take", {"count": 3}).status_code == 409
    assert who.post(path + "/limits/take", {"count": 2}).status_code == 200
    assert who.post(path + "/limits/take", {"count": 1}).status_code == 409


def test_who_is_suspended_takes_nothing(app: Flask, who: Program) -> None:
    path = limited()
    asked = who.get(path + "/entitlements")
    assert (asked.json["status"], asked.json["inbound"], asked.json["outbound"]) == ("trial", "normal", "allowed")
    etag = asked.headers["ETag"]
    same = who.get(path + "/entitlements", headers={"If-None-Match": etag})
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", etag)
    who.post(path + "/holds", {})
    other = who.get(path + "/entitlements", headers={"If-None-Match": etag})
    assert (other.status_code, other.json["inbound"], other.json["outbound"]) == (200, "interrupted", "blocked")
    refused = who.post(path + "/limits/take", {})
    assert refused.status_code == 409 and "suspended" in refused.json["detail"]
    with scope.platform():
        assert not [row.taken for row in db.session.scalars(select(LimitTaken))]


def test_a_cap_that_blocks_what_goes_out(app: Flask, who: Program) -> None:
    """Spend is what usage costs by the rate card; here any use is more than a cap of 0."""
    path = limited()
    who.call("PATCH", path, {"spend_cap": 0, "suspension_behaviour": "block_outbound"})
    assert who.get(path + "/entitlements").json["outbound"] == "allowed", "a trial is charged nothing"
    who.post(path + "/activate")
    told = who.get(path + "/entitlements").json
    assert (told["status"], told["inbound"], told["outbound"]) == ("active", "normal", "blocked")
    refused = who.post(path + "/limits/take", {})
    assert refused.status_code == 409 and "spend cap" in refused.json["detail"]
    who.call("PATCH", path, {"suspension_behaviour": "notify_only"})
    assert who.post(path + "/limits/take", {}).status_code == 200


@pytest.mark.parametrize(
    ("status", "inbound", "outbound"),
    [
        (Status.TRIAL, Inbound.NORMAL, Outbound.ALLOWED),
        (Status.ACTIVE, Inbound.NORMAL, Outbound.ALLOWED),
        (Status.SUSPENDED, Inbound.INTERRUPTED, Outbound.BLOCKED),
        (Status.CANCELLED, Inbound.CLOSED, Outbound.BLOCKED),
    ],
)
def test_what_a_status_lets_through(status: Status, inbound: Inbound, outbound: Outbound) -> None:
    assert (inbound_of(status), outbound_of(status)) == (inbound, outbound)
    assert outbound_of(status, spent_out=True) is Outbound.BLOCKED


def test_minutes_have_their_own(app: Flask, who: Program) -> None:
    path = limited()
    who.call("PUT", path + "/overrides/monthly_minutes", {"value": 5, "reason": "x"})
    assert who.post(path + "/limits/take", {"limit": "monthly_minutes", "count": 5}).status_code == 200
    assert who.post(path + "/limits/take", {"limit": "monthly_minutes", "count": 1}).status_code == 409
    assert who.post(path + "/limits/take", {"count": 1}).status_code == 200
    assert who.post(path + "/limits/take", {"limit": "numbers"}).status_code == 422
