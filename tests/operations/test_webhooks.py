"""Webhooks: every change reaches every address that wants it, in order and at least once, signed, and is tried for
three days."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from portal.base import webhooks as base
from portal.base.db import db
from portal.gateways.webhooks import Answer, FakeWebhooks, Message, NotSent
from portal.models import Change, DeliveryState, WebhookState, scope
from portal.operations import deliveries, webhooks
from portal.operations.webhooks import Wanted
from portal.queries import attention
from portal.rules.attention import Kind
from portal.rules.errors import Conflict, Invalid, NotFound, Refused
from portal.rules.webhooks import GIVE_UP, OLD_SECRET
from tests import factories
from tests.support import plans
from tests.support.creation import actions
from tests.support.hooks import changed, delivered, hook, made, rows

KINDS = ("workspace.suspended", "workspace.reactivated", "workspace.limits_updated")


@pytest.fixture
def fake(app: Flask) -> FakeWebhooks:
    """The gateway of the app."""
    found: FakeWebhooks = app.extensions[base.EXTENSION]
    return found


def names(fake: FakeWebhooks) -> list[str]:
    return [each.headers["webhook-id"] for each in fake.sent]


def stopped(now: datetime) -> int:
    """How many stand in the attention queue."""
    with scope.platform():
        return attention.queue(now, Kind.WEBHOOK).counts.get(Kind.WEBHOOK, 0)


def verified(message: Message, secret: str) -> bool:
    try:
        Verifier(secret).verify(message.body, dict(message.headers))
    except WebhookVerificationError:
        return False
    return True


def test_changes_arrive_in_order_and_once(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    workspace = factories.workspace()
    made()  # it is told of what changes from now on
    told = changed(workspace, *KINDS)
    assert delivered(now) == {"written": 3, "served": 1}
    assert names(fake) == told
    assert delivered(now) == {"written": 0, "served": 0} and len(fake.sent) == 3
    assert [(row.state, row.attempts, row.code) for row in rows()] == [(DeliveryState.DELIVERED, 1, 200)] * 3
    change = db.session.scalars(select(Change).where(Change.public_id == told[0])).one()
    assert json.loads(fake.sent[0].body) == {
        "type": "workspace.suspended",
        "timestamp": "2026-11-21T11:00:00Z",
        "id": told[0],
        "workspace": workspace.public_id,
        "data": change.data,
    }


def test_the_next_is_found_without_a_look_at_all_that_wait(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    workspace, of = factories.workspace(), hook(made().public_id)
    changed(workspace, "workspace.suspended", "workspace.reactivated")
    assert deliveries.fan_out(now) == 2
    with plans.looked_up("webhook_delivery", "webhook_id"):
        assert deliveries.serve(of.id, lambda: now) == 2


def test_each_is_told_what_it_asked_for(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    acme, beta = factories.workspace("Acme"), factories.workspace("Beta")
    made("https://all.example/")
    made("https://holds.example/", types=[KINDS[0]])
    made("https://beta.example/", workspace=beta.web_address)
    for workspace in (acme, beta):
        changed(workspace, *KINDS[:2])
    delivered(now)
    reached = [message.address for message in fake.sent]
    assert [reached.count(f"https://{each}.example/") for each in ("all", "holds", "beta")] == [4, 2, 2]


def test_signatures_and_a_secret_that_is_replaced(fake: FakeWebhooks) -> None:
    """For 24 hours both sign."""
    now = datetime.now(UTC)  # the library that verifies looks at the machine's clock
    factories.plan()
    workspace, hooked = factories.workspace(), made()
    changed(workspace, KINDS[0])
    delivered(now)
    assert verified(fake.sent[0], hooked.secret) and not verified(fake.sent[0], made().secret)
    for age, old_too in ((OLD_SECRET - timedelta(minutes=1), True), (OLD_SECRET, False)):
        old = hook(hooked.public_id).secret
        new = webhooks.rotate(hooked.public_id, factories.command(now - age)).secret
        changed(workspace, KINDS[0])
        delivered(now)
        message = next(each for each in reversed(fake.sent) if verified(each, new))
        assert verified(message, old) is old_too


def test_for_three_days_it_is_tried_then_the_address_is_stopped(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    workspace, hooked = factories.workspace(), made()
    told = changed(workspace, KINDS[0])
    fake.failure = NotSent("No answer within 10 seconds.")
    at: datetime | None = now
    tries = []
    while at is not None:
        if tries:
            delivered(at - timedelta(seconds=1))
        assert len(fake.sent) == len(tries), "sent before it was due"
        tries.append(at)
        delivered(at)
        assert len(fake.sent) == len(tries), "not sent when it was due"
        at = rows()[0].next_attempt_at
    assert len(tries) == 10 and tries[-1] == now + GIVE_UP and set(names(fake)) == set(told)
    assert (rows()[0].state, hook(hooked.public_id).state) == (DeliveryState.FAILED, WebhookState.STOPPED)
    assert actions()[-1] == "webhook.stopped"
    assert stopped(tries[-1]) == 1
    later, fake.failure = tries[-1] + timedelta(hours=1), None
    meanwhile = changed(workspace, KINDS[1], at=later)
    delivered(later)
    assert len(fake.sent) == 10, "stopped is stopped"
    webhooks.resume(hooked.public_id, factories.command(later))
    assert webhooks.replay_failed(hooked.public_id, "2026-11-21T16:30", "Asia/Kolkata", factories.command(later)) == 1
    delivered(later)
    assert names(fake)[10:] == told + meanwhile
    assert {row.state for row in rows()} == {DeliveryState.DELIVERED} and not stopped(later)


def test_where_others_get_through_the_address_is_not_stopped(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    workspace, hooked = factories.workspace(), made()
    bad, _ = changed(workspace, *KINDS[:2])
    fake.reply = lambda message: Answer(500 if message.headers["webhook-id"] == bad else 200, "no")
    at: datetime | None = now
    while at is not None:
        delivered(at)
        delivered(at)  # after one that failed, the next has its turn
        at = rows()[0].next_attempt_at
    assert [row.state for row in rows()] == [DeliveryState.FAILED, DeliveryState.DELIVERED]
    assert (rows()[0].code, rows()[0].answer, rows()[0].error) == (500, "no", "It answered 500.")
    assert hook(hooked.public_id).state is WebhookState.ACTIVE


def test_who_asks_for_a_rest_is_not_called_before_it_is_over(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    workspace, hooked = factories.workspace(), made()
    told = changed(workspace, *KINDS)
    fake.reply = lambda _: Answer(429, "", "600")
    delivered(now)
    for later in (timedelta(seconds=5), timedelta(seconds=599)):
        delivered(now + later)
    assert names(fake) == told[:1] and "for 600 seconds" in rows()[0].error
    fake.reply = None
    delivered(now + timedelta(seconds=600))
    assert names(fake) == [told[0], *told], "in order"
    assert hook(hooked.public_id).failing_since is None


def test_where_it_fails_for_another_reason_only_that_one_waits_as_asked(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    workspace = factories.workspace()
    made()
    changed(workspace, *KINDS[:2])
    fake.reply = lambda _: Answer(500, "", "Sat, 21 Nov 2026 23:00:00 GMT")
    delivered(now)
    assert rows()[0].next_attempt_at == datetime(2026, 11, 21, 23, tzinfo=UTC)
    fake.reply = None
    delivered(now)
    assert [row.state for row in rows()] == [DeliveryState.WAITING, DeliveryState.DELIVERED]


def test_gone_is_believed(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    workspace, hooked = factories.workspace(), made()
    changed(workspace, KINDS[0])
    fake.code = 410
    delivered(now)
    assert (rows()[0].state, hook(hooked.public_id).state) == (DeliveryState.FAILED, WebhookState.STOPPED)


def test_what_changes_while_it_is_paused_waits(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    workspace, hooked, by = factories.workspace(), made(), factories.command()
    webhooks.pause(hooked.public_id, by)
    with pytest.raises(Conflict):
        webhooks.pause(hooked.public_id, by)
    told = changed(workspace, *KINDS)
    delivered(now)
    assert not fake.sent
    webhooks.resume(hooked.public_id, by)
    delivered(now)
    assert names(fake) == told


def test_one_is_sent_once_more(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    workspace, hooked, by = factories.workspace(), made(), factories.command()
    told = changed(workspace, KINDS[0])
    delivered(now)
    name = rows()[0].public_id
    with pytest.raises(NotFound):
        webhooks.replay(made("https://other.example/").public_id, name, by)
    webhooks.replay(hooked.public_id, name, by)
    with pytest.raises(Conflict):
        webhooks.replay(hooked.public_id, name, by)
    delivered(now)
    assert names(fake) == told * 2 and fake.sent[0].body == fake.sent[1].body
    for since in ("2026-11-21T11:00", "yesterday", ""):
        with pytest.raises(Refused):
            webhooks.replay_failed(hooked.public_id, since, "UTC", by)


@pytest.mark.parametrize(("code", "state"), [(200, DeliveryState.DELIVERED), (500, DeliveryState.FAILED)])
def test_a_test_is_sent_at_once_and_once(fake: FakeWebhooks, now: datetime, code: int, state: DeliveryState) -> None:
    hooked, by = made(), factories.command()
    fake.code = code
    name = webhooks.test(hooked.public_id, by, lambda: now)
    assert (rows()[0].public_id, rows()[0].state) == (name, state) and delivered(now)["served"] == 0
    assert json.loads(fake.sent[0].body)["type"] == "webhook.test" and names(fake) == [name]
    assert hook(hooked.public_id).failing_since is None
    with pytest.raises(Conflict):
        webhooks.replay(hooked.public_id, name, by)


def test_removed_it_is_called_no_more(fake: FakeWebhooks, now: datetime) -> None:
    factories.plan()
    workspace, hooked = factories.workspace(), made()
    changed(workspace, KINDS[0])
    fake.failure = NotSent("No")
    delivered(now)
    webhooks.remove(hooked.public_id, factories.command())
    changed(workspace, KINDS[0])
    delivered(now + GIVE_UP)
    assert len(fake.sent) == 1 and not rows()


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        (Wanted(""), {"address"}),
        (Wanted("http://gateway.example/", ["workspace.burnt"], "nowhere"), {"address", "types", "workspace"}),
        (Wanted("https://gateway.example/" + "x" * 500), {"address"}),
        (Wanted("https://169.254.169.254/latest/meta-data"), {"address"}),
    ],
)
def test_what_cannot_be_set_up(app: Flask, wanted: Wanted, fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        webhooks.create(wanted, factories.command())
    assert set(refused.value.errors) == fields
    assert not actions()
