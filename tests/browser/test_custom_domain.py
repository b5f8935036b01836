"""An organization's own domain in a real browser: its log-in under its brand, and nothing at a host of nobody's."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.base.db import db
from portal.models import DomainState, Organization, Workspace
from portal.operations import branding
from portal.operations.unit import unit
from tests import factories
from tests.factories import PASSWORD, command
from tests.support.browsers import axe
from tests.support.family import family
from tests.support.pictures import picture
from tests.support.servers import Server

HOST, UNVERIFIED = "portal.acme.example", "new.acme.example"
COLOUR = "getComputedStyle(document.documentElement).getPropertyValue('--own')"


@pytest.fixture
def acme(server: Server, app: Flask) -> Workspace:
    """A branded organization with a verified domain and one that is not. The server starts first."""
    made = family("Acme Labs")
    branding.save(made.organization_id, "#0b6e4f", "#4cc79a", picture(), command())
    with unit() as session:
        of = session.get_one(Organization, made.organization_id)
        of.branding_granted = True
    factories.domain(of, HOST, state=DomainState.VERIFIED)
    factories.domain(of, UNVERIFIED, state=DomainState.PENDING)
    return made


def at(server: Server, host: str, path: str = "/") -> str:
    return f"http://{host}:{urlsplit(server.url).port}{path}"


def test_people_log_in_under_the_brand_of_their_domain(acme: Workspace, page: Page, server: Server) -> None:
    page.goto(at(server, HOST))
    expect(page).to_have_url(at(server, HOST, "/login?next=/"))
    expect(page).to_have_title("Log in · Acme Logistics")
    logo = page.locator("img[src^='/branding/']").first
    expect(logo).to_be_visible()
    assert logo.evaluate("image => image.naturalWidth") > 0, "it is served there"
    assert "#0b6e4f" in page.evaluate(COLOUR), "so are the colours, within the content policy"
    axe(page)
    page.get_by_label("E-mail").fill("olive@example.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(at(server, HOST, "/w/**"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    slug = db.session.get_one(Organization, acme.organization_id).slug
    answer = page.goto(at(server, HOST, f"/o/{slug}/workspaces"))
    assert answer and answer.status == 200 and "#0b6e4f" in page.evaluate(COLOUR)
    for path in ("/admin/", "/me"):
        answer = page.goto(at(server, HOST, path))
        assert answer and answer.status == 404, path


@pytest.mark.parametrize("host", [UNVERIFIED, "evil.example"])
def test_an_unverified_host_is_a_404(acme: Workspace, page: Page, server: Server, host: str) -> None:
    for path in ("/", "/login", "/static/css/base.css"):
        answer = page.goto(at(server, host, path))
        assert answer and answer.status == 404, path
        assert "Acme" not in page.content() and "Portal" not in page.content()
