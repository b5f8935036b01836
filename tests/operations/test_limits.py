"""A workspace's own limits: what was typed holds at once and until its end, and what cannot be is said at its field."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from portal.base.db import db
from portal.models import AuditEvent, LimitOverride, Workspace, scope
from portal.operations import closing, limits
from portal.operations.limits import Typed
from portal.queries import audit, detail
from portal.rules.errors import Conflict, Invalid
from portal.rules.limits import Limit
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import BY, check_platform, count
from tests.support.family import family

LAST_DAY = "2026-12-31"  # in Asia/Kolkata, whose days end at 18:30 UTC
END = datetime(2026, 12, 31, 18, 30, tzinfo=UTC)


@pytest.fixture
def acme(app: Flask) -> Workspace:
    return family()


def effective(row: Workspace, limit: Limit, at: datetime = NOW) -> int:
    db.session.rollback()
    with scope.platform():
        return next(each for each in detail.detail(row.public_id, at).limits if each.limit is limit).effective.value


@pytest.mark.parametrize(("typed", "value"), [("0", 0), ("-1", -1), ("−1", -1), ("77", 77)])
def test_what_was_typed_holds_at_once(acme: Workspace, typed: str, value: int) -> None:
    assert limits.override(acme.public_id, {Limit.NUMBERS: Typed(typed)}, "Festival", BY) == (Limit.NUMBERS,)
    assert effective(acme, Limit.NUMBERS) == value
    check_platform()


def test_it_holds_until_the_end_of_its_last_day_in_the_workspaces_time_zone(acme: Workspace) -> None:
    before = effective(acme, Limit.NUMBERS)
    limits.override(acme.public_id, {Limit.NUMBERS: Typed("77", LAST_DAY)}, "", BY)
    assert effective(acme, Limit.NUMBERS, END.replace(minute=29)) == 77
    assert effective(acme, Limit.NUMBERS, END) == before != 77


def test_blank_takes_it_away(acme: Workspace) -> None:
    before = effective(acme, Limit.NUMBERS)
    limits.override(acme.public_id, {Limit.NUMBERS: Typed("77")}, "", BY)
    assert limits.override(acme.public_id, {Limit.NUMBERS: Typed("")}, "Over", BY) == (Limit.NUMBERS,)
    assert effective(acme, Limit.NUMBERS) == before
    assert not count(LimitOverride)


def test_those_that_were_not_named_and_those_that_are_the_same_stay(acme: Workspace) -> None:
    limits.override(acme.public_id, {Limit.NUMBERS: Typed("77", LAST_DAY), Limit.USERS: Typed("5")}, "", BY)
    events = count(AuditEvent)
    assert limits.override(acme.public_id, {Limit.NUMBERS: Typed("77", LAST_DAY)}, "Again", BY) == ()
    assert limits.override(acme.public_id, {Limit.NUMBERS: Typed("77", None)}, "Again", BY) == ()
    assert count(AuditEvent) == events
    assert effective(acme, Limit.USERS) == 5


def test_before_after_and_reason_stand_in_the_log(acme: Workspace) -> None:
    limits.override(acme.public_id, {Limit.NUMBERS: Typed("77")}, "Festival", BY)
    limits.override(acme.public_id, {Limit.NUMBERS: Typed("80", LAST_DAY)}, "Longer", BY)
    with scope.platform():
        event = audit.latest(acme.id, 1)[0]
    assert (event.action, event.reason) == ("workspace.limit_overridden", "Longer")
    assert event.changes["value"] == (77, 80)
    assert event.changes["expires_at"] == (None, END.isoformat())


@pytest.mark.parametrize(
    ("typed", "reason", "fields"),
    [
        (Typed("-2"), "", {"override_numbers"}),
        (Typed("many"), "", {"override_numbers"}),
        (Typed("9" * 30), "", {"override_numbers"}),
        (Typed("1,5"), "", {"override_numbers"}),
        (Typed("5", "2020-01-01"), "", {"expires_numbers"}),
        (Typed("5", "tomorrow"), "", {"expires_numbers"}),
        (Typed("5", "99999-01-01"), "", {"expires_numbers"}),
        (Typed("", LAST_DAY), "", {"override_numbers"}),
        (Typed("5"), "x" * 501, {"reason"}),
        (Typed("-2"), "x" * 501, {"override_numbers", "reason"}),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_done(
    acme: Workspace, typed: Typed, reason: str, fields: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        limits.override(acme.public_id, {Limit.USERS: Typed("5"), Limit.NUMBERS: typed}, reason, BY)
    assert set(refused.value.errors) == fields
    assert not count(LimitOverride)


def test_those_of_a_closed_workspace_stay(acme: Workspace) -> None:
    closing.close(acme.public_id, acme.name, BY)
    with pytest.raises(Conflict):
        limits.override(acme.public_id, {Limit.USERS: Typed("5")}, "", factories.command())
