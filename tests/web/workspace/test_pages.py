"""What a workspace's people see: home, lists, team, settings, and the way to their other workspaces."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import (
    Broadcast,
    Campaign,
    Contact,
    ContactTag,
    Extension,
    Invitation,
    LoginSession,
    Number,
    NumberState,
    Workspace,
)
from portal.operations.unit import unit
from portal.rules.access import WorkspaceRole
from portal.rules.lifecycle import Stage
from portal.rules.limits import Limit
from tests import factories
from tests.support import insiders, tenants
from tests.support.clocks import NOW, Clock
from tests.support.insiders import Home, browser
from tests.support.mails import Mailbox
from tests.support.pages import figures, words
from tests.support.people import submit

TODAY = NOW.date()


@pytest.fixture
def acme(app: Flask) -> Home:
    return insiders.home()


@pytest.fixture
def olive(app: Flask, acme: Home) -> FlaskClient:
    """The owner in her browser."""
    return browser(app, acme.owner)


def fill(home: Home, contacts: int = 3) -> None:
    """Something of every kind."""
    key = home.workspace.id
    with unit() as session:
        state = {"country": "IN", "state": NumberState.ASSIGNED, "created_at": NOW}
        session.add(Number(e164="+918047182200", workspace_id=key, **state))
        session.add(Extension(workspace_id=key, number="118", display_name="Front desk", created_at=NOW))
        campaign = tenants.add(session, Campaign(workspace_id=key, name="Diwali", tag="retail", created_at=NOW))
        values = {"workspace_id": key, "tag": "retail", "created_at": NOW}
        session.add(Broadcast(name="Delivery windows", campaign_id=campaign.id, **values))
        for number in range(contacts):
            row = tenants.add(
                session,
                Contact(workspace_id=key, name=f"Person {number:03}", phone=f"+9198000{number:05}", created_at=NOW),
            )
            session.add(ContactTag(workspace_id=key, contact_id=row.id, tag="retail" if number % 2 else "wholesale"))


def test_home_shows_usage_against_limits_and_the_last_30_days(olive: FlaskClient, acme: Home) -> None:
    with unit() as session:
        tenants.override(session, acme.workspace, Limit.DAILY_MESSAGES, 200)
        tenants.override(session, acme.workspace, Limit.USERS, 3)
        tenants.usage(session, acme.workspace, TODAY, sent=120, delivered=90, received=7)
        tenants.usage(session, acme.workspace, TODAY - timedelta(days=2), sent=80, delivered=80, received=3)
    page = olive.get(acme.path).text
    shown = figures(page)
    assert {name: shown[name].value for name in ("sent_today", "sent_30d", "received_30d", "delivered_rate")} == {
        "sent_today": "120",
        "sent_30d": "200",
        "received_30d": "10",
        "delivered_rate": "85.0",
    }
    assert (shown["limit.daily_messages.used"].value, shown["limit.daily_messages.effective"].value) == ("120", "200")
    text = words(page)
    assert "of 200 a day" in text
    assert "Users: all used 3 of 3 Team" in text
    assert "Sent and delivered" in text
    assert "Show as table" in text


def test_a_quiet_home_says_so(olive: FlaskClient, acme: Home) -> None:
    assert "Needs attention Trial ends 28 Nov 2026" in words(olive.get(acme.path).text)
    insiders.change(acme.workspace, stage=Stage.ACTIVE)
    text = words(olive.get(acme.path).text)
    assert "Nothing needs you." in text
    assert "No messages in these 30 days." in text
    assert "No broadcast yet." in text


def test_an_agent_sees_no_door_that_is_locked(app: Flask, acme: Home) -> None:
    agent = browser(app, acme.people[WorkspaceRole.AGENT])
    page = agent.get(acme.path).text
    for door in ("team", "settings", "usage", "activity", "numbers"):
        assert f'href="{acme.path}{door}' not in page, door
    assert f'href="{acme.path}contacts"' in page


@pytest.mark.parametrize("contacts", [3, 60])
def test_pages_cost_the_same_whatever_their_rows(make_app: object, acme: Home, contacts: int) -> None:
    fill(acme, contacts)
    client = browser(make_app(count_queries=True), acme.owner)  # type: ignore[operator]
    client.get(acme.path)
    queries = {
        path: int(client.get(acme.path + path).headers["X-Bench-Queries"])
        for path in ("", "numbers", "extensions", "contacts", "campaigns", "broadcasts", "team", "usage", "activity")
    }
    assert queries == {
        "": 8,
        "numbers": 8,  # with what the limit leaves
        "extensions": 8,
        "contacts": 7,
        "campaigns": 6,
        "broadcasts": 6,
        "team": 10,
        "usage": 7,
        "activity": 6,
    }


def test_lists_show_what_there_is(olive: FlaskClient, acme: Home) -> None:
    for path in ("numbers", "extensions", "contacts", "campaigns", "broadcasts"):
        assert f"No {path} yet" in words(olive.get(acme.path + path).text)
    fill(acme)
    for path, expected in (
        ("numbers", "+91 80 4718 2200 India Local In use"),
        ("extensions", "118 Front desk Provisioned"),
        ("contacts", "Person 002 +91 98000 00002 wholesale"),
        ("campaigns", "Diwali retail In use Just now 1"),
        ("broadcasts", "Delivery windows retail Draft"),
    ):
        assert expected in words(olive.get(acme.path + path).text.replace("\u2066", "")), path


@pytest.mark.parametrize(
    ("path", "q", "found"),
    [
        ("contacts", "person 001", 1),
        ("contacts", "RETAIL", 30),
        ("contacts", "00059", 1),
        ("contacts", "100%", 0),
        ("contacts", "_", 0),
        ("numbers", "4718 22", 1),
        ("numbers", "abc", 1),
        ("extensions", "front", 1),
        ("campaigns", "diw retail", 1),
        ("broadcasts", "nothing", 0),
    ],
)
def test_lists_are_searched(olive: FlaskClient, acme: Home, path: str, q: str, found: int) -> None:
    fill(acme, 60)
    text = words(olive.get(acme.path + path, query_string={"q": q}).text)
    if path == "numbers" and q == "abc":
        assert "+91 80 4718 2200" in text.replace("\u2066", ""), "what has no digits is no search for a number"
    elif found:
        assert f"of {found}" in text
    else:
        assert "Nothing matches" in text


def test_contacts_come_in_pages_and_as_a_file(olive: FlaskClient, acme: Home) -> None:
    fill(acme, 60)
    first, third = (olive.get(acme.path + f"contacts?page={page}").text for page in (1, 3))
    assert "1–25 of 60" in words(first)
    assert "51–60 of 60" in words(third)
    answer = olive.get(acme.path + "contacts/export.csv", buffered=True)
    lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert len(lines) == 61
    assert "acme-logistics-contacts-2026-11-21.csv" in answer.headers["Content-Disposition"]
    assert [cell.strip('"') for cell in lines[1].split(",")][:4] == ["Person 000", "+919800000000", "", "wholesale"]


def test_the_team_page_shows_members_guests_and_seats(
    app: Flask, olive: FlaskClient, acme: Home, mailbox: Mailbox, clock: Clock
) -> None:
    browser(app, acme.people[WorkspaceRole.AGENT]).get(acme.path)
    clock.advance(minutes=6)
    answer = submit(olive, acme.path + "team/invite", {"email": "ian@example.test", "role": "manager"})
    assert answer.location == acme.path + "team"
    text = words(olive.get(acme.path + "team").text)
    for expected in (
        "4 seats taken",
        "Invited by Olive of Acme Logistics, 21 Nov 2026 Manager Sent expires in 7 days Resend Revoke",
        "Olive of Acme Logistics (you) owner@acme.example Owner",
        "The owner stays until ownership is handed over.",
        "Agent Seen 6 min ago",
        "Manager Not seen here yet",
    ):
        assert expected in text, expected
    assert "agent@acme.example" not in words(olive.get(acme.path + "team?q=manager").text)


def test_bad_input_keeps_what_was_typed(olive: FlaskClient, acme: Home, mailbox: Mailbox) -> None:
    for fields, field in (
        ({"email": "ian(at)example.test", "role": "agent"}, "email"),
        ({"email": "", "role": "agent"}, "email"),
        ({"email": "ian@example.test", "role": "boss"}, "role"),
        ({"email": "ian@example.test", "role": "owner"}, "role"),
        ({"email": "ian@example.test", "name": "x" * 300, "role": "agent"}, "name"),
    ):
        answer = submit(olive, acme.path + "team/invite", fields)
        assert answer.status_code == 422
        assert f'id="f-{field}-error"' in answer.text
        assert f'value="{fields["email"]}"' in answer.text
    assert db.session.scalars(select(Invitation)).all() == []


def test_invitations_are_sent_again_and_revoked(olive: FlaskClient, acme: Home, mailbox: Mailbox) -> None:
    submit(olive, acme.path + "team/invite", {"email": "ian@example.test", "role": "agent"})
    row = db.session.scalars(select(Invitation)).one()
    for act in ("resend", "revoke"):
        answer = submit(olive, acme.path + f"team/invitations/{row.public_id}/{act}")
        assert answer.location == acme.path + "team"
    assert "ian@example.test was revoked" in words(olive.get(acme.path + "team").text)
    assert len(mailbox.to("ian@example.test")) == 2
    assert submit(olive, acme.path + f"team/invitations/{row.public_id}/revoke").status_code == 409


def test_who_leaves_is_out_at_once(app: Flask, acme: Home) -> None:
    manager = acme.people[WorkspaceRole.MANAGER]
    client = browser(app, manager)
    assert "Leave Acme Logistics ?" in words(client.get(acme.path + f"team/{manager.public_id}/remove").text)
    assert submit(client, acme.path + f"team/{manager.public_id}/remove").location == "/"
    assert client.get(acme.path).status_code == 404
    assert "You have no workspace" in client.get("/").text


def test_settings_lead_to_the_new_address(olive: FlaskClient, acme: Home) -> None:
    fields = {"name": "Acme Anew", "web_address": "acme-anew", "timezone": "UTC", "version": "1"}
    assert submit(olive, acme.path + "settings", fields).location == "/w/acme-anew/settings"
    assert "Acme Anew" in olive.get("/w/acme-anew/settings").text
    assert olive.get("/w/acme-logistics/").status_code == 404


def test_the_second_to_save_is_told_and_keeps_the_input(olive: FlaskClient, acme: Home) -> None:
    insiders.change(acme.workspace, name="Acme First", version=2)
    fields = {"name": "Acme Second", "web_address": "acme-logistics", "timezone": "UTC", "version": "1"}
    answer = submit(olive, acme.path + "settings", fields)
    assert answer.status_code == 409
    assert "Now: Acme First , acme-logistics" in words(answer.text)
    assert 'value="Acme Second"' in answer.text
    assert submit(olive, acme.path + "settings", {**fields, "version": "2"}).status_code == 303


def test_the_first_page_is_the_workspace_that_one_was_in(app: Flask, acme: Home) -> None:
    beta = insiders.home("Beta Freight")
    both = insiders.join(beta.workspace, "both@example.test", WorkspaceRole.AGENT)
    client = browser(app, both)
    assert client.get("/").location == beta.path
    with unit() as session:
        session.merge(acme.workspace)
    insiders_join(acme, both.id)
    assert client.get("/").location == acme.path, "the first by name, as long as none was used"
    answer = submit(client, "/switch", {"workspace": beta.workspace.public_id})
    assert (answer.status_code, answer.location) == (303, beta.path)
    assert client.get("/").location == beta.path
    submit(client, "/switch", {"workspace": acme.workspace.public_id})
    assert client.get("/").location == acme.path
    insiders.change(acme.workspace, cancelled_at=NOW)
    assert client.get("/").location == acme.path, "closed, and still the last one"


def insiders_join(home: Home, user_id: int) -> None:
    """Somebody who exists is an agent there."""
    with unit() as session:
        session.add(insiders.Membership(workspace_id=home.workspace.id, user_id=user_id, role="agent", created_at=NOW))


def test_switching_goes_to_one_s_own_workspaces_and_to_pages_of_them_alone(app: Flask, acme: Home) -> None:
    beta = insiders.home("Beta Freight")
    client = browser(app, acme.owner)
    assert submit(client, "/switch", {"workspace": beta.workspace.public_id}).status_code == 404
    assert submit(client, "/switch", {"workspace": "\ufffd"}).status_code == 404
    for onward, expected in (
        (acme.path + "team", acme.path + "team"),
        (beta.path, acme.path),
        ("https://elsewhere.example/", acme.path),
        ("//elsewhere.example/", acme.path),
        ("", acme.path),
    ):
        answer = submit(client, "/switch", {"workspace": acme.workspace.public_id, "next": onward})
        assert answer.location == expected
    assert db.session.scalar(select(LoginSession.last_workspace_id)) == acme.workspace.id


def test_the_switcher_names_one_s_workspaces_and_searches_many(app: Flask, acme: Home) -> None:
    client = browser(app, acme.owner)
    page = client.get(acme.path).text
    assert 'aria-current="true" title="Acme Logistics"' in page
    assert "Find a workspace" not in page
    for number in range(9):
        factories.workspace(f"Branch {number}", acme.owner)
    insiders.change(db.session.scalars(select(Workspace).where(Workspace.name == "Branch 0")).one(), cancelled_at=NOW)
    page = client.get(acme.path).text
    assert "Find a workspace" in page
    found = words(client.get("/switch?q=branch 3", headers={"HX-Request": "true"}).text)
    assert "Branch 3" in found
    assert "Branch 4" not in found
    assert "closed" in words(client.get("/switch?q=branch 0").text)
    assert "No workspace of yours matches" in words(client.get("/switch?q=beta").text)
