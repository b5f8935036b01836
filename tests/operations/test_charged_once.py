"""What a workspace began and used is charged once: by an order or by one invoice, whoever has the workspace then, in
whatever order it is paid, refunded, transferred and invoiced."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.jobs.invoices import begin_due, issue_due
from portal.models import (
    BilledMonth,
    DailyUsage,
    Invoice,
    InvoiceLine,
    Order,
    OrderState,
    Organization,
    Plan,
    SubscriptionCycle,
    Workspace,
    scope,
)
from portal.operations import transfers, usage
from portal.operations.invoicing import issue
from portal.operations.orders import NewOrder, record_order, refund, settle
from portal.operations.unit import unit
from portal.queries.invoices import draft
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Invalid
from portal.rules.invoice_lines import LineKind
from portal.rules.invoicing import due_months
from tests import factories
from tests.support import accounts, tenants
from tests.support.accounts import ISSUE, NOVEMBER, OCTOBER, at
from tests.support.mails import Mailbox

DECEMBER = date(2026, 12, 1)
JANUARY = datetime(2027, 1, 3, 1, tzinfo=UTC)


def by(now: datetime = ISSUE) -> Actor:
    return factories.command(now)


def acme() -> tuple[str, str]:
    """Public ids of an organization and its one workspace, of which October is billed."""
    with unit() as session:
        of, (row,) = accounts.account(session)
        key, workspace = of.public_id, row.public_id
    accounts.begin(at(10, 12))
    issue(key, OCTOBER, by(at(11, 3)))
    return key, workspace


def pay(workspace: str, now: datetime, amount: str = "25.00", **more: object) -> str:
    return record_order(workspace, NewOrder(amount, "Group, monthly", pays_cycle=True, **more), by(now))  # type: ignore[arg-type]


def subscriptions(invoice: str | None) -> list[str]:
    db.session.rollback()
    rows = select(InvoiceLine.detail).join(Invoice, Invoice.id == InvoiceLine.invoice_id)
    of = rows.where(Invoice.public_id == invoice, InvoiceLine.kind == LineKind.SUBSCRIPTION)
    return list(db.session.scalars(of.order_by(InvoiceLine.position)))


def test_a_cycle_whose_order_is_refunded_after_its_month_was_billed_is_billed_late_and_once(
    app: Flask, mailbox: Mailbox
) -> None:
    key, workspace = acme()
    order = pay(workspace, at(11, 13))
    assert issue(key, NOVEMBER, by()) is None, "the order paid the cycle of 12 November"
    refund(order, "Twice", by(at(12, 5)))
    here = db.session.scalars(select(Organization.id)).one()
    assert draft(here, at(12, 6)).sheet.total == 2500, "it is in the draft, before the cycle of December begins"
    late, own = "Late: Group, monthly: 2026-11-12 to 2026-12-11", "Group, monthly: 2026-12-12 to 2027-01-11"
    assert subscriptions(issue(key, DECEMBER, by(JANUARY))) == [late, own]
    after = issue(key, date(2027, 1, 1), by(JANUARY + timedelta(days=31)))
    assert subscriptions(after) == ["Group, monthly: 2027-01-12 to 2027-02-11"]


def test_a_cycle_refunded_before_its_month_is_billed_is_billed_with_it(app: Flask, mailbox: Mailbox) -> None:
    key, workspace = acme()
    refund(pay(workspace, at(11, 13)), "Twice", by(at(11, 20)))
    assert subscriptions(issue(key, NOVEMBER, by())) == ["Group, monthly: 2026-11-12 to 2026-12-11"]
    assert subscriptions(issue(key, DECEMBER, by(JANUARY))) == ["Group, monthly: 2026-12-12 to 2027-01-11"]


def test_a_refunded_cycle_may_be_paid_again_instead_of_being_billed_late(app: Flask, mailbox: Mailbox) -> None:
    key, workspace = acme()
    order = pay(workspace, at(11, 13))
    issue(key, NOVEMBER, by())
    refund(order, "Wrong card", by(at(12, 5)))
    pay(workspace, at(12, 6))
    assert subscriptions(issue(key, DECEMBER, by(JANUARY))) == ["Group, monthly: 2026-12-12 to 2027-01-11"]


def test_less_than_a_cycle_costs_does_not_pay_it(app: Flask, mailbox: Mailbox) -> None:
    key, workspace = acme()
    with pytest.raises(Invalid, match=r"25\.00"):
        pay(workspace, at(11, 4), "24.99")  # the next one, which has not begun
    with pytest.raises(Invalid, match=r"25\.00"):
        pay(workspace, at(11, 13), "24.99")
    pending = pay(workspace, at(11, 13), "25.00", state=OrderState.PENDING)
    with unit() as session, scope.platform():
        session.scalars(
            select(SubscriptionCycle).order_by(SubscriptionCycle.id.desc()).limit(1)
        ).one().amount_minor = 2501
    settle(pending, OrderState.PAID, by(at(11, 20)))
    assert accounts.lines(issue(key, NOVEMBER, by()) or "") == [("Acme", "subscription", 2501)]
    # What was paid waits for a cycle that it covers: that of 12 December.
    assert issue(key, DECEMBER, by(JANUARY)) is None


def test_of_an_account_that_was_never_billed_an_order_pays_no_cycle_that_nobody_will_bill(
    app: Flask, mailbox: Mailbox
) -> None:
    with unit() as session:
        of, (row,) = accounts.account(session, since=date(2026, 3, 12))
        key, workspace = of.public_id, row.public_id
    pay(workspace, at(11, 20))  # cycles since 12 September are kept, and the first month to be billed is October
    assert issue_due(at(11, 20, 10)) == {"nothing": 1}, "October's is paid"
    assert accounts.lines(issue(key, NOVEMBER, by()) or "") == [("Acme", "subscription", 2500)]


# ---------------------------------------------------------------- transfers


def two() -> tuple[str, str, str]:
    """Two organizations; Beta, of the first, may go to the second: public ids of them and of Beta."""
    with unit() as session:
        old, (_, beta) = accounts.account(session, "Beta", per_message=Decimal("0.10"), per_number=Decimal(2))
        new = tenants.organization(session, "Newcomer", "USD", rate_card_id=old.rate_card_id)
        ids = old.public_id, new.public_id, beta.public_id
        there = tenants.workspace(session, new, "There", group(), timezone="UTC", activated_on=date(2026, 9, 12))
        tenants.settled(session, there)
        beta.number_count = 1
        usage.count(session, beta.id, date(2026, 11, 20), {"sent": 50}, ["a"])
    return ids


def group() -> Plan:
    return db.session.scalars(select(Plan).where(Plan.name == "Group")).one()


@pytest.mark.parametrize("first", ["old", "new", "neither", "both"])
def test_the_month_of_a_workspace_that_goes_is_billed_to_whoever_had_it(
    app: Flask, mailbox: Mailbox, first: str
) -> None:
    old, new, beta = two()
    for each in {"old": [old], "new": [new], "neither": [], "both": [new, old]}[first]:
        issue(each, NOVEMBER, by())
    transfers.transfer(beta, new, "Sold", by(at(12, 10)))
    issue_due(at(12, 10, 12))
    assert billed(NOVEMBER) == {
        ("Acme Group", "Beta", "subscription"): 1,
        ("Acme Group", "Beta", "messages"): 1,
        ("Acme Group", "Beta", "numbers"): 1,
        ("Acme Group", "Acme", "subscription"): 1,
        ("Newcomer", "There", "subscription"): 1,
    }


def test_what_comes_late_of_a_workspace_that_went_is_billed_to_whoever_has_it(app: Flask, mailbox: Mailbox) -> None:
    old, new, beta = two()
    transfers.transfer(beta, new, "Sold", by(at(12, 10)))
    with unit() as session:
        row = session.scalars(select(Workspace).where(Workspace.public_id == beta)).one()
        usage.count(session, row.id, date(2026, 11, 30), {"sent": 7})
    issue_due(JANUARY)
    assert billed(DECEMBER)["Newcomer", "Beta", "late_messages"] == 1
    assert not any(name == "Beta" for of, name, _ in billed(DECEMBER) if of == "Acme Group")


def billed(month: date) -> Counter[tuple[str, str, str]]:
    """How many lines there are of organization, workspace and kind."""
    db.session.rollback()
    rows = (
        select(Organization.name, InvoiceLine.workspace_name, InvoiceLine.kind)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .join(Organization, Organization.id == Invoice.organization_id)
        .where(Invoice.month == month, InvoiceLine.workspace_name != "")
    )
    return Counter((of, name, kind.value) for of, name, kind in db.session.execute(rows))


# ---------------------------------------------------------------- whichever order


@pytest.mark.parametrize("seed", range(4))
def test_random_lives_are_charged_once(app: Flask, mailbox: Mailbox, seed: int) -> None:
    rng = Random(seed)
    places, rooms = _platform()
    orders: list[str] = []
    issue_due(at(10, 3))  # from now on each month is billed, by the job or, of one organization, before
    now = at(10, 3)
    while now < at(12, 28):
        now += timedelta(hours=rng.randrange(6, 130))
        _happens(rng, now, places, rooms, orders)
    issue_due(JANUARY)
    issue_due(JANUARY + timedelta(days=31))
    _check_cycles(date(2027, 1, 1))
    _check_usage()


def _platform() -> tuple[list[str], list[str]]:
    """Public ids of three organizations, each of a primary and two children, and of all of these."""
    with unit() as session:
        first, _ = accounts.account(session, "A1", "A2", per_message=Decimal("0.10"))
        for name in ("B", "C"):
            of = tenants.organization(session, f"{name} Group", "USD", rate_card_id=first.rate_card_id)
            common = {"timezone": "UTC", "activated_on": date(2026, 9, 12)}
            rows = [tenants.workspace(session, of, f"{name}0", group(), **common)]
            for n in (1, 2):
                rows.append(tenants.workspace(session, of, f"{name}{n}", group(), is_primary=False, **common))
            tenants.settled(session, *rows)
    places = list(db.session.scalars(select(Organization.public_id).order_by(Organization.id)))
    return places, list(db.session.scalars(select(Workspace.public_id).order_by(Workspace.id)))


def _happens(rng: Random, now: datetime, places: list[str], rooms: list[str], orders: list[str]) -> None:
    room, what = rng.choice(rooms), rng.random()
    try:
        if what < 0.3:
            with unit() as session:
                row = session.scalars(select(Workspace).where(Workspace.public_id == room)).one()
                day = max(date(2026, 9, 12), now.date() - timedelta(days=rng.randrange(35)))
                usage.count(session, row.id, day, {"sent": rng.randrange(1, 9)})
        elif what < 0.5:
            orders.append(pay(room, now, rng.choice(("25.00", "25.00", "15.00", "40"))))
        elif what < 0.62 and orders:
            refund(orders.pop(rng.randrange(len(orders))), "Wrong", by(now))
        elif what < 0.85:
            transfers.transfer(room, rng.choice(places), "Sold", by(now))
        elif what < 0.92:
            of = rng.choice(places)
            for month in due_months(_latest(of), now):
                issue(of, month, by(now))
        else:
            assert "failed" not in begin_due(now)
            issue_due(now)
    except (Conflict, Invalid):
        pass  # a primary stays, one goes not where it is, a cycle is paid whole, and no month is billed early


def _latest(of: str) -> date | None:
    query = select(func.max(BilledMonth.month)).join(Organization, Organization.id == BilledMonth.organization_id)
    return db.session.scalar(query.where(Organization.public_id == of))


def _check_cycles(before: date) -> None:
    with scope.platform():
        rows = db.session.scalars(select(SubscriptionCycle).where(SubscriptionCycle.began_on < before)).all()
        said = Counter(
            (key, detail.removeprefix("Late: ").partition(": ")[2].partition(" ")[0])
            for key, detail in db.session.execute(
                select(InvoiceLine.workspace_id, InvoiceLine.detail).where(InvoiceLine.kind == LineKind.SUBSCRIPTION)
            )
        )
        assert len(rows) >= 9 * 4
        for row in rows:
            assert (row.order_id is None) != (row.billed_month is None), f"{row.began_on} of {row.workspace_id}"
            assert said[row.workspace_id, row.began_on.isoformat()] == (row.billed_month is not None)
        paid = select(func.count()).select_from(Order).where(Order.state == OrderState.PAID, Order.pays_cycle)
        assert (db.session.scalar(paid) or 0) >= sum(row.order_id is not None for row in rows)


def _check_usage() -> None:
    kinds = (LineKind.MESSAGES, LineKind.LATE_MESSAGES)
    with scope.platform():
        lines = select(InvoiceLine.workspace_id, func.sum(InvoiceLine.quantity)).where(InvoiceLine.kind.in_(kinds))
        charged = {key: int(total) for key, total in db.session.execute(lines.group_by(InvoiceLine.workspace_id))}
        sent = select(DailyUsage.workspace_id, func.sum(DailyUsage.sent)).group_by(DailyUsage.workspace_id)
        assert charged == {key: int(total) for key, total in db.session.execute(sent) if total}
