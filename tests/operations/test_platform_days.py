"""The platform by the day: written down by the first change after it, as it stood before that change."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import DailyUsage, Measure, OrderState, PlatformDay, PlatformSum, scope
from portal.operations import health, holds, platform_days, workspaces
from portal.operations.unit import unit
from portal.queries.platform_days import Standing, history, standing
from portal.rules.access import STAFF, StaffRole
from portal.rules.actors import Actor
from tests import factories
from tests.support import tenants
from tests.support.clocks import NOW

TODAY = date(2026, 11, 21)
OWNER = STAFF[StaffRole.OWNER]


def made(name: str, at: datetime) -> str:
    """A workspace made then, on trial; its public id."""
    draft = workspaces.NewWorkspace(name=name, owner_mode="existing", owner="olive@example.test")
    return workspaces.create(draft, Actor.command("test", at)).workspace


def suspend(workspace: str, at: datetime) -> None:
    holds.suspend(workspace, holds.NewHold(), Actor.command("test", at), OWNER)


def written() -> dict[date, Standing]:
    columns = (getattr(PlatformDay, name) for name in Standing._fields)
    rows = db.session.execute(select(PlatformDay.day, *columns).order_by(PlatformDay.day))
    return {row[0]: Standing(*row[1:]) for row in rows}


@pytest.fixture
def free(app: Flask) -> None:
    """There is a plan, and somebody to own workspaces."""
    factories.plan()
    factories.user("olive@example.test")


def test_the_record_begins_on_the_day_before_the_first_change(app: Flask, free: None) -> None:
    made("Acme", NOW)
    assert written() == {TODAY - timedelta(days=1): Standing()}


def test_the_first_change_of_a_day_writes_down_the_days_before_it(app: Flask, free: None) -> None:
    acme = made("Acme", NOW)
    made("Beta", NOW + timedelta(hours=1))
    suspend(acme, NOW + timedelta(days=4))
    made("Gamma", NOW + timedelta(days=4, hours=2))
    both = Standing(trial=2, good=2)
    assert written() == {
        TODAY - timedelta(days=1): Standing(),
        **{TODAY + timedelta(days=n): both for n in range(4)},
    }
    assert standing() == Standing(trial=2, suspended=1, good=2)


def test_days_end_at_midnight_of_the_platforms_time_zone(app: Flask, free: None) -> None:
    midnight = datetime(2026, 11, 21, 18, 30, tzinfo=NOW.tzinfo)  # in Kolkata
    made("Acme", midnight - timedelta(seconds=1))
    assert max(written()) == TODAY - timedelta(days=1)
    made("Beta", midnight)
    assert written()[TODAY] == Standing(trial=1, good=1)


def test_what_was_undone_wrote_nothing_down(app: Flask, free: None) -> None:
    made("Acme", NOW)
    with pytest.raises(ZeroDivisionError), unit():
        made("Beta", NOW + timedelta(days=2))
        raise ZeroDivisionError
    assert max(written()) == TODAY - timedelta(days=1)


def test_health_by_the_hour_writes_days_down_too(app: Flask, free: None) -> None:
    made("Acme", NOW)
    later = NOW + timedelta(days=6)  # the trial ends tomorrow, and there is no order
    health.assess_all(later)
    assert written()[TODAY + timedelta(days=5)] == Standing(trial=1, good=1)
    assert standing() == Standing(trial=1, watch=1)


def test_a_clock_that_goes_back_changes_no_day(app: Flask, free: None) -> None:
    made("Acme", NOW)
    made("Beta", NOW + timedelta(days=3))
    before = written()
    made("Gamma", NOW + timedelta(days=1))
    assert written() == before


def test_days_since_the_last_change_are_as_it_stands_now_and_those_before_the_record_are_unknown(
    app: Flask, free: None
) -> None:
    made("Acme", NOW)
    now = Standing(trial=1, good=1)
    later = TODAY + timedelta(days=3)
    found = history(TODAY - timedelta(days=9), later, standing())
    expected = {TODAY - timedelta(days=1): Standing(), **{TODAY + timedelta(days=n): now for n in range(4)}}
    assert found == expected
    assert history(TODAY + timedelta(days=1), later, standing()) == {
        day: stood for day, stood in expected.items() if day > TODAY
    }
    assert history(TODAY, TODAY, now) == {TODAY: now}


# ---------------------------------------------------------------- sums


def sums() -> dict[tuple[str, date, str], int]:
    return {(row.measure, row.day, row.currency): row.amount for row in db.session.scalars(select(PlatformSum))}


def test_sums_that_are_added_to_are_those_that_are_counted_anew(app: Flask) -> None:
    with scope.platform(), unit() as session:
        acme = tenants.workspace(session, tenants.organization(session, "Acme Group"), "Acme")
        tenants.usage(session, acme, TODAY, sent=7)
        tenants.order(session, acme, 500, NOW)
        platform_days.add(session, {(Measure.SENT, TODAY, ""): 7, (Measure.INCOME, TODAY, "INR"): 500})
    with scope.platform(), unit() as session:
        tenants.usage(session, acme, TODAY - timedelta(days=1), sent=2)
        session.scalars(select(DailyUsage).where(DailyUsage.day == TODAY)).one().sent = 10
        platform_days.add(session, {(Measure.SENT, TODAY, ""): 3, (Measure.SENT, TODAY - timedelta(days=1), ""): 2})
        tenants.order(session, acme, 900, NOW, state=OrderState.REFUNDED)
    kept = sums()
    assert kept == {
        (Measure.SENT, TODAY, ""): 10,
        (Measure.SENT, TODAY - timedelta(days=1), ""): 2,
        (Measure.INCOME, TODAY, "INR"): 500,
    }
    with unit() as session:
        platform_days.recount(session)
    assert sums() == kept


def test_income_is_of_the_day_of_utc(app: Flask) -> None:
    with unit() as session:
        acme = tenants.workspace(session, tenants.organization(session, "Acme Group"), "Acme")
        for hour, minor in ((0, 1), (23, 2)):
            tenants.order(session, acme, minor, NOW.replace(hour=hour, minute=59))
        platform_days.recount(session)
    assert sums() == {(Measure.INCOME, TODAY, "INR"): 3}
