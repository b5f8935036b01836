"""One's own account in a real browser: what it takes to come in, and what one sees on the way. Pages at rest are looked
at in admin/test_every_page.py."""

import re
from datetime import datetime

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from portal.models import User
from portal.operations.invitations import Into, invite
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole
from tests import factories
from tests.factories import PASSWORD, acting
from tests.support import browsers
from tests.support.browsers import looks_right
from tests.support.mails import Mailbox
from tests.support.people import log_in
from tests.support.servers import Server


@pytest.fixture
def alice(server: Server, app: Flask) -> User:
    """The platform's owner. The server starts first: with a fixed clock it refuses real data."""
    return factories.staff()


def fill(page: Page, **fields: str) -> None:
    """Types into the fields and sends the form."""
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    page.click("main button.primary")


def test_a_log_in_with_a_wrong_try_first(alice: User, page: Page, server: Server) -> None:
    page.goto("/me")
    expect(page).to_have_url(server.url + "/login?next=/me")
    fill(page, email=alice.email, password="not this password")
    expect(page.get_by_role("alert")).to_contain_text("E-mail or password is not right.")
    expect(page.locator("[name=email]")).to_have_value(alice.email)
    expect(page.locator("[name=password]")).to_be_focused()
    looks_right(page)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Show the password").click()
    expect(page.locator("[name=password]")).to_have_attribute("type", "text")
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_url(server.url + "/me")


def test_everything_about_oneself(alice: User, page: Page, server: Server, mailbox: Mailbox, now: datetime) -> None:
    log_in(page.context, alice, url=server.url)
    page.goto("/me")
    page.get_by_text("Dark", exact=True).click()
    fill(page)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_text("Profile saved.")).to_be_visible()
    page.get_by_role("link", name="Set up").click()
    page.get_by_role("button", name="Set it up").click()
    expect(page.locator("#secret")).to_be_visible()
    looks_right(page)
    secret = page.inner_text("#secret").replace(" ", "")
    page.fill("[name=code]", pyotp.TOTP(secret).at(now))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator("#codes code")).to_have_count(10)
    looks_right(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert re.findall(r"(?m)^[a-z0-9]{4}(?:-[a-z0-9]{4}){3}$", download.value.path().read_text())
    page.goto("/me/second-factor")
    looks_right(page)


def test_a_second_factor_at_log_in(alice: User, page: Page, server: Server, mailbox: Mailbox, now: datetime) -> None:
    with unit():
        alice.totp_secret, alice.totp_enabled_at = pyotp.random_base32(), now
    page.goto("/login")
    fill(page, email=alice.email, password=PASSWORD)
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    fill(page, code=pyotp.TOTP(alice.totp_secret or "").at(now))
    expect(page).not_to_have_url(re.compile("/login"))


def test_an_invitation_is_accepted(alice: User, page: Page, server: Server, mailbox: Mailbox) -> None:
    with unit() as session:
        into = Into(factories.organization("شركة النور للاتصالات"), OrganizationRole.USER_ADMIN)
        sent = invite(session, "dana@example.test", "Dana", into, acting(alice))
    page.goto("/invitations/" + sent.link.rpartition("/")[2])
    looks_right(page)
    fill(page, name="Dana", password=PASSWORD)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.locator(".side .switcher > summary").click()
    page.locator(".side").get_by_role("button", name="Log out").click()
    expect(page).to_have_url(server.url + "/login")


def test_without_scripts_everything_works(alice: User, browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    complaints = browsers.listen(page)
    page.goto("/me")
    fill(page, email=alice.email, password=PASSWORD)
    fill(page, name="Alice the First")
    expect(page.locator("[name=name]")).to_have_value("Alice the First")
    page.goto("/me/second-factor")
    page.get_by_role("button", name="Set it up").click()
    expect(page.locator("#secret")).to_be_visible()
    page.goto("/me")
    page.locator("#sessions").get_by_role("button", name="Log out here").click()
    expect(page).to_have_url(server.url + "/login")
    context.close()
    assert not complaints
