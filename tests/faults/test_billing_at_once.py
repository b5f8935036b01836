"""Billing by several at the same instant: each month is invoiced once, numbers have no gaps, nothing is paid twice, and
no booking is lost."""

from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import BilledMonth, CreditEntry, Invoice, Order, Organization, Workspace
from portal.operations import credit, payments
from portal.operations.cycles import begin_all
from portal.operations.invitations import Into, accept, invite
from portal.operations.invoicing import issue, issue_due
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
    assert at_once(app, *[lambda: begin_all(at(11, 30))] * 4) == {"done": 4}
    assert sum(begin_all(at(11, 30)) for _ in range(2)) == 0


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
