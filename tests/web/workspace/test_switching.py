"""Links into another workspace of one's own, and forms of a tab that was left behind."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import LoginSession, Workspace
from portal.operations import team
from portal.rules.access import WorkspaceRole, permissions_of
from tests import factories
from tests.support import insiders
from tests.support.creation import actions
from tests.support.insiders import Home, browser
from tests.support.pages import words
from tests.support.people import submit


@pytest.fixture
def acme(app: Flask) -> Home:
    return insiders.home()


@pytest.fixture
def beta(acme: Home) -> Workspace:
    """Another workspace of the same owner."""
    return factories.workspace("Beta Freight", acme.owner)


@pytest.fixture
def olive(app: Flask, acme: Home, beta: Workspace) -> FlaskClient:
    """The owner of both, in the first."""
    client = browser(app, acme.owner)
    assert client.get(acme.path).status_code == 200
    return client


def test_a_link_elsewhere_asks_and_lands_on_the_link(olive: FlaskClient, acme: Home, beta: Workspace) -> None:
    link = "/w/beta-freight/team?q=ann"
    text = words(olive.get(link).text)
    assert "This belongs to Beta Freight You are in Acme Logistics. Switch and open Stay" in text
    assert f'href="{acme.path}"' in olive.get(link).text
    assert olive.get(acme.path).status_code == 200, "asking switches nothing"
    answer = submit(olive, "/switch", {"workspace": beta.public_id, "next": link})
    assert (answer.status_code, answer.location) == (303, link)
    assert "<h1>Team</h1>" in olive.get(link).text
    assert "This belongs to Acme Logistics" in words(olive.get(acme.path).text)


@pytest.mark.parametrize("path", ["contacts", "contacts/export.csv", "settings", "suspended", "team/invite"])
def test_every_page_of_another_workspace_asks(olive: FlaskClient, beta: Workspace, path: str) -> None:
    assert "This belongs to Beta Freight" in words(olive.get(f"/w/beta-freight/{path}").text)


def test_a_form_of_a_tab_that_was_left_is_refused_before_anything_happens(
    olive: FlaskClient, acme: Home, beta: Workspace
) -> None:
    submit(olive, "/switch", {"workspace": beta.public_id})
    before = actions()
    fields = {
        "name": "Acme Anew",
        "web_address": "acme-anew",
        "timezone": "UTC",
        "version": str(acme.workspace.version),
    }
    answer = submit(olive, acme.path + "settings", fields)
    assert answer.status_code == 409
    assert "Nothing was done: this page belongs to Acme Logistics, and you have switched to Beta Freight" in words(
        answer.text
    )
    assert actions() == before
    part = olive.get(acme.path + "search?q=a", headers={"HX-Request": "true"})
    assert part.status_code == 409, "nor is a part of it drawn again"
    submit(olive, "/switch", {"workspace": acme.workspace.public_id})
    assert submit(olive, acme.path + "settings", fields).status_code == 303


def test_a_stranger_is_not_asked(app: Flask, olive: FlaskClient, beta: Workspace) -> None:
    gamma = insiders.home("Gamma Works")
    assert olive.get(gamma.path).status_code == 404
    assert "Gamma" not in olive.get(gamma.path + "team").text


def test_who_was_removed_from_the_one_is_let_into_the_other(app: Flask, acme: Home) -> None:
    agent = acme.people[WorkspaceRole.AGENT]
    gamma = insiders.home("Gamma Works")
    with insiders.unit() as session:
        values = {"role": WorkspaceRole.AGENT, "created_at": insiders.NOW}
        session.add(insiders.Membership(workspace_id=gamma.workspace.id, user_id=agent.id, **values))
    client = browser(app, agent)
    client.get(acme.path)
    held = permissions_of(WorkspaceRole.OWNER)
    team.remove(acme.workspace.public_id, agent.public_id, factories.acting(acme.owner), held)
    assert "<h1>Home</h1>" in client.get(gamma.path).text
    assert db.session.scalar(select(LoginSession.last_workspace_id)) == gamma.workspace.id


def test_each_browser_is_where_it_is(app: Flask, olive: FlaskClient, acme: Home, beta: Workspace) -> None:
    other = browser(app, acme.owner)
    assert "<h1>Home</h1>" in other.get("/w/beta-freight/").text
    assert "<h1>Home</h1>" in olive.get(acme.path).text


def test_staff_inside_are_not_asked(app: Flask, acme: Home, beta: Workspace) -> None:
    alice = insiders.staff_browser(app)
    for workspace in (acme.workspace, beta):
        insiders.enter(alice, workspace, "manage")
        assert alice.get(f"/w/{workspace.web_address}/").status_code == 200
        insiders.leave(alice)
