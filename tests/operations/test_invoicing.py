"""Issuing invoices from what is stored: once for each month, without gaps, and with what came late."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.jobs.invoices import issue_due
from portal.models import (
    BilledMonth,
    CreditEntry,
    Hold,
    Invoice,
    Number,
    NumberState,
    Organization,
    PlanFee,
    RateCard,
    SubscriptionCycle,
    Workspace,
    scope,
)
from portal.operations import holds, usage, workspace_changes
from portal.operations.closing import close, make_primary
from portal.operations.holds import NewHold
from portal.operations.invoicing import issue
from portal.operations.orders import NewOrder, record_order
from portal.operations.unit import unit
from portal.queries.spend import spends_of
from portal.rules.access import STAFF, StaffRole
from portal.rules.actors import Actor, ActorKind
from portal.rules.errors import Conflict
from portal.rules.lifecycle import Stage, Status
from portal.rules.pricing import Cycle
from tests.support import accounts, tenants
from tests.support.accounts import ISSUE, NOVEMBER, OCTOBER, at
from tests.support.mails import Mailbox

OWNER = STAFF[StaffRole.OWNER]


def by(now=ISSUE) -> Actor:  # type: ignore[no-untyped-def]
    return Actor(ActorKind.USER, "Alice", now)


def test_a_month_is_invoiced_once_with_its_lines_by_workspace(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme, beta) = accounts.account(
            session, "Beta", per_message=Decimal("0.02"), per_number=Decimal("2.5"), tax_percent=Decimal(10)
        )
        usage.count(session, acme.id, date(2026, 11, 3), {"sent": 400, "minutes": 5}, ["a", "b"])
        usage.count(session, beta.id, date(2026, 11, 30), {"sent": 51}, [str(n) for n in range(1200)])
        acme.number_count = 2
        key = of.public_id
    first = issue(key, NOVEMBER, by())
    assert first
    # 25.00; 400 × 0.02 = 8.00; 2 × 2.50 = 5.00 | 15.00; 51 × 0.02 = 1.02
    # contacts 2 + 1,200 − 1,000 (Acme, as a multi primary, has none) = 202 × 0.01 = 2.02; tax 10 % of 56.04 = 5.604
    assert accounts.lines(first) == [
        ("Acme", "subscription", 2500),
        ("Acme", "messages", 800),
        ("Acme", "numbers", 500),
        ("Beta", "subscription", 1500),
        ("Beta", "messages", 102),
        ("", "contacts", 202),
        ("", "tax", 560),
    ]
    row = accounts.invoice(first)
    assert (row.number, row.total_minor, row.due_on) == ("INV-2026-00001", 6164, date(2026, 12, 17))
    assert (row.bill_name, row.bill_email) == ("Acme Corporation", "accounts@acme.example")
    assert issue(key, NOVEMBER, by()) == first, "asked again, it answers the same"
    assert db.session.scalar(select(Invoice.id).where(Invoice.public_id != first)) is None
    mail = mailbox.only("accounts@acme.example")
    assert mail.body and "USD 61.64" in mail.body and first in mail.body


def three_accounts() -> tuple[list[str], list[int]]:
    """Public ids of organizations that pay in dollars, in yen (one workspace of it by credit), and nothing; and integer
    keys of workspaces of the first two, the one on credit last."""
    with unit() as session:
        of, (acme, _) = accounts.account(session, "Beta", per_message=Decimal("0.02"), tax_percent=Decimal(10))
        card = RateCard(name="Yen", currency="JPY", per_message=Decimal(3), payment_days=30)
        solo = tenants.plan(session, "Solo", prices={(Cycle.MONTHLY, "JPY"): 700}, included_contacts=1)
        session.add_all((card, PlanFee(plan_id=solo.id, currency="JPY", contact_price=Decimal(2))))
        session.flush()
        far = tenants.organization(session, "Far", "JPY", rate_card_id=card.id)
        bare = tenants.organization(session, "Bare", "USD")
        since = {"timezone": "UTC", "activated_on": OCTOBER}
        yen = tenants.workspace(session, far, "Yen", solo, **since)
        own = tenants.workspace(session, far, "Own", None, is_primary=False, bill_to_platform_credit=True, **since)
        tenants.settled(session, yen, own, tenants.workspace(session, bare, "Free", None, **since))
        return [each.public_id for each in (of, far, bare)], [row.id for row in (acme, yen, own)]


def test_of_organizations_that_are_billed_together_each_has_its_own(app: Flask, mailbox: Mailbox) -> None:
    """Currency, card, plan, contacts, late usage and credit of one are nobody else's."""
    issued, rooms = three_accounts()
    assert issue_due(at(11, 3)) == {"invoices": 2, "nothing": 1}
    with unit() as session:
        for number, key in enumerate(rooms, 1):
            usage.count(session, key, date(2026, 10, 20), {"sent": 10 * number})  # late
            usage.count(session, key, date(2026, 11, 20), {"sent": 100 * number}, [str(n) for n in range(1 + number)])
    assert issue_due(ISSUE) == {"invoices": 2, "nothing": 1}
    first, second, none = (issue(each, NOVEMBER, by()) for each in issued)
    assert first and second and none is None
    assert accounts.lines(first) == [
        ("Acme", "subscription", 2500),
        ("Acme", "messages", 200),
        ("Acme", "late_messages", 20),
        ("Beta", "subscription", 1500),
        ("", "tax", 422),
    ]
    assert accounts.lines(second) == [
        ("Yen", "subscription", 700),
        ("Yen", "messages", 600),
        ("Yen", "late_messages", 60),
        ("", "contacts", 4),
    ]
    rows = [accounts.invoice(each) for each in (first, second)]
    assert [(row.number, row.currency, row.due_on) for row in rows] == [
        ("INV-2026-00003", "USD", date(2026, 12, 17)),
        ("INV-2026-00004", "JPY", date(2027, 1, 2)),
    ]
    booked = select(Organization.name, CreditEntry.amount_minor).join(
        Organization, Organization.id == CreditEntry.organization_id
    )
    assert list(db.session.execute(booked.order_by(CreditEntry.id))) == [("Far", -900), ("Far", -90)]


