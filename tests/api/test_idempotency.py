"""The same call with the same `Idempotency-Key` acts once."""

from threading import Barrier, Thread

import pytest
from flask import Flask

from portal.models import IdempotentAnswer, Workspace
from portal.operations import idempotency
from tests import factories
from tests.support.clocks import NOW, Clock
from tests.support.creation import count
from tests.support.mails import Mailbox
from tests.support.programs import Program, program

SENT = {"name": "Beta", "owner_name": "Bea", "owner_email": "bea@beta.example"}
WITH = {"headers": {"Idempotency-Key": "a-1"}}


@pytest.fixture
def who(app: Flask) -> Program:
    factories.plan()
    return program(app)


def test_it_is_answered_as_the_first_time(app: Flask, who: Program, mailbox: Mailbox) -> None:
    first = who.post("/workspaces", SENT, **WITH)
    again = who.post("/workspaces", SENT, **WITH)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data and again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    other = who.post("/workspaces", {**SENT, "name": "Gamma"}, **WITH)
    assert other.status_code == 422 and other.json["errors"][0]["header"] == "Idempotency-Key"
    path = f"/workspaces/{first.json['id']}/activate"
    assert who.post(path, **WITH).status_code == 422, "nor with another address"
    assert program(app).post("/workspaces", SENT, **WITH).status_code == 201, "another key's is another's"
    assert count(Workspace) == 2
    assert idempotency.forget(NOW + idempotency.KEPT) == 2
    assert count(IdempotentAnswer) == 0


def test_a_refusal_is_not_kept(app: Flask, who: Program, clock: Clock) -> None:
    path = "/workspaces/" + factories.workspace("Acme", cap_daily_messages="1").public_id + "/limits/take"
    assert who.post(path, {"count": 1}).status_code == 200
    assert who.post(path, {"count": 1}, **WITH).status_code == 409
    clock.advance(days=1)
    assert who.post(path, {"count": 1}, **WITH).status_code == 200
    assert who.post(path, {"count": 1}, **WITH).headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none(who: Program, key: str) -> None:
    answer = who.post("/workspaces", SENT, headers={"Idempotency-Key": key})
    assert answer.status_code == 422 and answer.json["errors"][0]["header"] == "Idempotency-Key"


def test_two_at_once_act_once(app: Flask, who: Program, mailbox: Mailbox) -> None:
    """Whoever comes second is given the first one's answer, or is told that the first is still at work."""
    at_once, answers = Barrier(2), []

    def call() -> None:
        mine = Program(app.test_client(), who.secret)
        at_once.wait()
        answers.append(mine.post("/workspaces", SENT, **WITH))

    both = [Thread(target=call) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert count(Workspace) == 1
    statuses = sorted(each.status_code for each in answers)
    assert statuses in ([201, 201], [201, 409]), statuses
