"""What ends an access session, and whom nobody enters as."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.rules.access import AccessMode, StaffRole, permissions_of
from portal.rules.access_sessions import (
    DOORS,
    LASTS,
    AccessKind,
    Ending,
    OwnerAccount,
    check_mode,
    check_owner,
    ending,
    minutes_left,
)
from portal.rules.errors import Refused
from portal.rules.lifecycle import Status

START = datetime(2026, 11, 21, 11, tzinfo=UTC)
UNTIL = START + LASTS
IMPERSONATE, MANAGE = AccessKind
GOOD = {"is_staff": False, "is_oneself": False, "is_suspended": False, "has_password": True}


@pytest.mark.parametrize(
    ("kind", "now", "role", "has_workspace", "owner_stands", "expected"),
    [
        (IMPERSONATE, START, StaffRole.OWNER, True, True, None),
        (IMPERSONATE, START, StaffRole.SUPPORT, True, True, None),
        (MANAGE, UNTIL - timedelta(microseconds=1), StaffRole.SUPPORT, True, False, None),
        (MANAGE, UNTIL, StaffRole.SUPPORT, True, True, Ending.EXPIRED),
        (IMPERSONATE, START, StaffRole.SUPPORT, True, False, Ending.OWNER_CHANGED),
        (IMPERSONATE, START, StaffRole.FINANCE, True, True, Ending.ROLE_LOST),
        (MANAGE, START, StaffRole.AUDITOR, True, True, Ending.ROLE_LOST),
        (MANAGE, START, None, True, True, Ending.ROLE_LOST),
        (MANAGE, START, StaffRole.OWNER, False, True, Ending.WORKSPACE_GONE),
        (MANAGE, UNTIL, None, False, False, Ending.WORKSPACE_GONE),
    ],
)
def test_it_holds_until_something_ends_it(
    kind: AccessKind,
    now: datetime,
    role: StaffRole | None,
    has_workspace: bool,
    owner_stands: bool,
    expected: Ending | None,
) -> None:
    found = ending(kind, UNTIL, now, role=role, has_workspace=has_workspace, owner_stands=owner_stands)
    assert found is expected


def test_it_lasts_an_hour_and_a_begun_minute_counts() -> None:
    assert timedelta(minutes=60) == LASTS
    assert minutes_left(UNTIL, START) == 60
    assert minutes_left(UNTIL, START + timedelta(seconds=1)) == 60
    assert minutes_left(UNTIL, START + timedelta(seconds=60)) == 59
    assert minutes_left(UNTIL, UNTIL - timedelta(microseconds=1)) == 1
    assert minutes_left(UNTIL, UNTIL) == minutes_left(UNTIL, UNTIL + timedelta(days=1)) == 0


def test_owner_and_support_have_both_doors_and_nobody_else() -> None:
    for kind in AccessKind:
        assert {role for role in StaffRole if DOORS[kind] in permissions_of(role)} == {
            StaffRole.OWNER,
            StaffRole.SUPPORT,
        }


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"is_staff": True}, "never impersonated"),
        ({"is_oneself": True}, "You own this workspace"),
        ({"is_suspended": True}, "is suspended"),
        ({"has_password": False}, "never logged in"),
    ],
)
def test_some_owners_are_never_impersonated(fault: dict[str, bool], why: str) -> None:
    check_owner(OwnerAccount("Olive", **GOOD))
    with pytest.raises(Refused, match=why):
        check_owner(OwnerAccount("Olive", **(GOOD | fault)))


def test_without_an_owner_there_is_nobody_to_be() -> None:
    with pytest.raises(Refused, match="no owner"):
        check_owner(None)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("mode", AccessMode)
def test_a_closed_workspace_is_only_looked_at(status: Status, mode: AccessMode) -> None:
    if (status, mode) == (Status.CANCELLED, AccessMode.ACT):
        with pytest.raises(Refused) as refused:
            check_mode(mode, status)
        assert refused.value.field == "mode"
    else:
        check_mode(mode, status)
