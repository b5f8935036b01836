"""A workspace's side in a real browser: staff go in and out, people invite, and a suspended workspace says why. Pages
at rest are looked at in admin/test_every_page.py."""

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.base.db import db
from portal.models import AccessSession, Invitation
from portal.rules.access import WorkspaceRole
from portal.rules.access_sessions import Ending
from tests import factories
from tests.support import insiders
from tests.support.browsers import looks_right
from tests.support.insiders import Home
from tests.support.mails import Mailbox
from tests.support.people import log_in
from tests.support.servers import Server


@pytest.fixture
def acme(server: Server, app: Flask, mailbox: Mailbox) -> Home:
    """A workspace. The server starts first: with a fixed clock it refuses real data."""
    return insiders.home()


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    return browser_context_args | {"java_script_enabled": getattr(request, "param", True)}


SCRIPTS = pytest.mark.parametrize("browser_context_args", [True, False], indirect=True, ids=["", "no scripts"])


@SCRIPTS
def test_in_as_the_owner_an_act_and_out_again(acme: Home, page: Page, server: Server) -> None:
    log_in(page.context, factories.staff(), url=server.url)
    page.goto(f"/admin/workspaces/{acme.workspace.public_id}/impersonate")
    page.get_by_role("button", name="Start, 60 minutes").click()
    expect(page.get_by_text("Say why: the customer reads it in their activity.")).to_be_visible()
    page.get_by_label("Reason").fill("Delivery drops since Tuesday")
    page.get_by_label("Ticket").fill("TCK-4821")
    page.get_by_role("button", name="Start, 60 minutes").click()
    expect(page).to_have_url(server.url + acme.path)
    banner = page.get_by_role("complementary", name="Access session")
    expect(banner).to_contain_text("You are Alice, acting as Olive of Acme Logistics (owner) in Acme Logistics")
    expect(banner).to_contain_text("Delivery drops since Tuesday, TCK-4821")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(banner.get_by_role("button", name="Stop")).to_be_focused()
    page.locator(".side").get_by_role("link", name="Team").click()
    page.get_by_role("link", name="Invite…").click()
    page.get_by_label("E-mail", exact=True).fill("ian@example.test")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_text("ian@example.test").first).to_be_visible()
    expect(banner).to_be_visible()
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    banner.get_by_role("button", name="Stop").click()
    expect(page).to_have_url(re.compile(f"/admin/workspaces/{acme.workspace.public_id}$"))
    expect(banner).to_have_count(0)
    db.session.rollback()
    assert db.session.scalars(select(AccessSession.ended_how)).one() is Ending.STOPPED


def test_the_brand_is_a_way_out_too(acme: Home, page: Page, server: Server) -> None:
    log_in(page.context, factories.staff(), url=server.url)
    page.goto(f"/admin/workspaces/{acme.workspace.public_id}/impersonate")
    page.get_by_label("Reason").fill("To see")
    page.get_by_text("Look only").click()
    page.get_by_role("button", name="Start, 60 minutes").click()
    expect(page.get_by_role("complementary", name="Access session")).to_contain_text("looking as Olive")
    expect(page.get_by_role("link", name="Invite")).to_have_count(0)
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("button", name="Portal").click()
    expect(page).to_have_url(re.compile(f"/admin/workspaces/{acme.workspace.public_id}$"))


@SCRIPTS
def test_people_are_invited_given_a_role_and_removed(acme: Home, page: Page, server: Server) -> None:
    log_in(page.context, acme.owner, url=server.url)
    page.goto("/")
    expect(page).to_have_url(server.url + acme.path)
    page.get_by_role("link", name="Invite").click()
    page.get_by_label("E-mail", exact=True).fill("no address")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_text("Enter a full e-mail address")).to_be_visible()
    page.get_by_label("E-mail", exact=True).fill("ian@example.test")
    page.locator("#f-role").get_by_text("Manager", exact=True).click()
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page).to_have_url(server.url + acme.path + "team")
    page.get_by_role("button", name="Revoke the invitation to ian@example.test").click()
    expect(page.get_by_text("Pending invitations")).to_have_count(0)
    page.get_by_role("link", name="Change the role of Agent").click()
    page.locator("#f-role").get_by_text("Manager", exact=True).click()
    page.get_by_role("button", name="Change the role").click()
    expect(page.get_by_text("Agent is manager now.")).to_be_visible()
    page.get_by_role("link", name="Remove Agent").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Agent is no member any more.")).to_be_visible()
    db.session.rollback()
    assert db.session.scalars(select(Invitation.revoked_at)).one()


@SCRIPTS
def test_a_suspended_workspace_says_why_and_gives_its_contacts(acme: Home, page: Page, server: Server) -> None:
    insiders.suspend(acme.workspace)
    log_in(page.context, acme.people[WorkspaceRole.AGENT], url=server.url)
    page.goto(acme.path + "broadcasts")
    expect(page).to_have_url(server.url + acme.path + "suspended")
    expect(page.get_by_role("heading", name="Service suspended")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export contacts").click()
    assert download.value.suggested_filename.startswith("acme-logistics-contacts")


@SCRIPTS
def test_to_another_workspace_of_one_s_own(acme: Home, page: Page, server: Server) -> None:
    factories.workspace("Beta Freight", acme.owner)
    log_in(page.context, acme.owner, url=server.url)
    page.goto(acme.path)
    page.locator(".side .switcher > summary").click()
    page.locator(".side").get_by_role("button", name="Beta Freight").click()
    expect(page).to_have_url(server.url + "/w/beta-freight/")
    page.goto("/")
    expect(page).to_have_url(server.url + "/w/beta-freight/")


def test_the_minutes_go_down_and_the_last_are_said_aloud(acme: Home, page: Page, server: Server) -> None:
    page.clock.install()
    log_in(page.context, factories.staff(), url=server.url)
    page.goto(f"/admin/workspaces/{acme.workspace.public_id}/impersonate")
    page.get_by_label("Reason").fill("To see")
    page.get_by_role("button", name="Start, 60 minutes").click()
    left = page.locator(".visit .left")
    expect(left).to_have_text("60 min left")
    page.wait_for_load_state()  # its script counts from when it comes
    page.clock.run_for(11 * 60 * 1000)
    expect(left).to_have_text("49 min left")
    expect(left).not_to_have_attribute("aria-live", "polite")
    page.clock.run_for(45 * 60 * 1000)
    expect(left).to_have_attribute("aria-live", "polite")
    looks_right(page)
