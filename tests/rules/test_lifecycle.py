"""Status follows from stage, cancellation and holds; only legal moves; no purge too early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.rules.access import OrganizationRole, Permission, StaffRole, WorkspaceRole, permissions_of
from portal.rules.errors import Conflict
from portal.rules.lifecycle import (
    HOLDS,
    LIFTED_BY_ACTIVATION,
    MOVES,
    HoldKind,
    Move,
    Stage,
    Status,
    check_move,
    days_left,
    legal_moves,
    may_lift,
    may_open,
    purge_at,
    purge_due,
    status_of,
)

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stage", "cancelled", "holds", "status"),
    [
        ("trial", False, 0, "trial"),
        ("active", False, 0, "active"),
        ("trial", False, 1, "suspended"),
        ("active", False, 2, "suspended"),
        ("trial", True, 0, "cancelled"),
        ("active", True, 0, "cancelled"),
        ("active", True, 3, "cancelled"),
    ],
)
def test_cancelled_goes_before_holds_and_holds_before_the_stage(
    stage: str, cancelled: bool, holds: int, status: str
) -> None:
    assert status_of(Stage(stage), NOW if cancelled else None, holds) is Status(status)


LEGAL = {
    ("trial", "trial"): "activate suspend trash",
    ("active", "active"): "suspend trash",
    ("suspended", "trial"): "reactivate activate suspend trash",
    ("suspended", "active"): "reactivate suspend trash",
    ("cancelled", "trial"): "restore",
    ("cancelled", "active"): "restore",
}


@pytest.mark.parametrize(("case", "moves"), LEGAL.items())
def test_exactly_these_moves_are_legal(case: tuple[str, str], moves: str) -> None:
    status, stage = Status(case[0]), Stage(case[1])
    assert " ".join(legal_moves(status, stage)) == moves
    for move in Move:
        if move.value in moves.split():
            check_move(status, stage, move)
        else:
            with pytest.raises(Conflict, match=r"\w+ .*\."):
                check_move(status, stage, move)


def test_asking_for_the_moves_never_changes_the_table() -> None:
    legal_moves(Status.SUSPENDED, Stage.ACTIVE).clear()
    assert Move.ACTIVATE in MOVES[Status.SUSPENDED]


def who(moves_of: Status, move: Move) -> set[StaffRole]:
    return {role for role in StaffRole if MOVES[moves_of][move] in permissions_of(role)}


def test_each_move_belongs_to_the_staff_that_the_product_names() -> None:
    owner, support, finance = StaffRole.OWNER, StaffRole.SUPPORT, StaffRole.FINANCE
    assert who(Status.ACTIVE, Move.SUSPEND) == {owner, support}
    assert who(Status.SUSPENDED, Move.REACTIVATE) == {owner, support, finance}
    assert who(Status.TRIAL, Move.ACTIVATE) == {owner, finance}
    assert who(Status.TRIAL, Move.TRASH) == {owner}
    assert who(Status.CANCELLED, Move.RESTORE) == {owner}


@pytest.mark.parametrize(
    ("kind", "opens", "lifts", "of"),
    [
        ("manual", "owner support", "owner support", "organization workspace"),
        ("past_due", "owner finance", "owner finance", "organization"),
        ("spend_cap", "", "owner", "workspace"),
        ("trial_ended", "", "owner", "workspace"),
        ("abuse", "owner", "owner", "organization workspace"),
    ],
)
def test_each_hold_is_opened_and_lifted_by_whom_the_product_names(kind: str, opens: str, lifts: str, of: str) -> None:
    hold = HoldKind(kind)
    assert " ".join(role for role in StaffRole if may_open(hold, permissions_of(role))) == opens
    assert " ".join(role for role in StaffRole if may_lift(hold, permissions_of(role))) == lifts
    rule = HOLDS[hold]
    assert [name for name in ("organization", "workspace") if getattr(rule, name)] == of.split()


def test_no_customer_opens_or_lifts_a_hold() -> None:
    customers = [permissions_of(role) for role in (*OrganizationRole, *WorkspaceRole)]
    assert not any(may_open(kind, held) or may_lift(kind, held) for kind in HoldKind for held in customers)


def test_somebody_without_permissions_opens_no_job_s_hold() -> None:
    nobody: set[Permission] = set()
    assert not any(may_open(kind, nobody) or may_lift(kind, nobody) for kind in HoldKind)


def test_every_kind_of_hold_has_its_rule_and_activation_lifts_only_the_ended_trial() -> None:
    assert set(HOLDS) == set(HoldKind)
    assert {HoldKind.TRIAL_ENDED} == LIFTED_BY_ACTIVATION


NINETY = timedelta(hours=2160)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("passed", "due", "left"),
    [
        (timedelta(0), False, 90),
        (SECOND, False, 90),
        (timedelta(days=1), False, 89),
        (timedelta(days=89), False, 1),
        (NINETY - SECOND, False, 1),
        (NINETY, True, 0),
        (NINETY + timedelta(days=30), True, 0),
        (-timedelta(days=10), False, 90),  # the clock went back
    ],
)
def test_the_purge_is_due_after_ninety_times_twenty_four_hours(passed: timedelta, due: bool, left: int) -> None:
    assert purge_due(NOW, NOW + passed) is due
    assert days_left(NOW, NOW + passed) == left


def test_a_change_of_the_clocks_makes_the_ninety_days_no_shorter() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    cancelled = datetime(2026, 3, 1, 12, tzinfo=berlin)  # 29 March has 23 hours
    assert not purge_due(cancelled, datetime(2026, 5, 30, 12, 59, 59, tzinfo=berlin))
    assert purge_due(cancelled, datetime(2026, 5, 30, 13, tzinfo=berlin))
    assert purge_at(cancelled) == datetime(2026, 5, 30, 11, tzinfo=UTC)


def test_what_is_not_cancelled_is_never_purged() -> None:
    assert not purge_due(None, datetime(9999, 1, 1, tzinfo=UTC))
