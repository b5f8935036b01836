"""What becomes of an invoice: paid as a whole over its workspaces, void, sent again, overdue."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.jobs.dunning import dunning
from portal.models import Hold, InvoiceState, Measure, Order, OrderState, Organization, PlatformSum, Workspace, scope
from portal.operations import credit, holds, payments, usage
from portal.operations.holds import NewHold
from portal.operations.invoicing import issue
from portal.operations.orders import NewOrder, record_order, refund, settle
from portal.operations.unit import unit
from portal.rules.access import STAFF, StaffRole
from portal.rules.actors import Actor, ActorKind
from portal.rules.errors import Conflict, Invalid, Refused
from portal.rules.lifecycle import HoldKind, Status
from tests.support import accounts
from tests.support.accounts import ISSUE, NOVEMBER, OCTOBER, at
from tests.support.mails import Mailbox

OWNER = STAFF[StaffRole.OWNER]


def by(now=ISSUE) -> Actor:  # type: ignore[no-untyped-def]
    return Actor(ActorKind.USER, "Fiona", now)


def issued() -> tuple[str, str]:
    """An organization of three workspaces with an invoice for November; public ids of invoice and primary."""
    with unit() as session:
        of, rows = accounts.account(session, "Beta", "Gamma", per_message=Decimal("0.01"), tax_percent=Decimal("7.5"))
        usage.count(session, rows[1].id, date(2026, 11, 3), {"sent": 333}, [str(n) for n in range(2600)])
        key, primary = of.public_id, rows[0].public_id
    found = issue(key, NOVEMBER, by())
    assert found
    return found, primary


def orders() -> list[tuple[str, int, str]]:
    db.session.rollback()
    rows = db.session.execute(select(Order.workspace_name, Order.amount_minor, Order.state).order_by(Order.id))
    return [(name, amount, state.value) for name, amount, state in rows]


def income() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.sum(PlatformSum.amount)).where(PlatformSum.measure == Measure.INCOME)) or 0


def test_a_payment_is_the_whole_invoice_over_its_workspaces(app: Flask, mailbox: Mailbox) -> None:
    invoice, _ = issued()
    # 25.00 | 15.00 + 3.33 | 15.00; contacts 2,600 − 2,000 = 6.00; tax 7.5 % of 64.33 = 4.82475 → 4.82: 69.15.
    total = accounts.invoice(invoice).total_minor
    assert total == 6915
    # 6915 over 2500 : 1833 : 1500 of 5833 is 2963.7…, 2173.0…, 1778.2…: the one left to the first.
    done = payments.pay(invoice, "Bank transfer", "TRX-1", by(at(12, 10)))
    assert orders() == [("Acme", 2964, "paid"), ("Beta", 2173, "paid"), ("Gamma", 1778, "paid")]
    assert len(done.orders) == 3 and income() == total
    row = accounts.invoice(invoice)
    assert (row.state, row.paid_at) == (InvoiceState.PAID, at(12, 10))
    with pytest.raises(Conflict, match="paid already"):
        payments.pay(invoice, "Cash", "", by(at(12, 11)))


def past_due(primary: str) -> None:
    hold = NewHold(HoldKind.PAST_DUE, whole_organization=True)
    holds.suspend(primary, hold, by(at(12, 20)), OWNER)


def statuses() -> set[Status]:
    db.session.rollback()
    return set(db.session.scalars(select(Workspace.status)))


@pytest.mark.parametrize("how", ["pay", "void"])
def test_what_is_overdue_no_more_lifts_the_hold_past_due_alone(app: Flask, mailbox: Mailbox, how: str) -> None:
    invoice, primary = issued()
    holds.suspend(primary, NewHold(), by(at(12, 19)), OWNER)
    past_due(primary)
    assert statuses() == {Status.SUSPENDED}
    if how == "pay":
        assert payments.pay(invoice, "Cash", "", by(at(12, 21))).reactivated
    else:
        payments.void(invoice, "Agreed with the customer", by(at(12, 21)))
    assert statuses() == {Status.ACTIVE, Status.SUSPENDED}, "the manual hold on the primary stays"
    kinds = db.session.scalars(select(Hold.kind).where(Hold.lifted_at.is_(None))).all()
    assert kinds == [HoldKind.MANUAL]


def test_while_another_is_overdue_the_hold_stays(app: Flask, mailbox: Mailbox) -> None:
    invoice, primary = issued()
    of = db.session.scalars(select(Organization.public_id)).one()
    other = issue(of, OCTOBER, by())
    assert other
    past_due(primary)
    assert not payments.pay(invoice, "Cash", "", by(at(12, 21))).reactivated
    assert statuses() == {Status.SUSPENDED}
    assert payments.pay(other, "Cash", "", by(at(12, 21))).reactivated


def test_a_void_invoice_keeps_its_number_and_is_not_issued_again(app: Flask, mailbox: Mailbox) -> None:
    invoice, _ = issued()
    of = db.session.scalars(select(Organization.public_id)).one()
    with pytest.raises(Refused, match="why it is void"):
        payments.void(invoice, " ", by())
    payments.void(invoice, "Sent to the wrong company", by())
    row = accounts.invoice(invoice)
    assert (row.state, row.void_reason) == (InvoiceState.VOID, "Sent to the wrong company")
    assert issue(of, NOVEMBER, by(at(12, 5))) == invoice
    with pytest.raises(Conflict, match="void already"):
        payments.pay(invoice, "Cash", "", by())
    with pytest.raises(Conflict, match="is void"):
        payments.send(invoice, by())


def test_it_is_sent_again_to_the_address_of_today(app: Flask, mailbox: Mailbox) -> None:
    invoice, _ = issued()
    with unit() as session:
        session.scalars(select(Organization)).one().billing_email = "new@acme.example"
    assert payments.send(invoice, by()) == "new@acme.example"
    assert [each.body for each in mailbox.to("new@acme.example")]


def test_overdue_is_from_the_day_after_it_was_due(app: Flask, mailbox: Mailbox) -> None:
    invoice, _ = issued()  # due on 17 December
    assert [dunning(lambda now=now: now) for now in (at(12, 17, 23), at(12, 18, 0), at(12, 18, 0))] == [  # type: ignore[misc]
        {},
        {"overdue": 1},
        {},
    ]
    assert accounts.invoice(invoice).state is InvoiceState.OVERDUE


def test_an_order_is_settled_and_refunded(app: Flask, mailbox: Mailbox) -> None:
    _, primary = issued()
    order = record_order(primary, NewOrder("12.50", "Setting up", state=OrderState.PENDING), by())
    assert income() == 0
    settle(order, OrderState.PAID, by(at(12, 5)))
    assert income() == 1250
    with pytest.raises(Conflict):
        settle(order, OrderState.FAILED, by(at(12, 5)))
    refund(order, "Twice", by(at(12, 6)))
    assert income() == 0 and orders()[-1] == ("Acme", 1250, "refunded")
    with pytest.raises(Conflict):
        refund(order, "Twice", by(at(12, 6)))


def test_a_share_of_an_invoice_is_not_refunded_by_itself(app: Flask, mailbox: Mailbox) -> None:
    invoice, _ = issued()
    order = payments.pay(invoice, "Cash", "", by(at(12, 10))).orders[0]
    with pytest.raises(Conflict, match="share of an invoice"):
        refund(order, "Twice", by(at(12, 11)))


def test_a_bad_order_names_every_field(app: Flask, mailbox: Mailbox) -> None:
    _, primary = issued()
    with pytest.raises(Invalid) as refused:
        record_order(primary, NewOrder("1.234", " ", method="x" * 81), by())
    assert set(refused.value.errors) == {"amount", "description", "method"}
    with pytest.raises(Invalid, match="above 0"):
        record_order(primary, NewOrder("-5", "Back"), by())


def test_credit_is_added_to_with_a_reason(app: Flask, mailbox: Mailbox) -> None:
    _, primary = issued()
    of = db.session.scalars(select(Organization.public_id)).one()
    assert credit.adjust(of, "100", "Promised in March", by(), primary) == 10_000
    assert credit.adjust(of, "-130.5", "Entered twice", by()) == -3050
    for amount, reason in (("0", "Why"), ("1", " "), ("1.001", "Why")):
        with pytest.raises(Refused):
            credit.adjust(of, amount, reason, by())
    with scope.platform():
        assert db.session.scalar(select(Organization.credit_minor)) == -3050
