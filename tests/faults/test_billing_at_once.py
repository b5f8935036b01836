"""Billing by several at the same instant: each month is invoiced once, numbers have no gaps, nothing is paid twice, and
no booking is lost."""

from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.jobs.invoices import begin_due, issue_due
from portal.models import (
    BilledMonth,
    CreditEntry,
    Invoice,
    InvoiceLine,
    Order,
    Organization,
    SubscriptionCycle,
    Workspace,
    scope,
)
from portal.operations import credit, payments, transfers
from portal.operations.invitations import Into, accept, invite
from portal.operations.invoicing import issue
from portal.operations.orders import NewOrder, record_order, refund
from portal.operations.unit import unit
from portal.queries import doctor
from portal.queries.audit import verify
from portal.rules.access import OrganizationRole, WorkspaceRole
from tests import factories
from tests.faults.test_at_once import at_once
from tests.support import accounts, tenants
from tests.support.accounts import ISSUE, NOVEMBER, at
from tests.support.mails import Mailbox
from tests.web.admin.test_invoices import by

pytestmark = pytest.mark.faults


def ids() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Organization.public_id).order_by(Organization.id)))


def numbers() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(Invoice.number)))


@pytest.fixture
def many(app: Flask, mailbox: Mailbox) -> list[str]:
    """Public ids of eight organizations that owe something for November."""
    with unit() as session:
        _, (first,) = accounts.account(session)
        for number in range(7):
            of = tenants.organization(session, f"Other {number}", "USD")
            row = tenants.workspace(session, of, f"W{number}", timezone="UTC", activated_on=date(2026, 11, 5))
            row.plan_id = first.plan_id
            tenants.settled(session, row)
    return ids()


def test_one_month_is_invoiced_once(app: Flask, many: list[str]) -> None:
    assert at_once(app, *[lambda: issue(many[0], NOVEMBER, by())] * 8) == {"done": 8}
    assert numbers() == ["INV-2026-00001"]
    assert db.session.scalar(select(func.count()).select_from(BilledMonth)) == 1


def test_numbers_have_no_gaps_whoever_issues(app: Flask, many: list[str]) -> None:
    acts = [lambda of=of: issue(of, NOVEMBER, by()) for of in many]
    assert at_once(app, *acts, lambda: issue_due(ISSUE), lambda: issue_due(ISSUE)) == {"done": 10}
    assert numbers() == [f"INV-2026-0000{number}" for number in range(1, 9)]


def test_cycles_begin_once(app: Flask, many: list[str]) -> None:
    assert at_once(app, *[lambda: begin_due(at(11, 30))] * 4) == {"done": 4}
    assert begin_due(at(11, 30)) == {}


def test_an_invoice_is_paid_once(app: Flask, many: list[str]) -> None:
    invoice = issue(many[0], NOVEMBER, by()) or ""
    acts = [lambda: payments.pay(invoice, "Cash", "", by())] * 6
    assert at_once(app, *acts, lambda: payments.void(invoice, "Twice", by())) == {"done": 1, "Conflict": 6}
    paid = db.session.scalar(select(func.sum(Order.amount_minor)).where(Order.invoice_id.is_not(None)))
    assert paid in (None, accounts.invoice(invoice).total_minor)
    assert doctor.sums().is_well and not verify().fault


def test_no_booking_is_lost(app: Flask, many: list[str]) -> None:
    acts = [lambda amount=amount: credit.adjust(many[0], str(amount), "Because", by()) for amount in range(1, 17)]
    assert at_once(app, *acts) == {"done": 16}
    db.session.rollback()
    total = 100 * sum(range(1, 17))
    assert db.session.scalar(select(Organization.credit_minor).where(Organization.public_id == many[0])) == total
    balances = list(db.session.scalars(select(CreditEntry.balance_minor).order_by(CreditEntry.id)))
    assert len(set(balances)) == 16 and balances[-1] == total


