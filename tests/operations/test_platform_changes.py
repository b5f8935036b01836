"""The platform's settings are changed with all that follows: MRR by other rates, health by other thresholds."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import AuditEvent, PlatformSettings, Task, Workspace, scope
from portal.operations import plans, platform, platform_changes, platform_previews, task_workers
from portal.operations.platform_changes import Saved, StaleSettings, defaults_version, settings_version
from portal.operations.settlements import AT_ONCE
from portal.operations.unit import unit
from portal.queries import principals
from portal.rules.errors import Invalid
from portal.rules.health import Level, Thresholds
from tests import factories
from tests.support.creation import BY, NOW, actions, check_platform, count, one
from tests.support.lists import Given, fill


@pytest.fixture(autouse=True)
def initialised(app: Flask) -> None:
    platform.initialise(BY)


def save(**wanted: Any) -> Saved:
    return platform_changes.change_settings(wanted, BY)


def start_with(**wanted: Any) -> Saved:
    return platform_changes.change_defaults(wanted, BY)


def refusals(act: Any, **wanted: Any) -> dict[str, str]:
    before = principals.platform()
    with pytest.raises(Invalid) as caught:
        act(**wanted)
    db.session.rollback()
    assert principals.platform() == before
    return caught.value.errors


def last() -> tuple[str, dict[str, Any]]:
    db.session.rollback()
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert event
    return event.action, dict(event.payload["changes"])


def kuwaiti() -> Workspace:
    plan = plans.create({"name": "Growth", "price_monthly_KWD": "30"}, BY)
    return factories.workspace("Acme", plan=plan, status="active", currency="KWD")


def test_a_rate_brings_a_currency_into_the_total_and_its_end_takes_it_out() -> None:
    acme = kuwaiti()
    assert one(Workspace, id=acme.id).mrr_reporting is None
    save(rate_KWD="271.50")
    assert one(Workspace, id=acme.id).mrr_reporting == 814_500
    assert last() == ("platform.settings_changed", {"exchange_rates": ["KWD not set", "KWD 271.50"]})
    assert principals.platform().exchange_rates_on == "2026-11-21"
    check_platform()
    save(rate_KWD="")
    assert one(Workspace, id=acme.id).mrr_reporting is None and principals.platform().exchange_rates == {}
    check_platform()


def test_health_follows_from_other_thresholds(now: datetime) -> None:
    acme = factories.workspace("Acme", status="active")
    with unit() as session:
        session.get_one(Workspace, acme.id).last_seen_at = now - timedelta(days=5)
    save(threshold_seen_watch_days="4")
    assert one(Workspace, id=acme.id).health is Level.WATCH
    save(threshold_seen_watch_days="3", threshold_seen_risk_days="5")
    assert one(Workspace, id=acme.id).health is Level.RISK
    assert last()[1] == {"thresholds": ["seen risk days 30, seen watch days 4", "seen risk days 5, seen watch days 3"]}
    check_platform()


def test_what_would_be_is_counted_first_and_nothing_is_done(now: datetime) -> None:
    fill(Given(f"W{number}", last_seen_at=now - timedelta(days=number), created_at=now) for number in range(12))
    before = principals.platform()
    version = settings_version(before)
    wanted = {"threshold_seen_watch_days": "6", "threshold_seen_risk_days": "10"}
    with scope.platform():
        found = platform_previews.preview(wanted, now, version)
    assert found.moves and found.moves.exact and found.matters
    assert dict(found.moves.found) == {(Level.GOOD, Level.WATCH): 4, (Level.GOOD, Level.RISK): 2}
    assert (found.moves.changed, found.moves.total) == (6, 12)
    assert principals.platform() == before


def test_of_many_some_are_looked_at_and_stand_for_the_rest(now: datetime) -> None:
    moves = platform_previews.Moves(2_000, 100_000, {(Level.GOOD, Level.WATCH): 10, (Level.RISK, Level.WATCH): 3})
    assert not moves.exact and moves.changed == 650 and moves.likely(3) == 150


def test_what_rates_would_do_to_mrr(now: datetime) -> None:
    kuwaiti()
    save(rate_USD="83")
    version = settings_version(principals.platform())
    with scope.platform():
        found = platform_previews.preview({"rate_KWD": "271.5", "rate_USD": "90"}, now, version)
    assert found.converted == (platform_previews.Converted("KWD", 1, 30_000, None, 814_500),)
    assert found.moves is None


def test_many_follow_by_a_task(now: datetime) -> None:
    fill(Given(f"W{number:03}", last_seen_at=now - timedelta(days=9), created_at=now) for number in range(AT_ONCE + 1))
    saved = save(threshold_seen_watch_days="8")
    assert saved.begun.task and count(Task) == 1
    task_workers.work(saved.begun.task, lambda: now)
    db.session.rollback()
    assert set(db.session.scalars(select(Workspace.health))) == {Level.WATCH}


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("brand", "x" * 201, "200 characters"),
        ("brand", "a\0b", "control character"),
        ("timezone", "Mars/Olympus", "no time zone"),
        ("rate_USD", "0", "what one unit is worth"),
        ("rate_USD", "-1", "what one unit is worth"),
        ("rate_USD", "1e9", "what one unit is worth"),
        ("rate_XQX", "1", "no currency"),
        ("threshold_seen_watch_days", "", "whole number"),
        ("threshold_seen_watch_days", "-1", "whole number"),
        ("threshold_seen_risk_days", "14", "more than 14"),
        ("threshold_delivery_watch_below", "70", "more than 75"),
        ("threshold_usage_risk_drop", "101", "from 1 to 100"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(field: str, typed: str, words: str) -> None:
    found = refusals(save, **{field: typed})
    assert set(found) == {field} and words in found[field]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("default_timezone", "", "no time zone"),
        ("default_currency", "XQX", "no currency"),
        ("default_cnam", "Åcme", "without accents"),
        ("default_cnam", "x" * 16, "at most 15"),
        ("default_suspension_behaviour", "explode", "choose one of"),
        ("trial_days", "0", "from 1 to 365"),
        ("trial_days", "", "from 1 to 365"),
        ("default_plan", "pln_nothing", "no such plan"),
    ],
)
def test_defaults_that_cannot_be_are_refused_at_their_field(field: str, typed: str, words: str) -> None:
    found = refusals(start_with, **{field: typed})
    assert set(found) == {field} and words in found[field]


def test_a_default_plan_has_a_price_that_new_workspaces_can_pay() -> None:
    plan = plans.create({"name": "Growth", "price_monthly_USD": "30"}, BY)
    assert "no monthly price in INR" in refusals(start_with, default_plan=plan)["default_plan"]
    start_with(default_plan=plan, default_currency="USD")
    with pytest.raises(Invalid) as caught:
        plans.change(plan, {"price_monthly_USD": ""}, BY)
    assert "Defaults" in caught.value.errors["price_monthly_USD"]
    with pytest.raises(Exception, match="Defaults"):
        plans.archive(plan, BY)


def test_new_workspaces_start_with_them_and_old_ones_keep_theirs() -> None:
    old = factories.workspace("Old")
    start_with(
        default_timezone="Europe/Paris",
        default_currency="EUR",
        default_cnam="ACME",
        default_suspension_behaviour="suspend",
        trial_days="30",
    )
    action, changes = last()
    assert (action, changes["trial_days"]) == ("platform.defaults_changed", [7, 30])
    new = factories.workspace("New", owner=factories.user("nina@example.test"))
    assert (new.timezone, new.currency, new.cnam, new.suspension_behaviour.value) == (
        *("Europe/Paris", "EUR", "ACME"),
        "suspend",
    )
    assert new.trial_ends_at == NOW + timedelta(days=30)
    kept = one(Workspace, id=old.id)
    assert (kept.timezone, kept.currency, kept.cnam) == ("Asia/Kolkata", "INR", "")


def test_two_people_at_once_and_another_page_is_nobodys_business() -> None:
    seen = settings_version(principals.platform())
    started = defaults_version(principals.platform())
    save(brand="Acme Voice")
    with pytest.raises(StaleSettings) as caught:
        platform_changes.change_settings({"brand": "Beta"}, BY, version=seen)
    assert caught.value.theirs.brand == "Acme Voice"
    platform_changes.change_defaults({"trial_days": "9"}, BY, version=started)
    platform_changes.change_settings({"brand": "Beta"}, BY, version=settings_version(caught.value.theirs))
    assert (principals.platform().brand, principals.platform().trial_days) == ("Beta", 9)
    assert one(PlatformSettings).version == 3


def test_what_is_so_already_is_no_change() -> None:
    assert save(threshold_seen_watch_days=str(Thresholds().seen_watch_days), brand="").changed == ()
    assert "platform.settings_changed" not in actions() and count(PlatformSettings) == 0
