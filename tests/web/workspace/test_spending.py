"""A workspace's people see what is spent of the cap, what follows, and change it where their role has it."""

import pytest
from flask import Flask

from portal.models import SuspensionBehaviour, Workspace
from portal.rules.access import WorkspaceRole
from portal.rules.lifecycle import HoldKind
from tests.support import insiders
from tests.support.creation import one
from tests.support.insiders import Home, browser
from tests.support.pages import figures, words
from tests.support.people import submit
from tests.web.admin.test_plans import fields_of


@pytest.fixture
def acme(app: Flask) -> Home:
    return insiders.home()


def test_the_owner_sees_spend_and_sets_a_cap(app: Flask, acme: Home) -> None:
    olive, usage = browser(app, acme.owner), acme.path + "usage"
    page = olive.get(usage).text
    assert figures(page)["spend"].value == "0" and "No cap" in words(page) and "Set a cap" in page
    form = fields_of(olive.get(usage + "/cap").text)
    refused = submit(olive, usage + "/cap", form | {"spend_cap": "lots", "suspension_behaviour": "block_outbound"})
    assert refused.status_code == 422 and 'value="lots"' in refused.text
    wanted = form | {"spend_cap": "0", "suspension_behaviour": "block_outbound"}
    assert submit(olive, usage + "/cap", wanted).status_code == 303
    assert one(Workspace, id=acme.workspace.id).suspension_behaviour is SuspensionBehaviour.BLOCK_OUTBOUND
    assert "Nothing is sent from this workspace" in words(olive.get(usage).text)
    assert "Spend cap reached" in words(olive.get(acme.path).text)
    assert submit(olive, usage + "/cap", wanted).status_code == 409, "drawn before that"


def test_a_manager_sees_neither_spend_nor_cap(app: Flask, acme: Home) -> None:
    insiders.change(acme.workspace, spend_cap=0)
    mina = browser(app, insiders.join(acme.workspace, "mina@acme.example", WorkspaceRole.MANAGER))
    page = mina.get(acme.path + "usage").text
    assert "Spend this month" not in page and mina.get(acme.path + "usage/cap").status_code == 403


def test_suspended_by_the_cap_they_read_why_and_what_to_do(app: Flask, acme: Home) -> None:
    insiders.change(acme.workspace, spend_cap=0)
    insiders.suspend(acme.workspace, kind=HoldKind.SPEND_CAP)
    page = words(browser(app, acme.owner).get(acme.path + "suspended").text)
    assert "Have the spend cap raised, or wait for the new month" in page and "Spent this month" in page
