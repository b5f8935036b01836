"""Holds, closing and restoring: each status follows, and what cannot be is refused with nothing half done."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Number, NumberState, Workspace
from portal.operations import closing, holds, limits
from portal.operations.holds import NewHold
from portal.operations.limits import Typed
from portal.operations.unit import unit
from portal.rules.access import STAFF, StaffRole
from portal.rules.errors import Conflict, Forbidden, Invalid, Refused
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.limits import Limit
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import BY, check_platform

OWNER, SUPPORT, FINANCE = (STAFF[role] for role in (StaffRole.OWNER, StaffRole.SUPPORT, StaffRole.FINANCE))


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """A workspace on trial, with one number."""
    factories.plan()
    made = factories.workspace()
    with unit() as session:
        session.add(Number(e164="+918047182200", country="IN", state="assigned", workspace_id=made.id, created_at=NOW))
        session.merge(made).number_count = 1
    return made


def status(of: Workspace) -> Status:
    db.session.rollback()
    return db.session.scalars(select(Workspace.status).where(Workspace.public_id == of.public_id)).one()


def test_a_hold_suspends_and_lifting_it_brings_back(acme: Workspace) -> None:
    holds.suspend(acme.public_id, NewHold(), BY, SUPPORT)
    assert status(acme) is Status.SUSPENDED
    with pytest.raises(Conflict):
        holds.suspend(acme.public_id, NewHold(), BY, SUPPORT)
    check_platform()


@pytest.mark.parametrize(
    ("kind", "whole", "permissions"),
    [(HoldKind.ABUSE, False, SUPPORT), (HoldKind.MANUAL, False, FINANCE), (HoldKind.PAST_DUE, True, SUPPORT)],
)
def test_nobody_opens_what_the_role_does_not(
    acme: Workspace, kind: HoldKind, whole: bool, permissions: frozenset
) -> None:
    with pytest.raises(Forbidden):
        holds.suspend(acme.public_id, NewHold(kind, whole), BY, permissions)
    assert status(acme) is Status.TRIAL


def test_the_name_is_checked_and_the_number_comes_back(acme: Workspace) -> None:
    with pytest.raises(Refused):
        closing.close(acme.public_id, "Acme", BY)
    assert status(acme) is Status.TRIAL
    assert closing.close(acme.public_id, "Acme Logistics", BY).numbers == 1
    assert status(acme) is Status.CANCELLED
    assert db.session.scalars(select(Number.state)).one() is NumberState.AVAILABLE
    check_platform()
    assert closing.restore(acme.public_id, BY).returned == ("+918047182200",)
    assert status(acme) is Status.TRIAL
    check_platform()


def test_activating_begins_the_first_cycle(acme: Workspace) -> None:
    holds.activate(acme.public_id, BY)
    assert status(acme) is Status.ACTIVE
    with pytest.raises(Conflict):
        holds.activate(acme.public_id, BY)


def test_limits_are_refused_at_their_fields(acme: Workspace) -> None:
    typed = {Limit.NUMBERS: Typed("-2"), Limit.USERS: Typed("5", "2020-01-01")}
    with pytest.raises(Invalid) as refused:
        limits.override(acme.public_id, typed, "", BY)
    assert set(refused.value.errors) == {"override_numbers", "expires_users"}
    assert limits.override(acme.public_id, {Limit.NUMBERS: Typed("0")}, "", BY) == (Limit.NUMBERS,)
    check_platform()
