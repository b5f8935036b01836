"""Each job keeps its promise: once, however often it runs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.base.db import db
from portal.jobs.audit_checkpoint import audit_checkpoint
from portal.jobs.housekeeping import housekeeping
from portal.jobs.onboarding import onboarding
from portal.jobs.overrides import overrides
from portal.jobs.spend_caps import spend_caps
from portal.jobs.trials import trials
from portal.jobs.usage_rollup import usage_rollup
from portal.models import (
    AuditEvent,
    AuditHead,
    Change,
    JobRun,
    JobState,
    LimitOverride,
    LoginSession,
    SuspensionBehaviour,
    Task,
    TaskKind,
    TaskState,
    Workspace,
    scope,
)
from portal.operations import holds, usage
from portal.operations import onboarding as onboarding_operations
from portal.operations import trials as trial_operations
from portal.operations.derived import settling
from portal.operations.holds import NewHold
from portal.operations.unit import unit
from portal.queries.audit import verify
from portal.rules.access import STAFF, StaffRole
from portal.rules.actors import Actor
from portal.rules.errors import Conflict
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.limits import Limit
from tests import factories
from tests.support import accounts, tenants
from tests.support.clocks import NOW, Clock
from tests.support.creation import check_platform
from tests.support.family import fresh, hold_ids, open_holds
from tests.support.mails import Mailbox

DAY, TODAY = timedelta(days=1), NOW.date()
OWNER = STAFF[StaffRole.OWNER]
BY = Actor.job("trials", NOW + timedelta(days=8))
TRIAL, ACTIVE, SUSPENDED = Status.TRIAL, Status.ACTIVE, Status.SUSPENDED


def put(row: Workspace, **columns: object) -> None:
    """These columns of the workspace, and what follows from them."""
    with scope.platform(), unit() as session:
        found = session.get_one(Workspace, row.id, with_for_update=True)
        with settling(session, found):
            for name, value in columns.items():
                setattr(found, name, value)


def changes() -> list[str]:
    db.session.rollback()
    return [kind for kind in db.session.scalars(select(Change.type).order_by(Change.id)) if "created" not in kind]


# ---------------------------------------------------------------- trials


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """On trial for a week."""
    factories.plan()
    row = factories.workspace(status="trial")
    put(row, trial_ends_at=NOW + 7 * DAY)
    return fresh(row)


def test_a_trial_warns_once_three_days_before_and_ends_once(acme: Workspace, mailbox: Mailbox, clock: Clock) -> None:
    assert trials(clock) == {}
    clock.advance(days=4)
    assert [trials(clock), trials(clock)] == [{"warned": 1}, {}]
    assert mailbox.only("olive@example.test").subject == "The trial of Acme Logistics ends soon"
    assert "28 November 2026" in (mailbox.messages[0].body or "")
    clock.advance(days=3)
    assert [trials(clock), trials(clock)] == [{"ended": 1}, {}]
    assert fresh(acme).status is SUSPENDED
    assert [kind for kind, _ in open_holds()] == [HoldKind.TRIAL_ENDED]
    assert (mailbox.subjects[1:], changes()) == (["The trial of Acme Logistics has ended"], ["workspace.suspended"])
    check_platform()


def test_what_a_person_lifted_is_not_held_again_for_the_same_end(
    acme: Workspace, mailbox: Mailbox, clock: Clock
) -> None:
    clock.advance(days=7)
    trials(clock)
    holds.lift(acme.public_id, hold_ids(), factories.command(clock()), OWNER)
    clock.advance(days=1)
    assert trials(clock) == {}
    assert not trial_operations.end(acme.public_id, BY), "whoever found it due before the hold was lifted"
    assert fresh(acme).status is TRIAL
    put(acme, trial_ends_at=clock() + DAY)
    assert trials(clock) == {"warned": 1}
    clock.advance(days=1)
    assert trials(clock) == {"ended": 1}


def test_what_a_person_lifted_stays_so_where_the_trial_ended_again_while_nothing_ran(
    acme: Workspace, mailbox: Mailbox, clock: Clock
) -> None:
    clock.advance(days=7)
    trials(clock)
    put(acme, trial_ends_at=clock() + DAY)
    clock.advance(days=3)
    assert trials(clock) == {}, "it is held for its trial already"
    holds.lift(acme.public_id, hold_ids(), factories.command(clock()), OWNER)
    clock.advance(minutes=10)
    assert trials(clock) == {}
    assert not trial_operations.end(acme.public_id, Actor.job("trials", clock()))
    assert fresh(acme).status is TRIAL


def test_a_trial_that_is_given_more_time_is_let_in_unless_somebody_holds_it(
    acme: Workspace, mailbox: Mailbox, clock: Clock
) -> None:
    clock.advance(days=7)
    trials(clock)
    holds.suspend(acme.public_id, NewHold(), factories.command(clock()), OWNER)
    put(acme, trial_ends_at=clock() + 7 * DAY)
    assert trials(clock) == {"extended": 1}
    assert open_holds() == [(HoldKind.MANUAL, "")]
    holds.lift(acme.public_id, hold_ids(), factories.command(clock()), OWNER)
    assert (fresh(acme).status, open_holds()) == (TRIAL, [])
    check_platform()


def test_after_three_days_down_a_trial_that_ended_meanwhile_is_held_without_a_warning(
    acme: Workspace, mailbox: Mailbox, clock: Clock
) -> None:
    clock.advance(days=10)
    assert trials(clock) == {"ended": 1}
    assert mailbox.subjects == ["The trial of Acme Logistics has ended"]


def test_who_pays_has_no_trial_that_ends(acme: Workspace, clock: Clock) -> None:
    holds.activate(acme.public_id, factories.command())
    clock.advance(days=30)
    assert trials(clock) == {}


# ---------------------------------------------------------------- overrides


def test_an_override_whose_time_is_over_goes_with_a_word_to_everybody(acme: Workspace, clock: Clock) -> None:
    with scope.platform(), unit() as session:
        tenants.override(session, acme, Limit.USERS, 9, expires_at=NOW + DAY, reason="Launch")
        tenants.override(session, acme, Limit.NUMBERS, 2)
    assert overrides(clock) == {}
    clock.advance(days=1)
    assert [overrides(clock), overrides(clock)] == [{"workspaces": 1}, {}]
    with scope.platform():
        assert list(db.session.scalars(select(LimitOverride.name))) == [Limit.NUMBERS]
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc()).limit(1)).one()
    assert (event.action, event.actor_kind) == ("workspace.override_expired", "job")
    assert event.payload
    assert event.payload["changes"] == {"value": [9, None]}
    assert changes() == ["workspace.limits_updated"]
    check_platform()


# ---------------------------------------------------------------- spend caps


@pytest.fixture
def paying(app: Flask) -> Workspace:
    """Pays 1.00 USD a message, in UTC, with a cap of 100.00 and an alert at 80 %."""
    with unit() as session:
        _, (acme,) = accounts.account(session, per_message=Decimal(1))
        acme.owner_id = tenants.person(session, "Olive").id
        acme.spend_cap = 10_000
    return acme


def sends(row: Workspace, messages: int, day: date = TODAY) -> None:
    with scope.platform(), unit() as session:
        usage.count(session, row.id, day, {"sent": messages})


def behaves(row: Workspace, how: SuspensionBehaviour) -> None:
    with unit() as session:
        session.execute(update(Workspace).where(Workspace.id == row.id).values(suspension_behaviour=how))


def test_an_alert_comes_once_a_month_to_the_owner_and_to_where_bills_go(
    paying: Workspace, mailbox: Mailbox, clock: Clock
) -> None:
    sends(paying, 79)
    assert spend_caps(clock) == {}
    sends(paying, 1)
    assert [spend_caps(clock), spend_caps(clock)] == [{"alerted": 1}, {}]
    assert {mail.recipient for mail in mailbox.messages} == {"olive@example.test", "accounts@acme.example"}
    assert "USD 80.00" in (mailbox.messages[0].body or "")
    clock.at(datetime(2026, 12, 1, tzinfo=UTC))
    sends(paying, 85, date(2026, 12, 1))
    assert spend_caps(clock) == {"alerted": 1}


def test_a_cap_that_suspends_holds_until_the_next_month(paying: Workspace, mailbox: Mailbox, clock: Clock) -> None:
    behaves(paying, SuspensionBehaviour.SUSPEND)
    sends(paying, 100)
    assert [spend_caps(clock), spend_caps(clock)] == [{"reached": 1}, {}]
    assert fresh(paying).status is SUSPENDED
    assert open_holds() == [(HoldKind.SPEND_CAP, "The spend cap of USD 100.00 for November 2026 was reached.")]
    assert set(mailbox.subjects) == {"Acme has reached its spend cap"}, "which says more than that it is near"
    clock.at(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    assert spend_caps(clock) == {}
    clock.at(datetime(2026, 12, 1, tzinfo=UTC))
    assert [spend_caps(clock), spend_caps(clock)] == [{"released": 1}, {}]
    assert (fresh(paying).status, open_holds()) == (ACTIVE, [])
    assert changes() == ["workspace.suspended", "workspace.limits_updated", "workspace.reactivated"] + [
        "workspace.limits_updated"
    ]


def test_a_raised_cap_lifts_it_and_what_a_person_lifts_stays_lifted(
    paying: Workspace, mailbox: Mailbox, clock: Clock
) -> None:
    behaves(paying, SuspensionBehaviour.SUSPEND)
    sends(paying, 100)
    spend_caps(clock)
    put(paying, spend_cap=20_000)
    assert spend_caps(clock) == {"released": 1}
    sends(paying, 100)
    assert spend_caps(clock) == {"reached": 1}
    holds.lift(paying.public_id, hold_ids(), factories.command(), OWNER)
    assert spend_caps(clock) == {}
    assert fresh(paying).status is ACTIVE


@pytest.mark.parametrize("how", [SuspensionBehaviour.BLOCK_OUTBOUND, SuspensionBehaviour.NOTIFY_ONLY])
def test_the_other_behaviours_leave_the_status(
    paying: Workspace, mailbox: Mailbox, clock: Clock, how: SuspensionBehaviour
) -> None:
    behaves(paying, how)
    sends(paying, 130)
    assert [spend_caps(clock), spend_caps(clock)] == [{"reached": 1}, {}]
    assert (fresh(paying).status, open_holds(), len(mailbox.messages)) == (ACTIVE, [], 2)


# ---------------------------------------------------------------- onboarding


def test_a_welcome_and_three_days_later_first_steps_each_once(app: Flask, mailbox: Mailbox, clock: Clock) -> None:
    factories.plan()
    factories.workspace()
    assert [onboarding(clock), onboarding(clock)] == [{"welcomed": 1}, {}]
    clock.advance(days=3, seconds=-1)
    assert onboarding(clock) == {}
    clock.advance(seconds=1)
    assert [onboarding(clock), onboarding(clock)] == [{"first_steps": 1}, {}]
    assert mailbox.subjects == ["Welcome to Acme Logistics", "First steps in Acme Logistics"]


def test_who_is_skipped_old_or_not_there_yet_is_not_welcomed(app: Flask, mailbox: Mailbox, clock: Clock) -> None:
    factories.plan()
    skipped = factories.workspace("Skipped", skip_onboarding_email=True)
    assert not onboarding_operations.welcome(skipped.public_id, BY), "whoever found it due before that was set"
    old = factories.workspace("Old")
    put(old, created_at=NOW - 31 * DAY)
    factories.workspace("Awaited", owner=factories.user("dana@example.test", password=None))
    assert onboarding(clock) == {}


# ---------------------------------------------------------------- the rest


def test_health_follows_from_time_alone(acme: Workspace, clock: Clock) -> None:
    assert usage_rollup(clock) == {"changed": 0}
    clock.advance(days=15)
    assert [usage_rollup(clock), usage_rollup(clock)] == [{"changed": 1}, {"changed": 0}]
    check_platform()


def test_a_checkpoint_knows_where_the_log_ended(app: Flask, acme: Workspace, clock: Clock) -> None:
    holds.activate(acme.public_id, factories.command())
    events = db.session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    assert [audit_checkpoint(clock), audit_checkpoint(clock)] == [{"events": events}, {"events": 0}]
    with unit() as session:  # the last event is cut off, and the head mended
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc()).limit(1)).one()
        session.execute(update(AuditHead).values(sequence=last.sequence - 1, hash=last.previous_hash))
        session.delete(last)
    verdict = verify()
    assert (verdict.sequence, "checkpoint of 2026-11-21 11:00 UTC" in (verdict.fault or "")) == (events, True)
    with pytest.raises(Conflict, match="does not hold"):
        audit_checkpoint(clock)


def test_what_nobody_asks_for_any_more_goes(app: Flask, clock: Clock) -> None:
    alice = factories.staff()
    session_row = {"seen_at": NOW, "reauthenticated_at": NOW, "created_at": NOW}
    run = {"job": "trials", "lease_until": NOW, "started_at": NOW}
    with unit() as session:
        for days in (31, 29):
            digest = f"{days}" * 32
            session.add(LoginSession(token_digest=digest, user_id=alice.id, expires_at=NOW - days * DAY, **session_row))
        for days in (91, 89):
            task = {"title": "t", "options": {}, "created_at": NOW, "finished_at": NOW - days * DAY}
            session.add(Task(kind=TaskKind.BULK, state=TaskState.DONE, **task))
        for days, state, items in (
            (3, JobState.DONE, 0),
            (3, JobState.DONE, 1),
            (3, JobState.FAILED, 0),
            (1, JobState.DONE, 0),
            (99, JobState.FAILED, 2),
            (99, JobState.RUNNING, 0),
        ):
            slot = NOW - days * DAY + timedelta(seconds=session.query(JobRun).count())
            session.add(JobRun(slot=slot, state=state, items=items, counts={}, **run))
            session.flush()
    swept = housekeeping(clock)
    assert {name: count for name, count in swept.items() if count} == {"sessions": 1, "tasks": 1, "runs": 2}
    assert not any(housekeeping(clock).values())
    assert db.session.scalar(select(func.count()).select_from(JobRun)) == 4