def test_a_payment_and_somebody_who_joins_do_not_wait_for_each_other(app: Flask, many: list[str]) -> None:
    for number, of in enumerate(many):
        invoice, dana = issue(of, NOVEMBER, by()) or "", factories.user(f"dana{number}@example.test")
        with unit() as session:
            row = session.scalars(select(Organization).where(Organization.public_id == of)).one()
            room = session.scalars(select(Workspace).where(Workspace.organization_id == row.id)).one()
            into = Into(row, OrganizationRole.MEMBER, room, WorkspaceRole.AGENT)
            token = invite(session, dana.email, "", into, factories.command()).link.rpartition("/")[2]
        acts = (partial(payments.pay, invoice, "Cash", "", by()), partial(accept, token, factories.acting(dana)))
        assert at_once(app, *acts) == {"done": 2}


def test_a_cycle_that_is_paid_and_refunded_while_it_is_invoiced_is_charged_once(app: Flask, many: list[str]) -> None:
    begin_due(at(11, 30))
    rooms = [room for room, _ in sorted(_rooms().items(), key=lambda each: many.index(each[1]))]
    price = "25.00"
    given_back = record_order(rooms[1], NewOrder(price, "November", pays_cycle=True), by())
    acts = [
        partial(record_order, rooms[0], NewOrder(price, "November", pays_cycle=True), by()),
        partial(refund, given_back, "Twice", by()),
        *(partial(issue, of, NOVEMBER, by()) for of in many[:2] * 2),
    ]
    assert at_once(app, *acts) == {"done": 6}
    issue(many[1], date(2026, 12, 1), by(at(1, 3).replace(year=2027)))
    with scope.platform():
        cycles = select(SubscriptionCycle).join(Workspace, Workspace.id == SubscriptionCycle.workspace_id)
        november = (SubscriptionCycle.began_on >= NOVEMBER, SubscriptionCycle.began_on < date(2026, 12, 1))
        for room in rooms[:2]:
            row = db.session.scalars(cycles.where(Workspace.public_id == room, *november)).one()
            assert (row.order_id is None) != (row.billed_month is None)
            lines = select(func.count(InvoiceLine.id)).where(
                InvoiceLine.workspace_id == row.workspace_id, InvoiceLine.detail.contains(row.began_on.isoformat())
            )
            assert db.session.scalar(lines) == (row.billed_month is not None)
    assert doctor.sums().is_well and not verify().fault


def test_a_workspace_that_goes_while_months_are_invoiced_is_billed_once(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        old, (_, *children) = accounts.account(session, "Beta", "Gamma", "Delta")
        new = tenants.organization(session, "Newcomer", "USD", rate_card_id=old.rate_card_id)
        both, rooms = (old.public_id, new.public_id), [each.public_id for each in children]
        first = tenants.workspace(session, new, "First", timezone="UTC", activated_on=date(2026, 11, 12))
        first.plan_id = session.scalars(select(Workspace.plan_id).where(Workspace.name == "Acme")).one()
        tenants.settled(session, first)
    acts = [partial(transfers.transfer, room, both[1], "Sold", by()) for room in rooms]
    acts += [partial(issue, of, NOVEMBER, by()) for of in both]
    assert at_once(app, *acts, lambda: issue_due(ISSUE)) == {"done": 6}
    issue_due(ISSUE)
    db.session.rollback()
    lines = select(InvoiceLine.workspace_name, func.count()).where(InvoiceLine.workspace_name != "")
    assert dict(iter(db.session.execute(lines.group_by(InvoiceLine.workspace_name)))) == dict.fromkeys(
        ("Acme", "Beta", "Gamma", "Delta", "First"), 1
    )
    assert doctor.sums().is_well and not verify().fault


def _rooms() -> dict[str, str]:
    """Public ids of workspaces, each with that of its organization."""
    rows = select(Workspace.public_id, Organization.public_id).join(
        Organization, Organization.id == Workspace.organization_id
    )
    return dict(iter(db.session.execute(rows)))
