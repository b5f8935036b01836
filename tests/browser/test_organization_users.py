"""The people of an organization in a real browser: invited, come, given roles, removed; with and without scripts, and
by keyboard. Pages at rest are looked at in admin/test_every_page.py."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from portal.base.db import db
from portal.models import Membership, Organization, OrganizationMember, User, Workspace, scope
from portal.rules.access import OrganizationRole, WorkspaceRole
from tests import factories
from tests.factories import PASSWORD
from tests.support import insiders
from tests.support.browsers import listen, looks_right
from tests.support.creation import one
from tests.support.family import family, named
from tests.support.mails import Mailbox
from tests.support.people import log_in
from tests.support.servers import Server

LINK = re.compile(r"/invitations/[\w-]+")


@pytest.fixture
def acme(server: Server, app: Flask, mailbox: Mailbox) -> Organization:
    """An organization of two workspaces, both of Olive's, its admin. The server starts first: with a fixed clock it
    refuses real data."""
    return db.session.get_one(Organization, family("Acme Labs").organization_id)


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    return browser_context_args | {"java_script_enabled": getattr(request, "param", True)}


@pytest.fixture
def olive(acme: Organization, page: Page, server: Server) -> Page:
    """Her browser, on the organization's users."""
    log_in(page.context, one(User, email="olive@example.test"), url=server.url)
    page.goto(f"/o/{acme.slug}/users")
    return page


SCRIPTS = pytest.mark.parametrize("browser_context_args", [True, False], indirect=True, ids=["", "no scripts"])


def roles(person: User) -> tuple[OrganizationRole | None, WorkspaceRole | None]:
    """Those of the person, in the organization and in Acme Labs."""
    here = select(OrganizationMember.role).where(OrganizationMember.user_id == person.id)
    there = select(Membership.role).join(Workspace, Workspace.id == Membership.workspace_id)
    db.session.rollback()
    with scope.platform():
        inside = db.session.scalar(there.where(Membership.user_id == person.id, Workspace.name == "Acme Labs"))
    return db.session.scalar(here), inside


def invite_ian(olive: Page) -> None:
    """As a user admin, and manager of Acme Labs."""
    olive.get_by_role("link", name="Invite people").click()
    olive.get_by_label("E-mail", exact=True).fill("ian@example.test")
    olive.locator("#f-organization_role").get_by_text("User admin", exact=True).click()
    olive.get_by_role("button", name="One more workspace").click()
    expect(olive.get_by_label("E-mail", exact=True)).to_have_value("ian@example.test")
    olive.locator("#f-seats-1-workspace").select_option("Acme Labs")
    olive.locator("#f-seats-1-role").select_option("Manager")
    olive.get_by_role("button", name="Invite", exact=True).click()
    expect(olive.get_by_role("heading", name="Pending invitations")).to_be_visible()
    invitation = olive.locator("tr[data-invitation]")
    expect(invitation).to_contain_text("ian@example.test")
    expect(invitation).to_contain_text("Acme Labs manager")


@SCRIPTS
def test_invited_come_logged_in_of_the_organization_and_removed(
    acme: Organization, olive: Page, browser: Browser, server: Server, mailbox: Mailbox
) -> None:
    invite_ian(olive)
    link = LINK.search(mailbox.messages[-1].body or "")
    assert link
    context = browser.new_context(base_url=server.url)
    ian = context.new_page()
    complaints = listen(ian)
    ian.goto(link[0])
    ian.get_by_label("Name").fill("Ian Ito")
    ian.get_by_label("Password", exact=True).fill(PASSWORD)
    ian.get_by_label("Password", exact=True).press("Enter")
    expect(ian).to_have_url(server.url + "/w/acme-labs/")
    person = one(User, email="ian@example.test")
    assert roles(person) == (OrganizationRole.USER_ADMIN, WorkspaceRole.MANAGER)
    ian.goto(f"/o/{acme.slug}/users")
    expect(ian.locator(f"tr[data-user={person.public_id}]")).to_contain_text("Ian Ito (you)")

    olive.reload()
    expect(olive.locator("tr[data-invitation]")).to_have_count(0)
    olive.get_by_role("link", name="Remove Ian Ito from the organization").click()
    olive.get_by_role("button", name="Remove", exact=True).click()
    expect(olive.get_by_text("removed from")).to_be_visible()
    expect(olive.get_by_role("link", name="Ian Ito")).to_have_count(0)
    assert roles(person) == (None, None)
    for path in ("/w/acme-labs/", f"/o/{acme.slug}/users"):
        answer = ian.goto(path)
        assert answer and answer.status == 404, "the session is there still, and opens nothing of it"
    assert [each for each in complaints if "404" not in each] == []
    context.close()


