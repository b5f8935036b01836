"""Setting up the platform: the free plan, and the platform's own currency and time zone."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import AuditEvent, Plan, PlanLimit
from portal.operations import platform
from portal.queries import principals
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Refused
from portal.rules.limits import Limit
from tests import factories


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)))


def test_the_free_plan_stands_with_a_figure_for_every_limit_and_only_once(app: Flask, now: datetime) -> None:
    by = Actor.command("init", now)
    platform.initialise(by)
    platform.initialise(by)
    assert db.session.scalars(select(Plan.is_free)).all() == [True]
    assert set(db.session.scalars(select(PlanLimit.name))) == set(Limit)
    assert actions() == ["platform.initialised"]


def test_a_free_plan_that_is_there_stays_as_it_is(app: Flask, now: datetime) -> None:
    factories.plan(name="Gratis", is_free=True)
    platform.initialise(Actor.command("init", now))
    assert db.session.scalars(select(Plan.name)).all() == ["Gratis"]
    assert db.session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.action == "platform.initialised")) == 0


def test_currency_and_time_zone_become_the_platforms_and_what_new_workspaces_start_with(
    app: Flask, now: datetime
) -> None:
    platform.initialise(Actor.command("init", now), currency="usd", timezone="America/New_York")
    found = principals.platform()
    assert (found.reporting_currency, found.default_currency) == ("USD", "USD")
    assert (found.timezone, found.default_timezone) == ("America/New_York", "America/New_York")
    assert actions() == ["platform.initialised", "platform.settings_changed"]


@pytest.mark.parametrize("given", [{"currency": "QQQ"}, {"timezone": "Mars/Olympus"}])
def test_what_does_not_exist_is_refused_and_nothing_is_done(app: Flask, now: datetime, given: dict[str, str]) -> None:
    with pytest.raises(Refused):
        platform.initialise(Actor.command("init", now), **given)
    assert db.session.scalars(select(Plan.id)).all() == []


def test_the_currency_stays_once_workspaces_are_counted_in_it(app: Flask, now: datetime) -> None:
    factories.workspace()
    with pytest.raises(Conflict, match="INR"):
        platform.initialise(Actor.command("init", now), currency="USD")
