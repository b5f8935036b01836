"""What programs are given, in a real browser: a key from its making to its end, a webhook from its secret to its."""

import re
from datetime import timedelta

from flask import Flask
from playwright.sync_api import Page, expect

from portal.base import webhooks as base
from portal.gateways.webhooks import Pinned
from portal.models import Workspace
from tests import factories
from tests.support.clocks import NOW
from tests.support.hooks import changed, delivered
from tests.support.people import log_in
from tests.support.receivers import Receiver, receiving
from tests.support.servers import Server


def test_a_key_is_made_shown_once_used_within_its_scopes_and_revoked(app: Flask, server: Server, page: Page) -> None:
    factories.plan()
    factories.workspace()
    log_in(page.context, factories.staff(), url=server.url)
    page.goto("/admin/api-keys/")
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name").fill("Gateway Mumbai")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("group", name="What it may do")).to_contain_text("Choose at least one")
    expect(page.get_by_label("Name")).to_have_value("Gateway Mumbai")
    page.get_by_label(re.compile("^List and read workspaces")).press("Space")
    page.get_by_role("button", name="Make the key").click()
    secret = page.locator("#secret").inner_text()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the key").click()
    page.wait_for_function("secret => navigator.clipboard.readText().then(text => text === secret)", arg=secret)

    def asked(path: str, method: str = "GET") -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        return page.request.fetch(f"/api/v1/{path}", method=method, headers=headers).status

    assert asked("workspaces") == 200
    assert asked("changes") == 403, "that was not ticked"
    page.get_by_role("link", name="I have kept it").click()
    row = page.locator("tr[data-key]")
    expect(row).to_contain_text("workspaces:read")
    expect(row.locator(".badge")).to_have_text("Works")
    assert secret not in page.content()
    page.get_by_role("link", name="Revoke Gateway Mumbai").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row.locator(".badge")).to_have_text("Revoked")
    assert asked("workspaces") == 401


def made(page: Page, program: Receiver) -> None:
    """A webhook, made on its pages. Its secret is shown once."""
    page.goto("/admin/webhooks/")
    page.get_by_role("link", name="New webhook").click()
    page.get_by_label("Address").fill(program.url + "/in")
    page.get_by_role("button", name="Save").click()
    secret = page.locator("#secret").inner_text()
    assert secret.startswith("whsec_")
    page.get_by_role("link", name="I have kept it").click()
    expect(page.locator(".page-head .badge")).to_have_text("Active")
    assert secret not in page.content()


def up(page: Page, program: Receiver) -> None:
    """From a delivery to its webhook."""
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name=program.url).click()


def failed_and_sent_again(page: Page, program: Receiver, acme: Workspace) -> None:
    """A change that the program does not take at first; once it has it, it is sent again by hand."""
    badge, log = page.locator(".page-head .badge"), page.locator(".deliveries tbody tr")
    program.reply = lambda _: (503, {}, b"away")
    changed(acme, "workspace.suspended")
    delivered(NOW)
    up(page, program)
    expect(badge).to_have_text("Failing")
    expect(log.first).to_contain_text("503")
    program.reply = lambda _: (204, {}, b"")
    delivered(NOW + timedelta(hours=1))
    page.get_by_role("link", name=re.compile("^Delivered")).click()
    log.filter(has_text="workspace.suspended").get_by_role("link").press("Enter")
    page.get_by_role("button", name="Send again").click()
    expect(badge).to_have_text("Waiting")
    delivered(NOW + timedelta(hours=2))
    assert len({*program.names[1:]}) == 1 and len(program.names) == 4, "a program knows what it has already"
    up(page, program)


def test_a_webhook_is_tested_read_replayed_paused_and_removed(app: Flask, server: Server, page: Page) -> None:
    factories.plan()
    acme = factories.workspace()
    app.extensions[base.EXTENSION] = Pinned(loopback=True)
    log_in(page.context, factories.staff(), url=server.url)
    badge = page.locator(".page-head .badge")
    with receiving() as program:
        made(page, program)
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("webhook.test")
        expect(badge).to_have_text("Delivered")
        assert len(program.calls) == 1
        failed_and_sent_again(page, program, acme)
        page.get_by_role("button", name="Pause").click()
        expect(badge).to_have_text("Paused")
        changed(acme, "workspace.reactivated")
        delivered(NOW + timedelta(hours=3))
        assert len(program.calls) == 4, "nothing is sent meanwhile"
        page.get_by_role("button", name="Resume").click()
        expect(badge).to_have_text("Active")
        delivered(NOW + timedelta(hours=4))
        assert len(program.calls) == 5
    page.get_by_role("link", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="There is no webhook yet")).to_be_visible()