@SCRIPTS
def test_roles_are_changed_and_a_workspace_is_handed_over(acme: Organization, olive: Page) -> None:
    dana = factories.user("dana@example.test")
    factories.member(acme, dana)
    olive.reload()
    olive.get_by_role("link", name="Member: change the organization role of Dana").click()
    olive.locator("#f-role").get_by_text("Billing admin", exact=True).click()
    olive.get_by_role("button", name="Change the role").click()
    expect(olive.get_by_text("is billing admin in")).to_be_visible()
    olive.get_by_role("link", name="Dana", exact=True).click()
    olive.get_by_role("link", name="Add to a workspace…").first.click()
    olive.locator("#f-workspace").select_option("Acme Labs")
    olive.get_by_role("button", name="Add", exact=True).click()
    expect(olive.get_by_text("is agent in")).to_be_visible()
    assert roles(dana) == (OrganizationRole.BILLING_ADMIN, WorkspaceRole.AGENT)
    olive.get_by_role("link", name="Change the role in Acme Labs").click()
    olive.locator("#f-role").get_by_text("Manager", exact=True).click()
    olive.get_by_role("button", name="Change the role").click()
    expect(olive.get_by_text("is manager in")).to_be_visible()
    olive.get_by_role("link", name="Make owner of Acme Labs").click()
    olive.get_by_role("button", name="Hand over").click()
    expect(olive.get_by_text(re.compile("owns the workspace .Acme Labs. now"))).to_be_visible()
    assert roles(dana)[1] is WorkspaceRole.OWNER
    assert roles(one(User, email="olive@example.test"))[1] is WorkspaceRole.MANAGER
    olive.get_by_role("link", name="Remove…", exact=True).click()
    olive.get_by_role("button", name="Remove", exact=True).click()
    expect(olive.get_by_text("Dana owns Acme Labs, and a workspace always has an owner.")).to_be_visible()
    assert named("Acme Labs").owner_id == dana.id


def test_by_keyboard_alone(acme: Organization, olive: Page, mailbox: Mailbox) -> None:
    olive.get_by_role("link", name="Invite people").focus()
    olive.keyboard.press("Enter")
    expect(olive.get_by_label("E-mail", exact=True)).to_be_focused()
    olive.keyboard.type("no address")
    olive.keyboard.press("Enter")
    expect(olive.get_by_text("Enter a full e-mail address")).to_be_visible()
    expect(olive.get_by_label("E-mail", exact=True)).to_be_focused()
    olive.keyboard.press("Control+A")
    olive.keyboard.type("kim@example.test")
    for _ in range(2):
        olive.keyboard.press("Tab")
    olive.keyboard.press("ArrowUp")  # from Member to User admin
    olive.keyboard.press("Tab")
    olive.keyboard.type("Acme L")
    looks_right(olive)
    olive.get_by_role("button", name="Invite", exact=True).focus()
    olive.keyboard.press("Enter")
    expect(olive.locator("tr[data-invitation]")).to_contain_text("User admin")
    olive.get_by_role("button", name="Revoke the invitation to kim@example.test").focus()
    olive.keyboard.press("Enter")
    expect(olive.locator("tr[data-invitation]")).to_have_count(0)
    search = olive.get_by_role("searchbox", name="Search by name or e-mail")
    search.focus()
    olive.keyboard.type("nobody")
    expect(olive.get_by_role("heading", name="Nobody matches “nobody”")).to_be_visible()
    expect(search).to_be_focused()
    olive.keyboard.press("Control+A")
    olive.keyboard.type("oli")
    expect(olive.locator("tr[data-user]")).to_have_count(1)
    expect(olive).to_have_url(re.compile(r"\?q=oli$"))


def test_a_filter_is_in_the_address_and_goes_back_with_it(acme: Organization, olive: Page) -> None:
    insiders.join(named("Acme Labs"), "ann@example.test", WorkspaceRole.AGENT)
    olive.reload()
    olive.locator("#filter-role").select_option("Member")
    expect(olive.locator("tr[data-user]")).to_have_count(1)
    expect(olive).to_have_url(re.compile(r"\?role=member$"))
    olive.go_back()
    expect(olive.locator("tr[data-user]")).to_have_count(2)
