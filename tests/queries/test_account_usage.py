"""Contacts are pooled over the workspaces of an account, each counting once in its workspace and month."""

from datetime import UTC, date, datetime
from decimal import Decimal

from flask import Flask
from sqlalchemy.orm import Session

from portal.models import Organization, Workspace
from portal.operations import usage
from portal.operations.unit import unit
from portal.queries.account_usage import account_usage
from portal.rules.lifecycle import Stage
from tests.support import tenants
from tests.support.clocks import NOW

MONTH = date(2026, 11, 1)


def group(session: Session) -> tuple[Organization, Workspace, Workspace]:
    """A multi organization of a primary and one child."""
    plan = tenants.plan(session, "Group", multi_workspace=True, included_contacts=1000)
    own = tenants.plan(session, "Small", included_contacts=2)
    of = tenants.organization(session, "Acme Group")
    primary = tenants.workspace(session, of, "Acme", plan)
    child = tenants.workspace(session, of, "Beta", own, is_primary=False)
    return of, primary, child


def test_a_contact_counts_once_in_its_workspace_and_twice_in_two(app: Flask) -> None:
    with unit() as session:
        of, primary, child = group(session)
        usage.count(session, primary.id, date(2026, 11, 2), {"sent": 3}, ["a", "b", "a"])
        usage.count(session, primary.id, date(2026, 11, 9), {"sent": 2, "minutes": 7}, ["b", "c"])
        usage.count(session, child.id, date(2026, 11, 3), {"sent": 4}, ["a", "b", "c", "d"])
        usage.count(session, child.id, date(2026, 10, 30), {"sent": 9}, ["e"])
        key = of.id
    found = account_usage(key, NOW)
    assert (found.month, found.contacts, found.pooled) == (MONTH, 7, 7)
    assert (found.messages, found.minutes) == (9, 7)
    assert [(each.name, each.contacts, each.included) for each in found.shares] == [("Beta", 4, 2), ("Acme", 3, 0)]
    assert (found.included, found.billed) == (2, 5), "the primary of a multi organization has none free"
    course = dict(found.course)
    assert [course[date(2026, 11, day)] for day in (1, 2, 3, 9, 21)] == [0, 2, 6, 7, 7]
    assert account_usage(key, NOW, date(2026, 10, 1)).contacts == 1


def test_contacts_before_the_activation_are_shown_and_not_billed(app: Flask) -> None:
    with unit() as session:
        of, primary, child = group(session)
        child.activated_on = date(2026, 11, 10)
        primary.activated_on, primary.stage = None, Stage.TRIAL
        usage.count(session, child.id, date(2026, 11, 3), {"sent": 3}, ["a", "b", "c"])
        usage.count(session, child.id, date(2026, 11, 12), {"sent": 3}, ["b", "d", "e", "f"])
        usage.count(session, primary.id, date(2026, 11, 12), {"sent": 1}, ["z"])
        key = of.id
    found = account_usage(key, NOW)
    assert found.contacts == 7
    assert (found.pooled, found.billed) == (4, 2), "a was written to on trial alone; z belongs to nobody who pays"


def test_contacts_on_credit_leave_the_pool_with_what_is_included(app: Flask) -> None:
    with unit() as session:
        of, primary, child = group(session)
        child.bill_to_platform_credit = True
        usage.count(session, child.id, date(2026, 11, 3), {"sent": 3}, ["a", "b", "c"])
        usage.count(session, primary.id, date(2026, 11, 3), {"sent": 1}, ["z"])
        key = of.id
    found = account_usage(key, NOW)
    assert (found.contacts, found.pooled, found.included, found.billed) == (4, 1, 0, 1)


def test_the_forecast_goes_on_as_the_month_did(app: Flask) -> None:
    with unit() as session:
        of, primary, _ = group(session)
        primary.timezone = "UTC"
        usage.count(session, primary.id, date(2026, 11, 3), {"sent": 10}, [str(n) for n in range(10)])
        key = of.id
    at = datetime(2026, 11, 11, tzinfo=UTC)
    found = account_usage(key, at)
    assert found.forecast == 30, "10 in 10 of 30 days"
    assert account_usage(key, datetime(2026, 12, 5, tzinfo=UTC), MONTH).forecast == 10
    assert found.next_tier == (100_000, Decimal(25)) and found.discount == 0
