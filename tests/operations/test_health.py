"""Health as it is stored: assessed for all at an instant, written where it changed, counted in the totals."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select

from portal.base.db import db
from portal.models import (
    AuditEvent,
    Broadcast,
    DailyUsage,
    Invoice,
    InvoiceState,
    LimitOverride,
    Order,
    OrderState,
    Workspace,
    scope,
)
from portal.operations import demo
from portal.operations.health import assess_all
from portal.operations.unit import unit
from portal.queries import doctor
from portal.queries.health import facts_of, plan_limits
from portal.rules.health import Code, Facts, Level
from portal.rules.lifecycle import Status
from portal.rules.limits import Limit
from tests.conftest import LoadExample
from tests.support import plans

TODAY = date(2026, 11, 21)  # in Kolkata, at 11:00 UTC


@pytest.fixture
def example(load_example: LoadExample) -> None:
    """A small example platform."""
    load_example(demo.Wanted(40, days=40))


@pytest.fixture
def bare(example: None) -> int:
    """Integer key of a workspace in Kolkata of which nothing was ever reported, nor billed, nor limited."""
    with unit() as session, scope.platform():
        for table, column in (
            (DailyUsage, DailyUsage.workspace_id),
            (LimitOverride, LimitOverride.workspace_id),
            (Broadcast, Broadcast.workspace_id),
            (Order, Order.workspace_id),
        ):
            session.execute(delete(table).where(column == 1))
        session.execute(delete(Invoice).where(Invoice.organization_id == 1))
    assert db.session.scalar(select(Workspace.timezone).where(Workspace.id == 1)) == "Asia/Kolkata"
    return 1


def facts(key: int, now: datetime) -> Facts:
    with scope.platform():
        return facts_of([key], now, plan_limits())[key]


def report(key: int, *days: tuple[int, int, int]) -> None:
    """Usage so many days before today: sent, delivered."""
    with unit() as session:
        for back, sent, delivered in days:
            day = TODAY - timedelta(days=back)
            session.add(DailyUsage(workspace_id=key, day=day, sent=sent, delivered=delivered, minutes=sent // 10))


def reassessed(now: datetime) -> int:
    changed = assess_all(now)
    assert doctor.totals().is_well
    return changed


# ---------------------------------------------------------------- the facts


def test_windows_begin_and_end_on_the_days_that_the_rules_say(bare: int, now: datetime) -> None:
    report(bare, (0, 1, 1), (1, 10, 10), (6, 100, 90), (7, 1000, 900), (8, 4000, 0), (35, 40_000, 0), (36, 10**6, 0))
    found = facts(bare, now)
    assert (found.sent_7_full_days, found.mean_weekly_sent_4w_before) == (1110, Decimal(11_000))
    assert (found.sent_7d, found.delivered_7d) == (111, 101)
    assert {use.limit: use.used for use in found.limits} == {
        Limit.MONTHLY_MESSAGES: 5111,
        Limit.MONTHLY_MINUTES: 511,
        Limit.BROADCASTS: 0,
    }


def test_today_is_that_of_the_workspace(bare: int, now: datetime) -> None:
    report(bare, (-1, 7, 7), (0, 1, 1))
    late = now.replace(hour=18, minute=29)
    assert facts(bare, late).sent_7d == 1
    assert facts(bare, late + timedelta(minutes=1)).sent_7d == 8, "half past six in the evening is midnight in Kolkata"


def test_an_override_counts_until_it_expires(bare: int, now: datetime) -> None:
    limit = LimitOverride(
        workspace_id=bare, name=Limit.MONTHLY_MESSAGES, value=7, expires_at=now + timedelta(hours=1), created_at=now
    )
    with unit() as session:
        session.add(limit)
    assert (facts(bare, now).limits[0].value, facts(bare, now + timedelta(hours=1)).limits[0].value) == (7, 500_000)


def test_broadcasts_are_those_made_this_month(bare: int, now: datetime) -> None:
    begun = datetime.fromisoformat("2026-10-31T18:30:00+00:00")
    with unit() as session:
        for at in (begun - timedelta(seconds=1), begun, now):
            session.add(Broadcast(workspace_id=bare, name="One", created_at=at))
    assert facts(bare, now).limits[1].used == 2


def order(key: int, state: OrderState, at: datetime) -> None:
    with unit() as session:
        paid = at if state is OrderState.PAID else None
        row = Order(
            organization_id=1, workspace_id=key, workspace_name="", description="", amount_minor=1, currency="INR"
        )
        row.state, row.created_at, row.paid_at = state, at, paid
        session.add(row)


def test_failed_charges_are_those_of_30_days(bare: int, now: datetime) -> None:
    for days in (0.0, 29.9, 30.0, 45.0):
        order(bare, OrderState.FAILED, now - timedelta(days=days))
    found = facts(bare, now)
    assert (found.failed_charges_30d, found.has_paid_or_pending_order) == (2, False)


def test_of_all_orders_only_those_of_the_workspace_are_read(bare: int, now: datetime) -> None:
    with plans.looked_up("customer_order", "workspace_id"):
        facts(bare, now)


@pytest.mark.parametrize("state", [OrderState.PAID, OrderState.PENDING])
def test_a_paid_or_pending_order_is_seen(bare: int, now: datetime, state: OrderState) -> None:
    order(bare, state, now - timedelta(days=400))
    assert facts(bare, now).has_paid_or_pending_order


@pytest.mark.parametrize(
    ("state", "days", "overdue"),
    [
        (InvoiceState.OPEN, 1, 1),
        (InvoiceState.OVERDUE, 15, 15),
        (InvoiceState.OPEN, 0, None),
        (InvoiceState.PAID, 20, None),
        (InvoiceState.VOID, 20, None),
    ],
)
def test_overdue_is_the_organizations_oldest_unpaid_invoice(
    bare: int, now: datetime, state: InvoiceState, days: int, overdue: int | None
) -> None:
    with unit() as session:
        for month, back in ((9, days), (10, days - 5)):
            row = Invoice(
                organization_id=1, number=f"T-{month}", month=date(2026, month, 1), currency="INR", total_minor=1
            )
            row.state, row.issued_at, row.due_on = state, now, TODAY - timedelta(days=back)
            session.add(row)
    assert facts(bare, now).oldest_overdue_days == overdue


# ---------------------------------------------------------------- the assessment


def test_a_second_assessment_at_the_same_instant_changes_nothing(example: None, now: datetime) -> None:
    assert reassessed(now) == 0


def test_time_passing_is_noticed(example: None, now: datetime) -> None:
    later = now + timedelta(days=31)
    assert reassessed(later) > 0
    found = db.session.get_one(Workspace, 1)
    assert (found.health, found.health_at) == (Level.RISK, later)
    assert Code.NOT_SEEN in {reason["code"] for reason in found.health_reasons}
    assert doctor_is_well()


def test_a_stamp_says_when_health_was_looked_at_though_nothing_changed(example: None, now: datetime) -> None:
    later = now + timedelta(seconds=5)
    changed = assess_all(later, stamp=True)
    rated = list(db.session.scalars(select(Workspace.health_at).where(Workspace.health.is_not(None))))
    assert changed < len(rated) and set(rated) == {later}
    unrated = select(Workspace.health_at).where(Workspace.health.is_(None))
    assert set(db.session.scalars(unrated)) == {None}
    assert doctor_is_well()


def doctor_is_well() -> bool:
    with scope.platform():
        return all(finding.is_well for finding in doctor.stored_columns(lambda step, done, total: None))


def test_only_what_changed_is_written(bare: int, now: datetime) -> None:
    report(bare, *((back, 500, 480) for back in range(36)))
    reassessed(now)
    with unit() as session, scope.platform():
        session.get_one(DailyUsage, (bare, TODAY)).delivered = 0
    assert reassessed(now) == 1


def test_the_suspended_and_the_closed_have_no_health(example: None, now: datetime) -> None:
    reassessed(now + timedelta(days=31))
    without = select(Workspace.status, Workspace.health_at, Workspace.health_reasons).where(Workspace.health.is_(None))
    rows = db.session.execute(without).all()
    assert rows and {row.status for row in rows} <= {Status.SUSPENDED, Status.CANCELLED}
    assert all(row.health_at is None and row.health_reasons == [] for row in rows)


def test_an_assessment_is_no_event(example: None, now: datetime) -> None:
    before = db.session.scalar(select(func.count()).select_from(AuditEvent))
    reassessed(now + timedelta(days=31))
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == before
