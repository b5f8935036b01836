"""Many workspaces at once, as a person does it in the browser: ticked, looked at, begun, followed, and written to."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.models import Workspace
from portal.rules.lifecycle import Status
from tests import factories
from tests.conftest import database  # noqa: F401  (both)
from tests.support.creation import one
from tests.support.mails import Mailbox
from tests.support.people import log_in
from tests.support.servers import Server

LIST = "/admin/workspaces/?sort=name"


@pytest.fixture
def alice(app: Flask, page: Page, server: Server) -> Page:
    """Her tab; there are 14 workspaces of Olive's."""
    for number in range(14):
        factories.workspace(f"Acme {number:02}")
    log_in(page.context, factories.staff(), url=server.url)
    return page


def test_ticked_workspaces_are_suspended(alice: Page) -> None:
    alice.goto(LIST)
    bar = alice.get_by_role("form", name="With the ticked workspaces")
    expect(bar).to_be_hidden()
    alice.get_by_label("Select Acme 03").check()
    alice.get_by_label("Select Acme 05").check()
    expect(bar.get_by_text("2 selected")).to_be_visible()
    expect(alice.get_by_label("Select all on this page")).to_have_js_property("indeterminate", True)
    bar.get_by_role("button", name="Suspend").click()
    dialog = alice.get_by_role("dialog", name="Suspend 2 workspaces?")
    expect(dialog.get_by_text("Will be suspended")).to_be_visible()
    dialog.get_by_label("Reason its people will see").fill("Confirm your sender registration.")
    dialog.get_by_role("button", name="Suspend 2 workspaces").click()
    expect(alice.get_by_role("heading", name="Suspend 2 workspaces")).to_be_visible()
    expect(alice.get_by_text("2 done", exact=True)).to_be_visible()
    assert one(Workspace, name="Acme 03").status is Status.SUSPENDED
    assert one(Workspace, name="Acme 04").status is Status.TRIAL


def test_all_that_match_are_written_to(alice: Page, mailbox: Mailbox) -> None:
    alice.goto(LIST)
    alice.get_by_label("Select all on this page").check()
    expect(alice.get_by_text("12 selected")).to_be_visible()
    alice.get_by_text("Select all 14").click()
    expect(alice.get_by_text("All 14 selected")).to_be_visible()
    alice.get_by_role("button", name="Notify").click()
    dialog = alice.get_by_role("dialog", name="Write to the owners of 14 workspaces?")
    dialog.get_by_label("Subject").fill("Maintenance on Sunday")
    dialog.get_by_role("button", name="Write to 1 owner").click()
    expect(dialog.get_by_text("Enter what the owners are to read.")).to_be_visible()
    expect(dialog.get_by_label("Subject")).to_have_value("Maintenance on Sunday")
    dialog.get_by_label("Text").fill("We move.")
    dialog.get_by_role("button", name="Write to 1 owner").click()
    expect(alice.get_by_text("1 done, 13 skipped")).to_be_visible()
    assert mailbox.only("olive@example.test").subject == "Maintenance on Sunday"
    alice.get_by_role("link", name="Mail", exact=True).first.click()
    alice.get_by_role("link", name="Maintenance on Sunday").click()
    expect(alice.get_by_text("We move.")).to_be_visible()


def test_the_selection_is_cleared_and_made_by_keys(alice: Page) -> None:
    alice.goto(LIST)
    alice.get_by_label("Select Acme 01").check()
    alice.get_by_role("button", name="Clear the selection").click()
    expect(alice.get_by_role("form", name="With the ticked workspaces")).to_be_hidden()
    for key in "jjx":
        alice.keyboard.press(key)
    expect(alice.get_by_label("Select Acme 01")).to_be_checked()
    expect(alice.get_by_text("1 selected")).to_be_visible()
