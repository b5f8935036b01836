"""Dunning: who owes for longer than the days of grace is suspended, all of it, once, until nothing is overdue."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.base.scheduler import Counts
from portal.jobs.dunning import dunning
from portal.models import AuditEvent, Change, Hold, InvoiceState, Organization, OrganizationMember, Workspace
from portal.operations import dunning as operations
from portal.operations import holds, payments, platform, platform_changes
from portal.operations.invoicing import issue
from portal.operations.unit import unit
from portal.queries import doctor
from portal.rules.access import STAFF, OrganizationRole, StaffRole
from portal.rules.errors import Invalid
from portal.rules.lifecycle import HoldKind, Status
from tests import factories
from tests.support import accounts, plans, tenants
from tests.support.accounts import ISSUE, NOVEMBER, OCTOBER, at
from tests.support.creation import BY
from tests.support.mails import Mailbox

OWNER = STAFF[StaffRole.OWNER]


def run(now: datetime) -> Counts:
    """What the job did."""
    return dunning(lambda: now)


def owing(*children: str) -> tuple[str, str, str]:
    """Public ids of an organization, its primary and its invoice, due on 17 December; 14 days of grace."""
    with unit() as session:
        of, rows = accounts.account(session, *children)
        key, primary = of.public_id, rows[0].public_id
    return key, primary, issue(key, NOVEMBER, factories.command(ISSUE)) or ""


def statuses() -> set[Status]:
    db.session.rollback()
    return set(db.session.scalars(select(Workspace.status)))


def january(day: int) -> datetime:
    return at(1, day, 0).replace(year=2027)


def test_after_the_days_of_grace_every_workspace_is_suspended_once(app: Flask, mailbox: Mailbox) -> None:
    _, _, invoice = owing("Beta", "Gamma")
    assert run(at(12, 17, 23)) == {}
    assert run(at(12, 18, 0)) == {"overdue": 1}
    assert run(at(12, 31, 23)) == {} and statuses() == {Status.ACTIVE}, "14 days overdue"
    assert run(january(1)) == {"suspended": 1}
    assert run(january(1)) == {} and statuses() == {Status.SUSPENDED}
    row = db.session.scalars(select(Hold)).one()
    assert (row.kind, row.opened_by, row.workspace_id) == (HoldKind.PAST_DUE, "job dunning", None)
    assert row.note == "INV-2026-00001 was due on 2026-12-17"
    told = select(func.count(Change.id)).where(Change.type == "workspace.suspended")
    assert db.session.scalar(told) == 3
    assert db.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "hold.opened")).all()
    assert payments.pay(invoice, "Cash", "", factories.command(january(2))).reactivated
    assert statuses() == {Status.ACTIVE} and run(january(3)) == {} and doctor.sums().is_well


def member(session: Session, of: Organization, name: str, role: OrganizationRole, **values: object) -> None:
    person = tenants.person(session, name, **values)
    session.add(OrganizationMember(organization_id=of.id, user_id=person.id, role=role, created_at=ISSUE))


def test_whoever_sees_to_the_bills_is_told_once_for_each_hold(app: Flask, mailbox: Mailbox) -> None:
    key, _, invoice = owing("Beta")
    with unit() as session:
        of = session.scalars(select(Organization).where(Organization.public_id == key)).one()
        for name, role in (("Ada", "admin"), ("Bill", "billing_admin"), ("Una", "user_admin"), ("Mo", "member")):
            member(session, of, name, OrganizationRole(role))
        member(session, of, "Gone", OrganizationRole.ADMIN, suspended_at=ISSUE)
    told = [run(january(1)), run(january(1)), run(january(2))]
    assert told == [{"overdue": 1, "suspended": 1}, {}, {}]
    mails = [mail for mail in mailbox.messages if mail.template == "past_due"]
    people = {"ada@example.test", "bill@example.test", "accounts@acme.example"}
    assert len(mails) == 3 and {mail.recipient for mail in mails} == people
    assert {mail.subject for mail in mails} == {"Acme Group is suspended: an invoice is overdue"}
    assert all("INV-2026-00001: USD 40.00, was due on 17 December 2026" in (mail.body or "") for mail in mails)
    payments.pay(invoice, "Cash", "", factories.command(january(2)))
    issue(key, OCTOBER, factories.command(january(3)))
    assert run(at(2, 1, 0).replace(year=2027)) == {"overdue": 1, "suspended": 1}
    assert len([mail for mail in mailbox.messages if mail.template == "past_due"]) == 6, "another hold, another mail"


def test_what_somebody_lifted_comes_back_for_the_next_invoice_alone(app: Flask, mailbox: Mailbox) -> None:
    key, primary, _ = owing()
    run(january(1))
    hold = db.session.scalars(select(Hold.public_id)).one()
    holds.lift(primary, [hold], factories.command(january(2)), OWNER)
    assert run(january(3)) == {} and statuses() == {Status.ACTIVE}
    issue(key, OCTOBER, factories.command(january(3)))  # due on 17 January
    assert run(january(31)) == {"overdue": 1}
    assert run(at(2, 1, 0).replace(year=2027)) == {"suspended": 1}


def test_of_all_invoices_only_those_of_the_organization_are_read(app: Flask, mailbox: Mailbox) -> None:
    key, _, _ = owing()
    by = factories.command(january(1))
    with plans.looked_up("invoice", "organization_id"):
        assert payments.mark_overdue(key, by) == 1 and operations.suspend(key, by)


@pytest.mark.parametrize(("days", "overdue"), [("0", 18), ("3", 21)])
def test_the_days_of_grace_are_a_setting(app: Flask, mailbox: Mailbox, days: str, overdue: int) -> None:
    _, _, invoice = owing()
    platform_changes.change_settings({"grace_days": days}, BY)
    assert "suspended" not in run(at(12, overdue - 1, 23))
    assert run(at(12, overdue, 0))["suspended"] == 1
    assert accounts.invoice(invoice).state is InvoiceState.OVERDUE


@pytest.mark.parametrize("days", ["", "-1", "366", "two"])
def test_days_of_grace_are_a_whole_number(app: Flask, days: str) -> None:
    platform.initialise(BY)
    with pytest.raises(Invalid) as refused:
        platform_changes.change_settings({"grace_days": days}, BY)
    assert refused.value.errors == {"grace_days": "Enter a whole number from 0 to 365."}
