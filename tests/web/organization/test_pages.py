"""What the people of an organization see of it, by their role there, and one more workspace that they make."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal.base.db import db
from portal.models import DailyUsage, Hold, Membership, Organization, OutboxMessage, OutboxState, User, Workspace
from portal.operations import requests
from portal.operations.unit import unit
from portal.queries.requests import open_of
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.lifecycle import HoldKind, Stage, Status
from portal.rules.requests import RequestKind
from tests import factories
from tests.support import insiders, tenants
from tests.support.clocks import NOW
from tests.support.family import family, fresh, named, open_holds
from tests.support.insiders import browser
from tests.support.mails import Mailbox
from tests.support.pages import figures, words
from tests.support.people import submit

OPEN = {
    OrganizationRole.ADMIN: {"", "workspaces", "activity"},
    OrganizationRole.BILLING_ADMIN: {""},
    OrganizationRole.USER_ADMIN: {"", "workspaces"},
    OrganizationRole.MEMBER: set(),
}


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """The primary workspace of an organization of three."""
    return family("Acme Returns", "Acme Labs")


@pytest.fixture
def olive(app: Flask, acme: Workspace) -> FlaskClient:
    """The owner of all three, and the organization's admin, in her browser."""
    return browser(app, owner_of(acme))


def owner_of(workspace: Workspace) -> User:
    return db.session.get_one(User, workspace.owner_id)


def of(workspace: Workspace) -> Organization:
    return db.session.get_one(Organization, workspace.organization_id)


def test_each_role_opens_its_pages_and_no_other(app: Flask, acme: Workspace) -> None:
    home = f"/o/{of(acme).slug}/"
    for role, opened in OPEN.items():
        person = factories.user(f"{role.value}@acme.example")
        factories.member(of(acme), person, role)
        client = browser(app, person)
        found = {page: client.get(home + page).status_code for page in ("", "workspaces", "activity")}
        assert found == {page: 200 if page in opened else 403 for page in found}, role
        text = client.get(home).text
        billed = role in (OrganizationRole.ADMIN, OrganizationRole.BILLING_ADMIN)
        assert ('data-figure="mrr"' in text) == billed, f"what it costs is not for the {role}"
        for page in found:
            assert (f'href="{home}{page}"' in text) == (page in opened), (role, page)


def test_another_organization_s_pages_are_not_there(app: Flask, acme: Workspace) -> None:
    factories.workspace("Beta Freight", factories.user("bea@example.test"))
    bea = db.session.scalars(select(User).where(User.email_key == "bea@example.test")).one()
    for client in (browser(app, bea), browser(app, factories.staff())):
        for page in ("", "workspaces", "workspaces/new", "activity", "search"):
            assert client.get(f"/o/{of(acme).slug}/{page}").status_code == 404


