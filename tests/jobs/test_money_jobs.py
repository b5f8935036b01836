"""Jobs about money: one that cannot be done stops no other, and the run says which it was and why. What many invoices
follow from is read for all of them together."""

from datetime import datetime
from decimal import Decimal

import pytest
from flask import Flask, g
from sqlalchemy import select

from portal.base.db import db
from portal.jobs import runner
from portal.models import (
    BilledMonth,
    Hold,
    JobRun,
    Organization,
    Plan,
    SubscriptionCycle,
    SuspensionBehaviour,
    Workspace,
    scope,
)
from portal.operations import jobs, usage
from portal.operations.invoicing import issue, issue_due
from portal.operations.unit import unit
from portal.rules.actors import Actor
from tests import factories
from tests.support import accounts, tenants
from tests.support.accounts import ISSUE, NOVEMBER, at
from tests.support.clocks import NOW
from tests.support.mails import Mailbox

NEW_YEAR = at(1, 1, 0).replace(year=2027)
WHY = "There is no time zone “Nowhere/Land”: give one such as Asia/Kolkata."
Ids = dict[str, str]


@pytest.fixture
def three(app: Flask, mailbox: Mailbox) -> Ids:
    """Public ids by name of three organizations' workspaces; each pays 1.00 a message, and has a cap of 100.00 that it
    has reached."""
    with unit() as session:
        of, (acme,) = accounts.account(session, per_message=Decimal(1))
        rows = [acme]
        for name in ("Beta", "Gamma"):
            other = tenants.organization(session, f"{name} Group", "USD", rate_card_id=of.rate_card_id)
            rows.append(tenants.workspace(session, other, name, timezone="UTC", activated_on=acme.activated_on))
            rows[-1].plan_id = acme.plan_id
        tenants.settled(session, *rows)
        for row in rows:
            row.spend_cap, row.suspension_behaviour = 10_000, SuspensionBehaviour.SUSPEND
            usage.count(session, row.id, NOVEMBER, {"sent": 100})
        return {row.name: row.public_id for row in rows}


def broken(name: str) -> str:
    """This workspace has a time zone that there is not, so that no day of it can be told; the organization's id."""
    with scope.platform(), unit() as session:
        row = session.scalars(select(Workspace).where(Workspace.name == name)).one()
        row.timezone = "Nowhere/Land"
        return session.get_one(Organization, row.organization_id).public_id


def error(job: str, now: datetime) -> str:
    """What the Jobs page says of a run at that instant."""
    asked = jobs.ask(job, Actor.command("test", NOW), now)
    assert runner.resume(asked, lambda: NOW)
    db.session.rollback()
    return db.session.scalars(select(JobRun.error).where(JobRun.public_id == asked)).one()


def of(column: object) -> set[str]:
    """Names of the workspaces of the organizations that have such a row."""
    rows = select(Workspace.name).where(Workspace.organization_id.in_(select(column)))
    return set(db.session.scalars(rows))


def test_invoices(three: Ids) -> None:
    which = broken("Beta")
    said = error("invoices", ISSUE)
    assert said in (f"2 could not be done. {name}: {WHY}" for name in (which, three["Beta"]))
    assert of(BilledMonth.organization_id) == {"Acme", "Gamma"}
    with scope.platform():
        begun = select(Workspace.name).join(SubscriptionCycle, SubscriptionCycle.workspace_id == Workspace.id)
        assert set(db.session.scalars(begun)) == {"Acme", "Gamma"}


def test_each_more_invoice_costs_its_mail_alone(app: Flask, mailbox: Mailbox) -> None:
    few, many = 3, 23
    with unit() as session:
        of, (acme,) = accounts.account(session, per_message=Decimal(1))
        found, plan = [of.public_id], session.get_one(Plan, acme.plan_id)
        for number in range(few + many - 1):
            other = tenants.organization(session, f"Other {number}", "USD", rate_card_id=of.rate_card_id)
            values = {"timezone": "UTC", "activated_on": acme.activated_on}
            tenants.settled(session, tenants.workspace(session, other, f"W{number}", plan, **values))
            found.append(other.public_id)

    def cost(some: list[str]) -> int:
        before = g.queries
        assert issue_due(some, Actor.job("invoices", ISSUE)) == {"invoices": len(some)}
        return int(g.queries) - before

    first, more = cost(found[:few]), cost(found[few:])
    assert more - first <= 5 * (many - few), "whose name it bears, the platform's twice, the invoice, the letter"


def test_dunning(three: Ids) -> None:
    for public_id in db.session.scalars(select(Organization.public_id)).all():
        issue(public_id, NOVEMBER, factories.command(ISSUE))
    which = broken("Beta")
    assert error("dunning", NEW_YEAR) == f"2 could not be done. {which}: {WHY}"
    assert of(Hold.organization_id) == {"Acme", "Gamma"}


def test_spend_caps(three: Ids) -> None:
    """Many are read at once, and only what cannot be read is left out."""
    broken("Beta")
    assert error("spend_caps", at(11, 20)) == f"1 could not be done. {three['Beta']}: {WHY}"
    with scope.platform():
        held = db.session.scalars(select(Workspace.name).join(Hold, Hold.workspace_id == Workspace.id)).all()
    assert set(held) == {"Acme", "Gamma"}
