"""A workspace's people see what is spent of the cap, what follows, and change it where their role has it."""

import re
from decimal import Decimal

import pytest
from flask import Flask

from portal.base.scheduler import JOBS
from portal.models import Organization, RateCard, SuspensionBehaviour, Workspace, scope
from portal.operations import usage
from portal.operations.unit import unit
from portal.rules.access import WorkspaceRole
from portal.rules.lifecycle import HoldKind, Status
from tests.support import insiders, tenants
from tests.support.clocks import NOW
from tests.support.creation import one
from tests.support.insiders import Home, browser
from tests.support.mails import Mailbox
from tests.support.pages import figures, words
from tests.support.people import submit
from tests.web.admin.test_plans import fields_of


@pytest.fixture
def acme(app: Flask) -> Home:
    return insiders.home()


def dear(acme: Home, sent: int) -> None:
    """A message costs ₹1.25, and so many were sent this month; numbers and extensions are free."""
    with unit() as session:
        card = RateCard(name="Dear", currency="INR", per_message=Decimal("1.25"))
        tenants.add(session, card)
        session.get_one(Organization, acme.workspace.organization_id).rate_card_id = card.id
    with scope.platform(), unit() as session:
        usage.count(session, acme.workspace.id, NOW.date(), {"sent": sent})


def test_the_owner_sees_spend_and_sets_a_cap(app: Flask, acme: Home) -> None:
    insiders.change(acme.workspace, stage="active", activated_on=NOW.date())
    olive, usage = browser(app, acme.owner), acme.path + "usage"
    page = olive.get(usage).text
    assert figures(page)["spend"].value == "0" and "No cap" in words(page) and "Set a cap" in page
    assert "Nothing of this month costs anything yet" in words(page)
    form = fields_of(olive.get(usage + "/cap").text)
    refused = submit(olive, usage + "/cap", form | {"spend_cap": "lots", "suspension_behaviour": "block_outbound"})
    assert refused.status_code == 422 and 'value="lots"' in refused.text
    wanted = form | {"spend_cap": "0", "suspension_behaviour": "block_outbound"}
    assert submit(olive, usage + "/cap", wanted).status_code == 303
    assert one(Workspace, id=acme.workspace.id).suspension_behaviour is SuspensionBehaviour.BLOCK_OUTBOUND
    page = words(olive.get(usage).text)
    assert "So much is spent already: nothing is sent from now on." in page
    assert "Nothing is sent from this workspace" in page
    assert "Spend cap reached" in words(olive.get(acme.path).text)
    assert submit(olive, usage + "/cap", wanted).status_code == 409, "drawn before that"
    insiders.change(acme.workspace, stage="trial")
    assert "Nothing is sent" not in words(olive.get(usage).text), "nothing keeps a trial from sending"


def test_what_is_spent_is_shown_by_what_it_was_spent_on_which_adds_up(app: Flask, acme: Home) -> None:
    insiders.change(acme.workspace, activated_on=NOW.date())
    dear(acme, 1_200)
    olive, path = browser(app, acme.owner), acme.path + "usage"
    page = olive.get(path).text
    lines = re.findall(r'data-line="(\w+)".*?<data value="(\d+)" data-currency="INR">', page)
    assert lines == [("messages", "150000")] and figures(page)["spend"].value == "150000"
    assert "Messages sent 1,200 × 1.25 1,500.00" in words(page)
    asked = "₹1,500.00 is spent this month: "
    assert asked + "the cap does nothing before the first paid cycle." in words(olive.get(path + "/cap").text)
    insiders.change(acme.workspace, stage="active")
    assert asked + "a cap that is not above it acts within minutes." in words(olive.get(path + "/cap").text)


def test_a_manager_sees_neither_spend_nor_cap(app: Flask, acme: Home) -> None:
    insiders.change(acme.workspace, spend_cap=0)
    mina = browser(app, insiders.join(acme.workspace, "mina@acme.example", WorkspaceRole.MANAGER))
    page = mina.get(acme.path + "usage").text
    assert "Spend this month" not in page and mina.get(acme.path + "usage/cap").status_code == 403


def test_suspended_by_the_cap_they_read_why_and_what_to_do(app: Flask, acme: Home) -> None:
    insiders.change(acme.workspace, spend_cap=0)
    insiders.suspend(acme.workspace, kind=HoldKind.SPEND_CAP)
    page = words(browser(app, acme.owner).get(acme.path + "suspended").text)
    assert "Raise the spend cap, or wait for the new month" in page and "Spent this month" in page


def test_whoever_may_raises_the_cap_that_suspended_it_and_nothing_else(
    app: Flask, acme: Home, mailbox: Mailbox
) -> None:
    insiders.change(acme.workspace, spend_cap=10_000, suspension_behaviour="suspend", activated_on=NOW.date())
    dear(acme, 96)
    job = JOBS["spend_caps"]
    assert job.act(lambda: NOW) == {"reached": 1}
    olive, path = browser(app, acme.owner), acme.path + "usage/cap"
    page = olive.get(acme.path + "suspended").text
    assert "Raise the spend cap, or wait for the new month." in words(page) and f'href="{path}"' in page
    assert "Why The spend cap of ₹100.00 for" in words(page)
    assert olive.get(acme.path + "usage").location == acme.path + "suspended", "nothing else works"
    form = fields_of(olive.get(path).text) | {"suspension_behaviour": "suspend"}
    for cap in ("100", "110.00", "120"):
        refused = submit(olive, path, form | {"spend_cap": cap})
        assert refused.status_code == 422 and "INR 120.00 is spent already this month" in words(refused.text)
    assert one(Workspace, id=acme.workspace.id).spend_cap == 10_000, "nothing of it was kept"
    assert submit(olive, path, form | {"spend_cap": "120.01"}).location == acme.path
    assert one(Workspace, id=acme.workspace.id).status is Status.TRIAL, "as before"
    assert olive.get(acme.path).status_code == 200
    assert job.act(lambda: NOW) == {}, "nothing is left to the job"


def test_held_for_something_else_too_the_cap_is_raised_and_it_stays_suspended(app: Flask, acme: Home) -> None:
    insiders.change(acme.workspace, spend_cap=0, suspension_behaviour="suspend")
    insiders.suspend(acme.workspace)
    olive, path = browser(app, acme.owner), acme.path + "usage/cap"
    assert olive.get(path).location == acme.path + "suspended", "no hold of its cap is open"
    insiders.suspend(acme.workspace, kind=HoldKind.SPEND_CAP)
    form = fields_of(olive.get(path).text) | {"suspension_behaviour": "suspend"}
    assert submit(olive, path, form | {"spend_cap": ""}).status_code == 303
    assert one(Workspace, id=acme.workspace.id).status is Status.SUSPENDED
    assert olive.get(path).location == acme.path + "suspended"
    mina = browser(app, insiders.join(acme.workspace, "mina@acme.example", WorkspaceRole.MANAGER))
    assert mina.get(path).location == acme.path + "suspended"
