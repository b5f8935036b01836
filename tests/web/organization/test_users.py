"""The people of an organization: who sees them, what they see, and what they do with them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import (
    LoginSession,
    Membership,
    Organization,
    User,
    scope,
)
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, WorkspaceRole
from tests import factories
from tests.support import insiders
from tests.support.account_people import asked, home, of, role_in, role_of
from tests.support.clocks import NOW
from tests.support.creation import actions, one
from tests.support.family import family, named
from tests.support.insiders import browser
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.people import submit

ADMIN, BILLING, PEOPLE, MEMBER = OrganizationRole
OWNER, MANAGER, AGENT = WorkspaceRole


@pytest.fixture
def acme(app: Flask) -> Organization:
    """An organization of three workspaces, all of Olive's, who is its admin."""
    return db.session.get_one(Organization, family("Acme Returns", "Acme Labs").organization_id)


@pytest.fixture
def olive(app: Flask, acme: Organization) -> FlaskClient:
    return browser(app, one(User, email="olive@example.test"))


@pytest.fixture
def zoya(app: Flask, acme: Organization) -> FlaskClient:
    """The user admin, in her browser."""
    return browser(app, of(acme, "zoya@example.test", PEOPLE))


# ---------------------------------------------------------------- who sees it, and what


def test_it_opens_for_admins_and_user_admins_alone(app: Flask, acme: Organization) -> None:
    dana = of(acme, "dana@example.test")
    pages = ("", "/invite", f"/{dana.public_id}", f"/{dana.public_id}/role", f"/{dana.public_id}/workspaces/add")
    for role, expected in ((ADMIN, 200), (PEOPLE, 200), (BILLING, 403), (MEMBER, 403)):
        client = browser(app, of(acme, f"{role.value}@example.test", role))
        assert {client.get(home(acme, each)).status_code for each in pages} == {expected}, role
    factories.workspace("Beta Freight", factories.user("bea@example.test"))
    for stranger in (one(User, email="bea@example.test"), factories.staff()):
        assert {browser(app, stranger).get(home(acme, each)).status_code for each in pages} == {404}


def test_people_stand_with_their_roles_by_name(app: Flask, acme: Organization, olive: FlaskClient) -> None:
    insiders.join(named("Acme Labs"), "ann@example.test", MANAGER)
    of(acme, "billie@example.test", BILLING)
    of(acme, "gone@example.test")
    gone = one(User, email="gone@example.test").id
    with unit() as session:
        session.get_one(User, gone).trashed_at = NOW
    text = words(olive.get(home(acme)).text)
    assert "3 people in 3 workspaces" in text
    assert "gone@" not in text
    assert text.index("Ann ann@") < text.index("Billie billie@") < text.index("Olive (you) olive@")
    assert "Ann ann@example.test Member Acme Labs manager Never" in text
    assert "Billie billie@example.test Billing admin None" in text
    assert "Acme Labs owner Acme Logistics owner +1" in text


def test_each_filter_narrows_people_and_invitations(
    app: Flask, acme: Organization, olive: FlaskClient, mailbox: Mailbox
) -> None:
    labs = named("Acme Labs")
    insiders.join(labs, "ann@example.test", MANAGER)
    of(acme, "billie@example.test", BILLING)
    submit(olive, home(acme, "/invite"), asked("ian@example.test", "member", labs))
    submit(olive, home(acme, "/invite"), asked("kim@example.test", "billing_admin"))
    for query, shown in (
        ("q=ANN", {"ann@"}),
        ("q=example.test", {"ann@", "billie@", "olive@", "ian@", "kim@"}),
        ("q=ian", {"ian@"}),
        ("role=billing_admin", {"billie@", "kim@"}),
        (f"workspace={labs.public_id}", {"ann@", "olive@", "ian@"}),
        (f"role=member&workspace={labs.public_id}", {"ann@", "ian@"}),
        ("role=king&workspace=ws_0", {"ann@", "billie@", "olive@", "ian@", "kim@"}),
        ("q=nobody", set()),
        ("q=%25", set()),
    ):
        text = olive.get(f"{home(acme)}?{query}", headers={"HX-Request": "true"}).text
        found = {each for each in ("ann@", "billie@", "olive@", "ian@", "kim@") if f"<bdi>{each}" in text}
        assert found == shown, query
    assert "Nobody matches" in olive.get(home(acme) + "?q=nobody").text


