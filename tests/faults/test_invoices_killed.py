"""A run of invoices that is killed at every one of its steps ends as one that nobody disturbed."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.clock import fixed_clock
from portal.base.db import db
from portal.jobs.invoices import invoices
from portal.models import (
    BilledMonth,
    BilledUsage,
    CreditEntry,
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    Organization,
    OutboxMessage,
    SubscriptionCycle,
    scope,
)
from portal.operations import usage
from portal.operations.unit import unit
from portal.queries import doctor
from portal.queries.audit import verify
from tests.support import accounts, deaths, tenants
from tests.support.accounts import ISSUE, OCTOBER, at
from tests.support.creation import actions
from tests.support.databases import Database
from tests.support.mails import Mailbox

pytestmark = pytest.mark.faults
ORGANIZATIONS, MONTHS = 5, 2
TABLES = (Invoice, InvoiceLine, InvoiceSeries, BilledMonth, BilledUsage, SubscriptionCycle, CreditEntry, Organization)
OF_ITS_OWN = ("id", "public_id")  # what is another each time; keys have gaps where a transaction came to nothing


def fill() -> None:
    """Organizations that owe something for the months behind September; one of them pays its usage by credit, and one
    owes nothing."""
    with unit() as session:
        first, rooms = accounts.account(session, "Beta", per_message=Decimal("0.02"), tax_percent=Decimal("17.5"))
        card = first.rate_card_id
        for number in range(ORGANIZATIONS - 1):
            values = {"billing_email": f"bills{number}@example.test", "rate_card_id": card}
            of = tenants.organization(session, f"Other {number}", "USD", **values)
            row = tenants.workspace(session, of, f"W{number}", timezone="UTC", activated_on=date(2026, 9, 5 + number))
            row.plan_id, row.bill_to_platform_credit = (rooms[0].plan_id if number else None), number == 1
            tenants.settled(session, row)
            rooms += [row] if number else []
    invoices(fixed_clock(at(10, 3)))  # September is behind them
    with unit() as session:
        for row in rooms:
            for day in (OCTOBER.replace(day=20), date(2026, 11, 30)):
                usage.count(session, row.id, day, {"sent": 37 + row.id}, [f"contact {row.id}", "everybody"])


def written() -> dict[str, list[dict[str, Any]]]:
    """All that billing has written, but for what is another each time."""
    db.session.rollback()
    with scope.platform():
        found = {
            model.__tablename__: [
                {name: value for name, value in row.items() if name not in OF_ITS_OWN}
                for row in db.session.execute(select(*model.__table__.columns)).mappings()
            ]
            for model in TABLES
        }
        numbers = {row.id: row.number for row in db.session.execute(select(Invoice.id, Invoice.number))}
        for line in found["invoice_line"]:
            line["invoice_id"] = numbers[line["invoice_id"]]
        mails = select(OutboxMessage.recipient, OutboxMessage.subject).order_by(OutboxMessage.id)
        found["mails"] = [dict(row) for row in db.session.execute(mails).mappings()]
    return {name: sorted(rows, key=str) for name, rows in found.items()}


def test_killed_at_every_step_it_ends_as_one_run(
    app: Flask, mailbox: Mailbox, database: Database, database_url: str, tmp_path: Path
) -> None:
    fill()
    invoices(fixed_clock(ISSUE))
    expected, events = written(), sorted(actions())
    db.session.remove()
    db.engine.dispose()
    database.restore()
    fill()
    died = deaths.until_done("invoices", ISSUE, "", database_url=database_url, folder=tmp_path)
    assert died >= MONTHS + 1, "one over the cycles, and one over each month"
    assert written() == expected and sorted(actions()) == events
    numbers = sorted(each["number"] for each in expected["invoice"])
    assert numbers == [f"INV-2026-{number:05}" for number in range(1, len(numbers) + 1)]
    billed = [(each["organization_id"], each["month"]) for each in expected["invoice"]]
    assert len(set(billed)) == len(billed) == (ORGANIZATIONS - 1) * (MONTHS + 1)
    assert len(expected["mails"]) == len(billed)
    assert doctor.sums().is_well and not verify().fault
    assert not any(invoices(fixed_clock(ISSUE)).values()), "and there is nothing left to do"
