"""Hosts: the platform's own, verified custom domains, and all others; what each serves, and what a log-in opens."""

import re
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.base.db import db
from portal.models import Domain, DomainState, LoginSession, Organization, User, Workspace
from portal.operations import branding, domains
from portal.operations.unit import unit
from portal.rules.access import WorkspaceRole
from portal.web import hosts
from tests import factories
from tests.factories import PASSWORD, command
from tests.support import insiders
from tests.support.family import family, named
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.people import COOKIE, session_of
from tests.support.pictures import picture
from tests.support.routes import routes

HOST, ALONE = "portal.acme.example", "labs.acme.example"
TOKEN = re.compile(r'"X-CSRFToken":"([^"]+)"')


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """The primary workspace of a branded organization, which has a domain; so has its workspace Acme Labs."""
    made = family("Acme Labs")
    branding.save(made.organization_id, "#0b6e4f", "#4cc79a", picture(), command())
    with unit() as session:
        session.get_one(Organization, made.organization_id).branding_granted = True
    factories.domain(of(made), HOST, state=DomainState.VERIFIED)
    factories.domain(of(made), ALONE, state=DomainState.VERIFIED, workspace_id=named("Acme Labs").id)
    return made


def of(workspace: Workspace) -> Organization:
    return db.session.get_one(Organization, workspace.organization_id)


def at(host: str) -> dict[str, Any]:
    """The options of a request for this host."""
    return {"base_url": f"http://{host}"}


def log_in(client: FlaskClient, host: str, email: str, **options: Any) -> TestResponse:
    """By the form of that host."""
    found = TOKEN.search(client.get("/login", **at(host)).text)
    form = {"csrf_token": found[1] if found else "", "email": email, "password": PASSWORD}
    return client.post("/login", data=form, **at(host), **options)


@pytest.fixture
def olive(app: Flask, acme: Workspace) -> FlaskClient:
    """The organization's admin and owner of all, logged in on its domain."""
    client = app.test_client()
    assert log_in(client, HOST, "olive@example.test").status_code == 303
    return client


OTHERS = ("evil.example", "x.portal.acme.example", "acme.example", "portal.acme.example.evil.example")
PATHS = ("/", "/login", "/static/css/base.css", "/admin/", "/no-such-page", "/w/acme-labs/", "//x")
GONE = ("/admin/", "/me", "/invitations/", "/password/reset/", "/access/")


@pytest.mark.parametrize("host", OTHERS)
@pytest.mark.parametrize("path", PATHS)
def test_any_other_host_has_nothing(acme: Workspace, client: FlaskClient, host: str, path: str) -> None:
    client.set_cookie(COOKIE, session_of(db.session.get_one(User, acme.owner_id)), domain=host)
    answer = client.get(path, **at(host))
    assert answer.status_code == 404
    assert host not in answer.text and "Olive" not in answer.text and "Acme" not in answer.text
    assert "Location" not in answer.headers


@pytest.mark.parametrize("state", [DomainState.PENDING, DomainState.FAILED])
def test_a_domain_that_is_not_verified_has_nothing_either(
    acme: Workspace, client: FlaskClient, state: DomainState
) -> None:
    factories.domain(of(acme), "new.acme.example", state=state)
    assert client.get("/login", **at("new.acme.example")).status_code == 404


@pytest.mark.parametrize("host", [HOST, HOST.upper(), HOST + ":8443"])
def test_a_verified_one_shows_its_brand_before_anybody_logs_in(acme: Workspace, client: FlaskClient, host: str) -> None:
    answer = client.get("/login", **at(host))
    assert answer.status_code == 200
    assert "Log in · Acme Logistics" in answer.text and f"on {HOST}" in words(answer.text)
    addresses = re.findall(r'(?:href|src)="(/branding/[^"]+)"', answer.text)
    assert {address.rpartition(".")[2] for address in addresses} == {"css", "png"}
    assert {client.get(address, **at(host)).status_code for address in addresses} == {200}
    assert client.get(addresses[0]).status_code == 200, "also on the platform's own host"
    assert "Acme" not in client.get("/login").text


def test_logging_in_there_leads_into_its_workspaces(olive: FlaskClient, acme: Workspace) -> None:
    assert olive.get("/", **at(HOST)).location in ("/w/acme-labs/", "/w/acme-logistics/")
    slug = of(acme).slug
    for path in ("/w/acme-labs/", f"/o/{slug}/", f"/o/{slug}/workspaces"):
        assert olive.get(path, **at(HOST)).status_code == 200, path
    assert 'href="/me"' not in olive.get("/w/acme-labs/", **at(HOST)).text