def test_twenty_five_stand_on_a_page(acme: Organization, olive: FlaskClient) -> None:
    for number in range(27):
        of(acme, f"walnut{number:02}@example.test")
    text = olive.get(home(acme) + "?q=walnut").text
    assert "1–25 of 27" in words(text)
    assert text.count("data-user=") == 25
    assert olive.get(home(acme) + "?q=walnut&page=2").text.count("data-user=") == 2
    part = olive.get(home(acme) + "?q=walnut&page=2", headers={"HX-Request": "true"})
    assert part.headers["HX-Push-Url"] == f"{home(acme)}?q=walnut&page=2"
    assert "<!doctype" not in part.text


def test_a_page_costs_the_same_number_of_queries_however_many_there_are(
    make_app: Callable[..., Flask], acme: Organization
) -> None:
    client = browser(make_app(count_queries=True), one(User, email="olive@example.test"))
    costs = []
    for number in range(12):
        insiders.join(named("Acme Labs"), f"p{number}@example.test", AGENT)
        if number in (0, 11):
            client.get(home(acme))  # the first request of a session also writes its heartbeat
            costs.append(int(client.get(home(acme)).headers["X-Bench-Queries"]))
    assert costs[0] == costs[1] <= 10


def test_a_person_s_page_names_every_workspace_of_this_organization_and_of_no_other(
    app: Flask, acme: Organization, olive: FlaskClient
) -> None:
    ann = insiders.join(named("Acme Labs"), "ann@example.test", MANAGER)
    beta = factories.workspace("Beta Freight", factories.user("bea@example.test"))
    with unit() as session, scope.platform():
        session.add(Membership(workspace_id=beta.id, user_id=ann.id, role=AGENT, created_at=NOW))
    text = words(olive.get(home(acme, f"/{ann.public_id}")).text)
    assert "Acme Labs Manager: Everything but ownership" in text
    assert "Beta" not in text + words(olive.get(home(acme) + "?q=ann").text)
    assert olive.get(home(acme, "/" + one(User, email="bea@example.test").public_id)).status_code == 404


# ---------------------------------------------------------------- nobody above their own power


def test_a_user_admin_makes_no_admin_and_touches_none(acme: Organization, zoya: FlaskClient, mailbox: Mailbox) -> None:
    dana, ada, bill = of(acme, "dana@example.test"), of(acme, "ada@example.test", ADMIN), of(acme, "b@a.test", BILLING)
    text = zoya.get(home(acme)).text
    for person in (ada, bill):
        assert home(acme, f"/{person.public_id}/role") not in text
        assert home(acme, f"/{person.public_id}/remove") not in text
        for wanted in ("role", "remove"):
            answer = submit(zoya, home(acme, f"/{person.public_id}/{wanted}"), {"role": "member"})
            assert answer.status_code == 422
            assert "may do more here than you. Ask an admin of" in words(answer.text)
    page = zoya.get(home(acme, f"/{dana.public_id}/role")).text
    assert 'value="member"' in page and 'value="user_admin"' in page
    assert 'value="admin"' not in page and 'value="billing_admin"' not in page
    for role in ("admin", "billing_admin"):
        answer = submit(zoya, home(acme, f"/{dana.public_id}/role"), {"role": role})
        assert answer.status_code == 422 and "Nobody gives more than they have" in words(answer.text)
        answer = submit(zoya, home(acme, "/invite"), asked("ian@example.test", role))
        assert answer.status_code == 422 and 'id="f-organization_role-error"' in answer.text
    assert (role_of(dana), role_of(ada), role_of(bill)) == (MEMBER, ADMIN, BILLING)
    assert submit(zoya, home(acme, f"/{dana.public_id}/role"), {"role": "user_admin"}).status_code == 303
    assert role_of(dana) is PEOPLE


