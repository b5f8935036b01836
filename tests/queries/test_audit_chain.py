"""`portal audit verify`: what was changed, taken out or put in is named; what a purge erases is not missed."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import AuditEvent, AuditHead
from portal.operations.audit import record
from portal.operations.unit import unit
from portal.queries import audit
from portal.queries.audit import Verdict
from portal.rules.actors import Actor
from portal.rules.chain import digest_of, hash_of
from tests.support.clocks import NOW

BY = Actor.command("test", NOW)
EVENTS = 7
Tamper = Callable[[Session], object]


def record_some(count: int = EVENTS) -> None:
    for n in range(count):
        with unit():
            record("plan.created", BY, name=f"Plan {n}")


def tampered(change: Tamper) -> Verdict:
    record_some()
    with unit() as session:
        change(session)
    return audit.verify()


def at(sequence: int, **values: object) -> Tamper:
    return lambda session: session.execute(update(AuditEvent).where(AuditEvent.sequence == sequence).values(**values))


def without(*sequences: int) -> Tamper:
    return lambda session: session.execute(delete(AuditEvent).where(AuditEvent.sequence.in_(sequences)))


def test_a_log_without_events_holds(app: Flask) -> None:
    assert audit.verify() == Verdict(0)


@pytest.mark.parametrize("chunk", [2, 7, 1000])
def test_an_untouched_chain_holds_however_it_is_cut_into_chunks(app: Flask, chunk: int) -> None:
    record_some()
    assert audit.verify(chunk) == Verdict(EVENTS)


PAYLOAD = {"actor": "Mallory", "workspace": "", "reason": "", "facts": {}, "changes": {}}
BOUND = {"actor_kind": "cli", "actor_id": None, "organization_id": None, "workspace_id": None, "request_id": ""}


@pytest.mark.parametrize(
    ("change", "sequence", "words"),
    [
        (at(3, payload=PAYLOAD), 3, "digest does not match"),
        (at(3, payload=PAYLOAD, salt="0", digest=digest_of("0", PAYLOAD, BOUND)), 3, "was changed"),
        (at(3, actor_kind="job"), 3, "digest does not match"),
        (at(3, request_id="req_forged"), 3, "digest does not match"),
        (at(1, at=datetime(2020, 1, 1, tzinfo=UTC)), 1, "was changed"),
        (at(5, action="plan.removed"), 5, "was changed"),
        (at(5, public_id="evt_forged"), 5, "was changed"),
        (at(4, hash="f" * 64), 4, "was changed"),
        (at(4, previous_hash="f" * 64), 4, "link does not match"),
        (at(6, payload=None), 6, "erased by half"),
        (at(6, salt=None), 6, "erased by half"),
        (without(4), 4, "is missing: the next one is 5"),
        (without(1), 1, "is missing: the next one is 2"),
        (without(2, 3), 2, "is missing: the next one is 4"),
        (without(6, 7), 6, "all later ones are missing: the log was recorded up to 7"),
        (without(*range(1, 8)), 1, "all later ones are missing"),
        (lambda session: session.execute(update(AuditHead).values(sequence=5)), 8, "knows only 5"),
        (lambda session: session.execute(update(AuditHead).values(hash="f" * 64)), 8, "another hash"),
    ],
)
def test_tampering_is_found_and_the_first_bad_event_named(
    app: Flask, change: Tamper, sequence: int, words: str
) -> None:
    verdict = tampered(change)
    assert verdict.sequence == sequence
    assert verdict.events == sequence - 1
    assert verdict.fault and words in verdict.fault


def test_an_event_forged_with_a_right_hash_is_found_by_the_head(app: Flask) -> None:
    def forge(session: Session) -> None:
        last = session.scalar(select(AuditEvent).where(AuditEvent.sequence == EVENTS))
        assert last
        digest = digest_of("0", PAYLOAD, BOUND)
        public_id = "evt_forged"
        session.add(
            AuditEvent(
                public_id=public_id,
                sequence=EVENTS + 1,
                at=NOW,
                action="plan.created",
                actor_kind="cli",
                payload=PAYLOAD,
                salt="0",
                digest=digest,
                previous_hash=last.hash,
                hash=hash_of(last.hash, EVENTS + 1, NOW, "plan.created", public_id, digest),
            )
        )

    verdict = tampered(forge)
    assert verdict.sequence == EVENTS + 2
    assert verdict.fault and f"the head of the chain knows only {EVENTS}" in verdict.fault


def test_the_chain_holds_after_a_purge_erased_what_events_said(app: Flask) -> None:
    assert tampered(at(3, payload=None, salt=None)) == Verdict(EVENTS, erased=1)


def test_writers_at_once_do_not_fork_the_chain_nor_fight_for_its_first_event(app: Flask) -> None:
    threads, each = 8, 6
    failures: list[BaseException] = []
    start = threading.Barrier(threads)

    def write(name: str) -> None:
        try:
            with app.app_context():
                start.wait(10)
                for n in range(each):
                    with unit():
                        record("plan.created", BY, name=f"{name} {n}")
                        record("plan.created", BY, name=f"{name} {n} again")
                db.session.remove()
        except BaseException as error:  # a thread's failure must reach the test
            failures.append(error)

    running = [threading.Thread(target=write, args=(f"Plan {n}",)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(60)
    assert not failures
    assert db.session.scalar(select(func.count(AuditEvent.id))) == threads * each * 2
    assert audit.verify() == Verdict(threads * each * 2)


# ---------------------------------------------------------------- some at a time


def walked(most: int) -> list[tuple[Verdict, bool]]:
    """Every answer of a walk so many events at a time, until it has ended."""
    found = [(Verdict(0), False)]
    while not found[-1][1]:
        found.append(audit.go_on(found[-1][0], most, chunk=2))
    return found[1:]


def test_a_walk_in_parts_ends_where_one_in_one_does(app: Flask) -> None:
    record_some()
    assert walked(3) == [(Verdict(3), False), (Verdict(6), False), (Verdict(7), True)]
    assert walked(7) == walked(99) == [(audit.verify(), True)]


@pytest.mark.parametrize("sequence", range(1, EVENTS + 1))
def test_a_walk_in_parts_names_the_same_first_bad_event(app: Flask, sequence: int) -> None:
    verdict = tampered(at(sequence, action="plan.removed"))
    assert walked(3)[-1] == (verdict, True)
    assert verdict.sequence == sequence


def test_a_walk_in_parts_notices_what_was_taken_away_meanwhile(app: Flask) -> None:
    record_some()
    verdict, ended = audit.go_on(Verdict(0), 3)
    with unit() as session:
        without(3)(session)
    assert not ended
    assert audit.go_on(verdict, 3)[0].sequence == 3


def test_a_walk_goes_on_with_what_was_recorded_meanwhile(app: Flask) -> None:
    record_some(3)
    verdict, ended = audit.go_on(Verdict(0), 3)
    assert (verdict, ended) == (Verdict(3), True)
    record_some(2)
    assert audit.go_on(verdict, 3) == (Verdict(5), True)