def test_the_overview_adds_the_workspaces_up(olive: FlaskClient, acme: Workspace) -> None:
    sent_by = {named(name).id: sent for name, sent in (("Acme Logistics", 100), ("Acme Returns", 20), ("Acme Labs", 3))}
    with unit() as session:
        for key, sent in sent_by.items():
            row = DailyUsage(workspace_id=key, day=NOW.date(), sent=sent, delivered=sent // 2)
            tenants.add(session, row)
        stranger = tenants.workspace(session, tenants.organization(session, "Beta"), "Beta Freight")
        tenants.usage(session, stranger, NOW.date(), sent=5_000)
    insiders.change(named("Acme Returns"), stage=Stage.ACTIVE)
    shown = figures(olive.get(f"/o/{of(acme).slug}/").text)
    assert {name: shown[name].value for name in ("sent_30d", "contacts", "mrr", "delivered_rate")} == {
        "sent_30d": "123",
        "contacts": "0",
        "mrr": "200000",
        "delivered_rate": "49.6",
    }


def test_workspaces_stand_with_their_people_and_contacts(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    insiders.join(named("Acme Labs"), "ann@acme.example", WorkspaceRole.AGENT)
    insiders.change(named("Acme Labs"), contact_count=3)
    text = words(olive.get(f"/o/{of(acme).slug}/workspaces").text)
    assert "Acme Logistics Primary acme-logistics · you are owner Trial Group" in text
    assert "Acme Labs acme-labs · you are owner Trial Group Olive 2 users 3 contacts 0 numbers" in text
    assert text.index("Acme Logistics Primary") < text.index("Acme Labs acme") < text.index("Acme Returns acme")
    found = words(olive.get(f"/o/{of(acme).slug}/workspaces?q=labs").text)
    assert "acme-labs · you are" in found
    assert "acme-returns ·" not in found
    admin = factories.user("ada@acme.example")
    factories.member(of(acme), admin, OrganizationRole.ADMIN)
    seen = browser(app, admin).get(f"/o/{of(acme).slug}/workspaces").text
    assert "acme-labs · you are not in it" in words(seen)
    assert 'title="Open Acme Labs"' not in seen


def test_a_name_is_enough_for_one_more_workspace(olive: FlaskClient, acme: Workspace) -> None:
    insiders.change(acme, stage=Stage.ACTIVE)
    answer = submit(olive, f"/o/{of(acme).slug}/workspaces/new", {"name": "Acme Pharma"})
    assert (answer.status_code, answer.location) == (303, f"/o/{of(acme).slug}/workspaces")
    made, primary = named("Acme Pharma"), fresh(acme)
    assert (made.organization_id, made.is_primary, made.plan_id) == (primary.organization_id, False, primary.plan_id)
    assert (made.status, made.timezone, made.web_address) == (Status.ACTIVE, primary.timezone, "acme-pharma")
    assert made.mrr_minor == 200_000, "the primary plan's fee for one more"
    query = select(Membership.role).where(Membership.workspace_id == made.id, Membership.user_id == acme.owner_id)
    with insiders.scope.platform():
        assert db.session.scalar(query) is WorkspaceRole.OWNER


def test_whoever_makes_it_owns_it_and_stays_what_they_are(app: Flask, acme: Workspace) -> None:
    zoya = factories.user("zoya@acme.example", "Zoya")
    factories.member(of(acme), zoya, OrganizationRole.USER_ADMIN)
    client = browser(app, zoya)
    submit(client, f"/o/{of(acme).slug}/workspaces/new", {"name": "Acme Pharma"})
    made = named("Acme Pharma")
    assert made.owner_id == zoya.id
    assert (made.status, made.trial_ends_at) == (Status.TRIAL, fresh(acme).trial_ends_at), "as long as the primary's"
    assert client.get(f"/o/{of(acme).slug}/activity").status_code == 403


def test_what_cannot_be_made_says_why(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    new = f"/o/{of(acme).slug}/workspaces/new"
    answer = submit(olive, new, {"name": "", "web_address": "acme labs", "timezone": "Moon/Base"})
    assert answer.status_code == 422
    assert "acme labs" in answer.text, "what was typed stays"
    for field in ("name", "web_address", "timezone"):
        assert f'id="f-{field}-error"' in answer.text, field
    assert "is taken" in words(submit(olive, new, {"name": "Labs", "web_address": "acme-labs"}).text)
    insiders.suspend(acme)
    assert "is suspended. No workspace is added" in words(submit(olive, new, {"name": "Acme Pharma"}).text)
    assert db.session.scalar(select(Workspace.id).where(Workspace.name == "Acme Pharma")) is None


def test_a_plan_for_one_workspace_says_so(app: Flask) -> None:
    factories.plan()
    beta = factories.workspace("Beta Freight")
    client, home = browser(app, owner_of(beta)), f"/o/{of(beta).slug}/"
    assert "has one workspace" in words(client.get(home + "workspaces/new").text)
    assert submit(client, home + "workspaces/new", {"name": "Beta Two"}).status_code == 422
    assert db.session.scalar(select(Workspace.id).where(Workspace.name == "Beta Two")) is None


def test_pages_stay_open_whatever_is_held(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    insiders.suspend(acme, kind=HoldKind.ABUSE)
    assert open_holds()
    assert olive.get(f"/o/{of(acme).slug}/").status_code == 200
    text = words(olive.get(f"/o/{of(acme).slug}/").text)
    assert "Acme Logistics is suspended “Confirm your sender registration.” Write to the staff of Portal" in text


def test_activity_tells_of_every_workspace_and_of_no_other(olive: FlaskClient, acme: Workspace) -> None:
    factories.workspace("Beta Freight", factories.user("bea@example.test"))
    text = words(olive.get(f"/o/{of(acme).slug}/activity").text)
    assert "Acme Labs" in text
    assert "Acme Returns" in text
    assert "Beta" not in text


def test_a_person_without_a_workspace_begins_at_the_organization(app: Flask, acme: Workspace) -> None:
    billing = factories.user("bill@acme.example")
    factories.member(of(acme), billing, OrganizationRole.BILLING_ADMIN)
    assert browser(app, billing).get("/").location == f"/o/{of(acme).slug}/"


def test_the_switcher_leads_to_the_organization_whom_it_opens(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    door = f'href="/o/{of(acme).slug}/"'
    assert door in olive.get("/w/acme-labs/").text
    ann = insiders.join(acme, "ann@acme.example", WorkspaceRole.MANAGER)
    assert door not in browser(app, ann).get("/w/acme-logistics/").text
    assert "Organization settings" in words(olive.get("/switch?q=acme").text)


def test_a_reason_for_all_is_told_once_with_the_way_on(olive: FlaskClient, acme: Workspace) -> None:
    with unit() as session:
        values = {"kind": HoldKind.PAST_DUE, "opened_at": NOW, "opened_by": "dunning", "note": "", "public_reason": ""}
        session.add(Hold(organization_id=acme.organization_id, **values))
    insiders.change(acme)
    insiders.change(named("Acme Labs"))
    page = olive.get(f"/o/{of(acme).slug}/").text
    told = "All workspaces are suspended An invoice of Acme Logistics is overdue. Pay what"
    assert words(page).count("An invoice of") == 1 and told in words(page)
    assert f'href="/o/{of(acme).slug}/billing"' in page[page.index("All workspaces are suspended") :]


def test_negative_credit_and_a_lost_invitation_need_somebody(
    app: Flask, olive: FlaskClient, acme: Workspace, mailbox: Mailbox
) -> None:
    home = f"/o/{of(acme).slug}/"
    submit(olive, home + "users/invite", {"email": "lost@acme.example", "organization_role": "member"})
    with unit() as session:
        session.execute(update(Organization).where(Organization.id == acme.organization_id).values(credit_minor=-5050))
        lost = update(OutboxMessage).where(OutboxMessage.template == "invitation")
        session.execute(lost.values(state=OutboxState.BOUNCED))
    text = words(olive.get(home).text)
    assert "Platform credit is" in text and "50.50" in text and "An invitation did not arrive" in text
    keeper = factories.user("users@acme.example")
    factories.member(of(acme), keeper, OrganizationRole.USER_ADMIN)
    text = words(browser(app, keeper).get(home).text)
    assert "Platform credit" not in text and "An invitation did not arrive" in text


def test_an_admin_asks_and_takes_it_back(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    home = f"/o/{of(acme).slug}/"
    assert "The price of active contacts falls" in words(olive.get(home + "requests/volume_discount").text)
    answer = submit(olive, home + "requests/volume_discount", {"words": "200,000 a month"})
    assert (answer.status_code, answer.location) == (303, home)
    asked = words(olive.get(home + "requests/volume_discount").text)
    assert "asked for it" in asked and "How many contacts" not in asked
    assert "It is asked for: the answer comes by mail" in words(olive.get(home + "usage").text)
    had = words(olive.get(home + "requests/multi_workspace").text)
    assert "has multi-workspace billing already" in had and "How many workspaces" not in had
    assert submit(olive, home + "requests/consolidation", {"words": " "}).status_code == 422
    again = submit(olive, home + "requests/volume_discount", {"words": "Please"}, follow_redirects=True)
    assert "has asked for a volume discount already" in words(again.text)
    text = olive.get(home).text
    assert "Volume discount Asked by Olive" in words(text)
    door = re.search(rf'action="({home}requests/req_\w+/withdraw)"', text)
    assert door
    submit(olive, door[1])
    text = olive.get(home).text
    assert "Withdrawn" in words(text)
    assert "/withdraw" not in text
    assert olive.get(home + "requests/a-pony").status_code == 404


def test_only_admins_ask(app: Flask, acme: Workspace) -> None:
    for role in OrganizationRole:
        person = factories.user(f"{role.value}@acme.example")
        factories.member(of(acme), person, role)
        answer = browser(app, person).get(f"/o/{of(acme).slug}/requests/branding")
        assert answer.status_code == (200 if role is OrganizationRole.ADMIN else 403), role


def test_nobody_takes_back_what_others_asked_for(app: Flask, olive: FlaskClient, acme: Workspace) -> None:
    beta = factories.workspace("Beta Freight", factories.user("bea@example.test"))
    asked = requests.ask(beta.organization_id, RequestKind.BRANDING, "", factories.command())
    assert submit(olive, f"/o/{of(acme).slug}/requests/{asked}/withdraw").status_code == 404
    assert open_of(beta.organization_id)


def test_one_workspace_leads_to_asking_for_more(app: Flask) -> None:
    factories.plan()
    beta = factories.workspace("Beta Freight")
    client, home = browser(app, owner_of(beta)), f"/o/{of(beta).slug}/"
    assert f'href="{home}requests/multi_workspace"' in client.get(home + "workspaces/new").text
    submit(client, home + "requests/multi_workspace", {"words": ""})
    text = client.get(home + "workspaces/new").text
    assert "whom you have asked already" in words(text)
    assert "requests/multi_workspace" not in text


@pytest.mark.parametrize("children", [2, 30])
def test_pages_cost_the_same_whatever_their_rows(make_app: object, acme: Workspace, children: int) -> None:
    for number in range(children - 2):
        factories.workspace(f"Branch {number}", owner_of(acme), organization=of(acme).public_id)
    client = browser(make_app(count_queries=True), owner_of(acme))  # type: ignore[operator]
    home = f"/o/{of(acme).slug}/"
    client.get(home)
    queries = {
        path: int(client.get(home + path).headers["X-Bench-Queries"])
        for path in ("", "workspaces", "usage", "activity")
    }
    assert queries == {"": 13, "workspaces": 7, "usage": 12, "activity": 6}