def test_the_last_admin_and_an_owner_stay(app: Flask, acme: Organization, olive: FlaskClient) -> None:
    own = home(acme, "/" + one(User, email="olive@example.test").public_id)
    answer = submit(olive, own + "/role", {"role": "member"})
    assert answer.status_code == 422
    assert "is the last admin of" in words(answer.text) and "Make somebody else an admin first" in words(answer.text)
    answer = submit(olive, own + "/remove")
    assert answer.status_code == 422 and "Hand it over first" in words(answer.text)
    labs = named("Acme Labs").public_id
    answer = submit(olive, own + f"/workspaces/{labs}/remove")
    assert answer.status_code == 422 and "Hand over ownership first" in words(answer.text)
    answer = submit(olive, own + f"/workspaces/{labs}/role", {"role": "agent"})
    assert answer.status_code == 422 and "Ownership is handed over first" in words(answer.text)


def test_an_admin_steps_down_and_is_out_with_the_next_request(
    app: Flask, acme: Organization, olive: FlaskClient
) -> None:
    of(acme, "ada@example.test", ADMIN)
    own = one(User, email="olive@example.test")
    answer = submit(olive, home(acme, f"/{own.public_id}/role"), {"role": "member"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert olive.get(home(acme)).status_code == 403


def test_in_and_out_of_a_workspace(app: Flask, acme: Organization, zoya: FlaskClient) -> None:
    dana, labs = of(acme, "dana@example.test"), named("Acme Labs")
    own = home(acme, f"/{dana.public_id}")
    answer = submit(zoya, own + "/workspaces/add", {"workspace": labs.public_id, "role": "agent"})
    assert (answer.status_code, answer.location) == (303, own)
    assert role_in("Acme Labs", dana) is AGENT
    client = browser(app, dana)
    assert client.get("/w/acme-labs/").status_code == 200
    assert client.get("/w/acme-labs/team").status_code == 403
    submit(zoya, own + f"/workspaces/{labs.public_id}/role", {"role": "manager"})
    assert client.get("/w/acme-labs/team").status_code == 200, "from the next request on"
    for fields in ({"workspace": "", "role": "agent"}, {"workspace": labs.public_id, "role": "agent"}):
        assert 'id="f-workspace-error"' in submit(zoya, own + "/workspaces/add", fields).text
    submit(zoya, own + f"/workspaces/{labs.public_id}/remove")
    assert client.get("/w/acme-labs/team").status_code == 404
    assert role_of(dana) is MEMBER
    new = [each for each in actions() if each.startswith("member.")]
    assert new == ["member.added", "member.role_changed", "member.removed"]


def test_removed_from_the_organization_ends_access_in_every_open_browser(
    app: Flask, acme: Organization, zoya: FlaskClient
) -> None:
    dana = insiders.join(named("Acme Labs"), "dana@example.test", MANAGER)
    submit(zoya, home(acme, f"/{dana.public_id}/role"), {"role": "user_admin"})
    browsers = [browser(app, dana) for _ in range(2)]
    for client in browsers:
        assert client.get("/w/acme-labs/team").status_code == 200
        assert client.get(home(acme)).status_code == 200
    answer = submit(zoya, home(acme, f"/{dana.public_id}/remove"))
    assert (answer.status_code, answer.location) == (303, home(acme))
    for client in browsers:
        assert client.get("/w/acme-labs/team").status_code == 404
        assert client.get(home(acme)).status_code == 404
        assert (
            submit(client, "/w/acme-labs/team/invite", {"email": "x@example.test", "role": "agent"}).status_code == 404
        )
    assert (role_of(dana), role_in("Acme Labs", dana)) == (None, None)


def test_what_is_done_stands_in_the_organization_s_activity(
    acme: Organization, olive: FlaskClient, mailbox: Mailbox
) -> None:
    dana = of(acme, "dana@example.test")
    labs = named("Acme Labs").public_id
    submit(olive, home(acme, f"/{dana.public_id}/role"), {"role": "user_admin"})
    submit(olive, home(acme, f"/{dana.public_id}/workspaces/add"), {"workspace": labs, "role": "agent"})
    submit(olive, home(acme, f"/{dana.public_id}/workspaces/{labs}/owner"))
    submit(olive, home(acme, "/invite"), asked("ian@example.test"))
    text = words(olive.get(f"/o/{acme.slug}/activity").text)
    for said in (
        "changed what dana@example.test may do in the organization: role member → user admin",
        "added dana@example.test to the team as agent",
        "handed the workspace over: owner olive@example.test → dana@example.test",
        "invited ian@example.test",
    ):
        assert said in text, said


# ---------------------------------------------------------------- handing over


def test_a_workspace_is_handed_over_with_the_password(app: Flask, acme: Organization, olive: FlaskClient) -> None:
    dana = insiders.join(named("Acme Labs"), "dana@example.test", AGENT)
    path = home(acme, f"/{dana.public_id}/workspaces/{named('Acme Labs').public_id}/owner")
    assert path in olive.get(home(acme, f"/{dana.public_id}")).text
    with unit() as session:
        for each in session.scalars(select(LoginSession)):
            each.reauthenticated_at = NOW - timedelta(minutes=16)
    answer = submit(olive, path)
    assert answer.location == f"/me/confirm?next={home(acme)}"
    assert role_in("Acme Labs", dana) is AGENT
    with unit() as session:
        for each in session.scalars(select(LoginSession)):
            each.reauthenticated_at = NOW
    assert submit(olive, path).status_code == 303
    assert role_in("Acme Labs", dana) is OWNER
    assert actions()[-1] == "workspace.owner_changed"


def test_a_user_admin_hands_nothing_over(acme: Organization, zoya: FlaskClient) -> None:
    dana = insiders.join(named("Acme Labs"), "dana@example.test", AGENT)
    path = home(acme, f"/{dana.public_id}/workspaces/{named('Acme Labs').public_id}/owner")
    assert path not in zoya.get(home(acme, f"/{dana.public_id}")).text
    assert submit(zoya, path).status_code == 403


def test_the_owner_hands_over_from_the_team(app: Flask, acme: Organization) -> None:
    dana = insiders.join(named("Acme Labs"), "dana@example.test", MANAGER)
    ben = insiders.join(named("Acme Labs"), "ben@example.test", AGENT)
    owner = browser(app, one(User, email="olive@example.test"))
    path = f"/w/acme-labs/team/{dana.public_id}/owner"
    assert path in owner.get(f"/w/acme-labs/team/{dana.public_id}/role").text
    manager = browser(app, dana)
    assert f"/team/{ben.public_id}/owner" not in manager.get(f"/w/acme-labs/team/{ben.public_id}/role").text
    assert submit(manager, f"/w/acme-labs/team/{dana.public_id}/owner").status_code == 403
    assert submit(owner, path).status_code == 303
    assert role_in("Acme Labs", dana) is OWNER
    assert owner.get(f"/w/acme-labs/team/{ben.public_id}/owner").status_code == 403, "a manager now"


# ---------------------------------------------------------------- the way there from a workspace


def test_a_workspace_s_settings_lead_to_the_organization_s_workspaces(app: Flask, acme: Organization) -> None:
    owner, ben = (
        browser(app, one(User, email="olive@example.test")),
        insiders.join(named("Acme Labs"), "b@a.test", MANAGER),
    )
    door = f'href="/o/{acme.slug}/workspaces"'
    assert door in owner.get("/w/acme-labs/settings").text
    text = browser(app, ben).get("/w/acme-labs/settings").text
    assert door not in text
    assert "ask Olive." in words(text)
    of(acme, "ada@example.test", ADMIN)
    gone = of(acme, "gil@example.test", ADMIN)
    with unit() as session:
        session.get_one(User, gone.id).suspended_at = NOW
    assert "ask Ada or Olive." in words(browser(app, ben).get("/w/acme-labs/settings").text)