def test_a_log_in_is_good_for_its_host_alone(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    taken = olive.get_cookie(COOKIE, domain=HOST)
    assert taken
    own = session_of(db.session.get_one(User, acme.owner_id))
    opened = ((HOST, taken.value, 200), (HOST, own, 303), (ALONE, taken.value, 303))
    for host, token, status in (*opened, ("localhost", taken.value, 303), ("localhost", own, 200)):
        client = app.test_client()
        client.set_cookie(COOKIE, token, domain=host)
        assert client.get("/w/acme-labs/", **at(host)).status_code == status, (host, token == own)


def test_nobody_else_s_pages_are_there(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    olive_row = db.session.get_one(User, acme.owner_id)
    beta = factories.workspace("Beta Freight", olive_row)
    for path in ("/w/beta-freight/", f"/o/{of(beta).slug}/"):
        assert olive.get(path, **at(HOST)).status_code == 404, path
    assert "Beta" not in olive.get("/w/acme-labs/", **at(HOST)).text
    assert "Beta" not in olive.get("/w/acme-labs/search?q=b", **at(HOST)).text


def test_a_workspace_s_domain_serves_that_workspace_alone(app: Flask, acme: Workspace) -> None:
    client = app.test_client()
    assert log_in(client, ALONE, "olive@example.test").status_code == 303
    assert client.get("/", **at(ALONE)).location == "/w/acme-labs/"
    assert client.get("/w/acme-labs/", **at(ALONE)).status_code == 200
    for path in ("/w/acme-logistics/", f"/o/{of(acme).slug}/"):
        assert client.get(path, **at(ALONE)).status_code == 404, path
    text = client.get("/w/acme-labs/", **at(ALONE)).text
    assert acme.public_id not in text and f"/o/{of(acme).slug}/" not in text, "the switcher knows of no other"


def test_what_is_the_platform_s_is_nowhere_else(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    gone = [
        route
        for route in routes()
        if route.method == "GET" and route.rule.startswith(GONE) and route.endpoint not in hosts.COMMON | hosts.PROBES
    ]
    assert len(gone) > 50
    for route in gone:
        path = route.path(**dict.fromkeys(route.names, "x"))
        assert olive.get(path, **at(HOST)).status_code == 404, path


def test_whoever_it_is_not_for_cannot_log_in(app: Flask, acme: Workspace) -> None:
    factories.staff()
    factories.user("bea@example.test")
    insiders.join(acme, "ann@acme.example", WorkspaceRole.AGENT)
    for host, email, status in (
        (HOST, "alice@example.test", 422),
        (HOST, "bea@example.test", 422),
        (HOST, "ann@acme.example", 303),
        (ALONE, "ann@acme.example", 422),
        (ALONE, "alice@example.test", 422),
        ("localhost", "bea@example.test", 303),
    ):
        answer = log_in(app.test_client(), host, email)
        assert answer.status_code == status, (host, email)
        assert (status == 303) or "E-mail or password is not right" in answer.text


def test_with_the_domain_its_log_ins_go(olive: FlaskClient, acme: Workspace) -> None:
    row = db.session.scalars(select(Domain).where(Domain.host == HOST)).one()
    domains.remove(acme.organization_id, row.public_id, command())
    assert olive.get("/login", **at(HOST)).status_code == 404
    there = select(LoginSession.revoked_at).where(LoginSession.host == HOST)
    assert None not in list(db.session.scalars(there))


def test_a_form_of_another_host_is_not_taken(olive: FlaskClient, acme: Workspace) -> None:
    found = TOKEN.search(olive.get("/login").text)
    form = {"csrf_token": found[1] if found else "", "email": "olive@example.test", "password": PASSWORD}
    assert olive.post("/login", data=form, **at(ALONE)).status_code == 400


def test_no_mail_with_a_token_leads_to_a_custom_domain(
    app: Flask, olive: FlaskClient, acme: Workspace, mailbox: Mailbox
) -> None:
    client = app.test_client()
    found = TOKEN.search(client.get("/password/forgot", **at(HOST)).text)
    form = {"csrf_token": found[1] if found else "", "email": "olive@example.test"}
    for headers in ({}, {"X-Forwarded-Host": "evil.example"}):
        assert client.post("/password/forgot", data=form, headers=headers, **at(HOST)).status_code == 200
    token = TOKEN.search(olive.get("/w/acme-labs/", **at(HOST)).text)
    form = {"csrf_token": token[1] if token else "", "email": "ann@acme.example", "name": "Ann", "role": "agent"}
    assert olive.post("/w/acme-labs/team/invite", data=form, **at(HOST)).status_code == 303
    bodies = [each.body or "" for each in mailbox.messages]
    assert len(bodies) >= 2 and not any("evil" in body for body in bodies)
    for body in bodies:
        assert not re.search(rf"http://{HOST}\S*/\S+", body), "but for its first page"
    assert bodies[-1].rstrip().endswith(f"Acme Logistics\nhttp://{HOST}/")
    assert "http://localhost/invitations/" in bodies[-1]


def test_the_platform_s_own_host_costs_no_query(app: Flask, acme: Workspace) -> None:
    found = []
    for host in ("localhost", "127.0.0.1", HOST):
        with app.test_request_context("/login", **at(host)):
            before = g.get("queries", 0)
            hosts.check()
            found.append(g.get("queries", 0) - before)
            g.pop("domain", None)
    assert found == [0, 0, 1]