def test_before_the_third_nothing_is_issued(app: Flask) -> None:
    with unit() as session:
        of, _ = accounts.account(session)
        key = of.public_id
    with pytest.raises(Conflict, match="2026-12-03"):
        issue(key, NOVEMBER, by(at(12, 2, 23)))


def test_numbers_have_no_gaps_and_nothing_is_issued_for_nothing(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        accounts.account(session)
        plan = session.scalars(select(Workspace.plan_id)).one()
        for number in range(3):
            of = tenants.organization(session, f"Other {number}", "USD")
            paying = number != 1
            since = date(2026, 11, 5) if paying else date(2026, 12, 1)
            row = tenants.workspace(session, of, f"W{number}", None, timezone="UTC", activated_on=since)
            row.plan_id = plan if paying else None
            tenants.settled(session, row)
    done = issue_due(ISSUE)
    assert done == {"invoices": 3}, "who was activated in December owes nothing yet"
    numbers = list(db.session.scalars(select(Invoice.number).order_by(Invoice.id)))
    assert numbers == [f"INV-2026-0000{n}" for n in (1, 2, 3)]
    assert issue_due(ISSUE) == {}, "again, there is nothing to do"


def test_a_month_of_nothing_is_billed_without_an_invoice(app: Flask) -> None:
    with unit() as session:
        of, (acme,) = accounts.account(session)
        acme.billing_cycle = Cycle.TRIAL
        key = of.public_id
    assert issue(key, NOVEMBER, by()) is None
    assert db.session.scalars(select(BilledMonth.month)).all() == [NOVEMBER]
    assert db.session.scalar(select(Invoice.id)) is None


def test_months_that_were_missed_are_made_up_for(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        accounts.account(session)
    assert issue_due(at(10, 3)) == {"invoices": 1}
    assert issue_due(ISSUE) == {"invoices": 2}
    assert list(db.session.scalars(select(Invoice.month).order_by(Invoice.month))) == [
        date(2026, month, 1) for month in (9, 10, 11)
    ]


# ---------------------------------------------------------------- cycles


def test_a_plan_changed_mid_cycle_is_charged_with_the_next(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme,) = accounts.account(session)
        scale = tenants.plan(session, "Scale", prices={(Cycle.MONTHLY, "USD"): 9900}, multi_workspace=True)
        key, workspace, plan = of.public_id, acme.public_id, scale.public_id
    # The cycle of 12 October is whole at 25.00, though the plan changed on the 20th; that of 12 November is 99.00.
    workspace_changes.change(workspace, {"plan": plan}, by(at(10, 20)), may=OWNER)
    october = issue(key, OCTOBER, by(at(11, 3)))
    assert october and accounts.lines(october) == [("Acme", "subscription", 2500)]
    november = issue(key, NOVEMBER, by())
    assert november and accounts.lines(november) == [("Acme", "subscription", 9900)]


def test_another_cycle_begins_when_the_running_one_ends(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme,) = accounts.account(session)
        key, workspace = of.public_id, acme.public_id
    workspace_changes.change(workspace, {"billing_cycle": "annual"}, by(at(10, 20)), may=OWNER)
    assert accounts.lines(issue(key, OCTOBER, by(at(11, 3))) or "") == [("Acme", "subscription", 2500)]
    assert accounts.lines(issue(key, NOVEMBER, by()) or "") == [("Acme", "subscription", 25_000)]
    assert accounts.began(acme)[-2:] == [(date(2026, 10, 12), 2500), (date(2026, 11, 12), 25_000)]


def test_a_cycle_due_while_suspended_begins_on_reactivation(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme,) = accounts.account(session)
        key, workspace = of.public_id, acme.public_id
    accounts.begin(at(10, 12))
    holds.suspend(workspace, NewHold(), by(at(11, 5)), OWNER)
    accounts.begin(at(11, 20))
    assert [each for each, _ in accounts.began(acme)] == [date(2026, 9, 12), date(2026, 10, 12)]
    held = db.session.scalars(select(Hold.public_id).where(Hold.lifted_at.is_(None))).all()
    holds.lift(workspace, held, by(at(11, 25)), OWNER)
    assert accounts.began(acme)[-1] == (date(2026, 11, 25), 2500)
    accounts.begin(at(12, 20))
    assert accounts.began(acme)[-1] == (date(2026, 11, 25), 2500), "the next is due on 25 December"
    assert accounts.lines(issue(key, NOVEMBER, by()) or "") == [("Acme", "subscription", 2500)]


def test_suspended_over_the_whole_month_no_cycle_is_charged(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme,) = accounts.account(session)
        key, workspace = of.public_id, acme.public_id
    accounts.begin(at(10, 12))
    holds.suspend(workspace, NewHold(), by(at(11, 5)), OWNER)
    assert issue(key, NOVEMBER, by()) is None


def test_a_cycle_that_an_order_paid_is_not_invoiced(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme, beta) = accounts.account(session, "Beta")
        key, workspace = of.public_id, acme.public_id
    accounts.begin(at(11, 12))
    issue(key, OCTOBER, by(at(11, 3)))
    record_order(workspace, NewOrder("25.00", "Group, monthly", pays_cycle=True), by(at(11, 13)))
    assert accounts.lines(issue(key, NOVEMBER, by()) or "") == [("Beta", "subscription", 1500)]


def test_an_order_in_advance_pays_the_next_cycle(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme,) = accounts.account(session)
        key, workspace = of.public_id, acme.public_id
    accounts.begin(at(10, 12))
    assert issue(key, OCTOBER, by(at(11, 3)))
    record_order(workspace, NewOrder("25.00", "Group, monthly", pays_cycle=True), by(at(11, 4)))
    assert issue(key, NOVEMBER, by()) is None, "October was invoiced, so the order pays the cycle of 12 November"


def test_the_first_paid_order_activates_a_trial_and_pays_its_first_cycle(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme,) = accounts.account(session)
        acme.stage, acme.activated_on = Stage.TRIAL, None
        tenants.settled(session, acme)
        key, workspace = of.public_id, acme.public_id
    record_order(workspace, NewOrder("25.00", "Group, monthly", pays_cycle=True), by(at(11, 13)))
    db.session.rollback()
    row = db.session.scalars(select(Workspace).where(Workspace.public_id == workspace)).one()
    assert (row.status, row.activated_on) == (Status.ACTIVE, date(2026, 11, 13))
    assert issue(key, NOVEMBER, by()) is None


def test_a_new_primary_pays_the_price_with_its_next_cycle(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme, beta) = accounts.account(session, "Beta")
        key, child = of.public_id, beta.public_id
        beta.plan_id = acme.plan_id
    make_primary(child, by(at(11, 20)))
    assert accounts.lines(issue(key, NOVEMBER, by()) or "") == [
        ("Beta", "subscription", 1500),
        ("Acme", "subscription", 2500),
    ], "both had begun on the 12th"


def test_joining_late_in_the_month_is_a_whole_cycle(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme,) = accounts.account(session, since=date(2026, 11, 30))
        key = of.public_id
    assert accounts.lines(issue(key, NOVEMBER, by()) or "") == [("Acme", "subscription", 2500)]


# ---------------------------------------------------------------- usage


def test_what_comes_late_is_billed_with_the_next_month(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme,) = accounts.account(session, per_message=Decimal("0.10"), per_minute=Decimal("0.50"))
        usage.count(session, acme.id, date(2026, 10, 30), {"sent": 100})
        key, own = of.public_id, acme.id
    issue(key, OCTOBER, by(at(11, 3)))
    with unit() as session:
        usage.count(session, own, date(2026, 10, 31), {"sent": 7, "minutes": 2})
        usage.count(session, own, date(2026, 11, 1), {"sent": 10})
    november = issue(key, NOVEMBER, by())
    # 10 × 0.10 = 1.00; late 7 × 0.10 = 0.70 and 2 × 0.50 = 1.00.
    assert accounts.lines(november or "")[1:] == [
        ("Acme", "messages", 100),
        ("Acme", "late_messages", 70),
        ("Acme", "late_minutes", 100),
    ]
    with unit() as session:
        usage.count(session, own, date(2026, 10, 31), {"sent": 1})
    assert accounts.lines(issue(key, date(2026, 12, 1), by(at(12, 31).replace(year=2027, month=1, day=3))) or "")[
        1:
    ] == [("Acme", "late_messages", 10)], "what was billed late is not billed again"


def test_usage_on_trial_is_not_billed(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme,) = accounts.account(session, since=date(2026, 11, 10), per_message=Decimal("0.10"))
        usage.count(session, acme.id, date(2026, 11, 9), {"sent": 100})
        usage.count(session, acme.id, date(2026, 11, 10), {"sent": 3})
        key = of.public_id
    assert accounts.lines(issue(key, NOVEMBER, by()) or "") == [
        ("Acme", "subscription", 2500),
        ("Acme", "messages", 30),
    ]


def test_numbers_are_those_of_the_last_day(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme, beta) = accounts.account(session, "Beta", per_number=Decimal(2), per_extension=Decimal(1))
        beta.number_count = 3
        for n in range(3):
            values = {"country": "US", "state": NumberState.ASSIGNED, "workspace_id": beta.id, "created_at": at(9, 12)}
            session.add(Number(e164=f"+1202555010{n}", **values))
        beta.extension_count = 4
        key, child = of.public_id, beta.public_id
    close(child, "Beta", by(at(12, 1)))
    # Held on 30 November, though closed the day after: 3 × 2.00 and 4 × 1.00.
    assert accounts.lines(issue(key, NOVEMBER, by()) or "")[-2:] == [
        ("Beta", "numbers", 600),
        ("Beta", "extensions", 400),
    ]
    assert accounts.lines(issue(key, date(2026, 12, 1), by(at(1, 3).replace(year=2027))) or "") == [
        ("Acme", "subscription", 2500)
    ]


def test_platform_credit_is_taken_instead_and_may_go_below_zero(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme, beta) = accounts.account(session, "Beta", per_message=Decimal("0.02"))
        beta.bill_to_platform_credit = True
        usage.count(session, beta.id, date(2026, 11, 3), {"sent": 100}, [str(n) for n in range(1500)])
        key = of.public_id
    assert accounts.lines(issue(key, NOVEMBER, by()) or "") == [
        ("Acme", "subscription", 2500),
        ("Beta", "subscription", 1500),
    ]
    rows = db.session.execute(
        select(CreditEntry.kind, CreditEntry.workspace_name, CreditEntry.amount_minor, CreditEntry.balance_minor)
    ).all()
    assert [(kind.value, *rest) for kind, *rest in rows] == [
        ("usage", "Beta", -200, -200),
        ("contacts", "Beta", -500, -700),
    ]
    assert db.session.scalar(select(Organization.credit_minor)) == -700


def test_cycles_are_written_down_once(app: Flask) -> None:
    with unit() as session:
        _, (acme,) = accounts.account(session)
    for day in (12, 12, 20):
        accounts.begin(at(10, day))
    assert accounts.began(acme) == [(date(2026, 9, 12), 2500), (date(2026, 10, 12), 2500)]
    with scope.platform():
        assert len(db.session.scalars(select(SubscriptionCycle.id)).all()) == 2


def test_what_was_spent_is_the_usage_of_the_running_month(app: Flask, mailbox: Mailbox) -> None:
    with unit() as session:
        of, (acme, beta) = accounts.account(session, "Beta", per_message=Decimal("0.10"), tax_percent=Decimal(20))
        beta.bill_to_platform_credit = True
        key, public_id, own = of.id, of.public_id, (acme.id, beta.id)
    issue(public_id, OCTOBER, by(at(11, 3)))
    with unit() as session:
        usage.count(session, own[0], date(2026, 10, 31), {"sent": 50}, ["a"])
        usage.count(session, own[0], date(2026, 11, 3), {"sent": 7}, ["a"])
        usage.count(session, own[1], date(2026, 11, 3), {"sent": 3}, ["a"])
    with scope.platform():
        found = spends_of(Workspace.organization_id == key, at(11, 20))
    assert found == {own[0]: 70, own[1]: 30}, "no tax, no subscription, nothing late"
