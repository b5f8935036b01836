"""Who is let into a workspace, and what works there in which state: every route of its side, drawn from the app."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import AccessSession, AuditEvent, Membership, User, Workspace, scope
from portal.operations.unit import unit
from portal.rules.access import WORKSPACE, AccessMode, Permission, Scope, StaffRole, WorkspaceRole, in_access_session
from tests import factories
from tests.support import insiders
from tests.support.clocks import NOW, Clock
from tests.support.creation import count
from tests.support.insiders import Home, browser, enter, staff_browser
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.routes import Route, routes
from tests.support.telephony import DELHI, MUMBAI

SIDE = [route for route in routes() if route.permission.scope is Scope.WORKSPACE]
SUSPENDED = "workspace_home.suspended"


@pytest.fixture
def acme(app: Flask) -> Home:
    return insiders.furnished("Acme Logistics", MUMBAI)


@pytest.fixture
def beta(app: Flask) -> Home:
    return insiders.furnished("Beta Freight", DELHI)


def there(home: Home) -> dict[str, str]:
    """What stands in the addresses of this workspace's pages, by the name it has there."""
    return {
        "slug": home.workspace.web_address,
        "user": home.people[WorkspaceRole.AGENT].public_id,
        "invitation": "ivt_0000000000000000",
        "num": home.number,
        "ext": home.extension,
        "rec": home.recording,
    }


def asked(client: FlaskClient, route: Route, home: Home) -> tuple[int, str]:
    """Status and target of the route in this workspace, without a form's token: a 400 is as far as one gets."""
    answer = client.open(route.path(**there(home)), method=route.method, buffered=True)
    return answer.status_code, answer.headers.get("Location", "")


def through(route: Route) -> int:
    """What whoever may is answered."""
    if route.endpoint == SUSPENDED:
        return 303  # there is nothing to show
    return 200 if route.method == "GET" else 400


def test_the_side_has_its_routes() -> None:
    assert len(SIDE) > 15
    assert all(route.rule.startswith("/w/<slug>/") for route in SIDE)
    assert all(route.permission.scope is Scope.WORKSPACE for route in routes() if route.rule.startswith("/w/"))


def test_members_are_let_in_as_their_role_says_and_nobody_else_learns_of_it(app: Flask, acme: Home, beta: Home) -> None:
    strangers = [browser(app, beta.owner), browser(app, factories.user("nobody@example.test")), staff_browser(app)]
    for route in SIDE:
        for role, person in acme.people.items():
            expected = through(route) if route.permission in WORKSPACE[role] else 403
            assert asked(browser(app, person), route, acme)[0] == expected, f"{route} for the {role}"
        for stranger in strangers:
            assert asked(stranger, route, acme)[0] == 404, f"{route} for a stranger"
        assert asked(app.test_client(), route, acme)[1].startswith("/login"), f"{route} for nobody"


def test_a_closed_workspace_is_read_and_exported_and_never_changed(app: Flask, acme: Home) -> None:
    insiders.change(acme.workspace, cancelled_at=NOW - timedelta(days=1))
    owner = browser(app, acme.owner)
    events = count(AuditEvent)
    for route in SIDE:
        expected = through(route) if route.permission.reads else 403
        assert asked(owner, route, acme)[0] == expected, str(route)
    assert count(AuditEvent) == events + 2, "the exports alone left events"
    page = words(owner.get(acme.path).text)
    assert "This workspace is closed." in page
    assert "purged on 18 Feb 2027, in 89 days" in page
    assert "Invite" not in page
    refused = words(owner.get(acme.path + "team/invite").text)
    assert "it can be read and exported until it is purged" in refused


def test_of_a_suspended_workspace_its_people_see_why_and_export(app: Flask, acme: Home) -> None:
    insiders.suspend(acme.workspace)
    before = count(AuditEvent)
    for person in acme.people.values():
        client = browser(app, person)
        for route in SIDE:
            status, target = asked(client, route, acme)
            if route.permission is Permission.TENANT_EXPORT and person is acme.people[WorkspaceRole.AGENT]:
                assert status == 403, str(route)
            elif route.endpoint == SUSPENDED or route.permission.exports:
                assert status == 200, str(route)
            else:
                assert (status, target) == (303, acme.path + "suspended"), str(route)
    assert count(AuditEvent) == before + 3 + 2, "five exports"
    page = words(browser(app, acme.owner).get(acme.path + "suspended").text)
    assert "Service suspended Sending, calls" in page and "Why “Confirm your sender registration.”" in page
    assert "Whom to ask The organization’s admins: Olive of Acme Logistics" in page
    assert "Private." not in page
    assert acme.workspace.public_id in page


def test_reactivated_it_is_open_with_the_next_request(app: Flask, acme: Home) -> None:
    owner = browser(app, acme.owner)
    assert owner.get(acme.path).status_code == 200
    insiders.suspend(acme.workspace)
    assert owner.get(acme.path).location == acme.path + "suspended"
    htmx = owner.get(acme.path, headers={"HX-Request": "true"})
    assert (htmx.status_code, htmx.headers["HX-Redirect"]) == (204, acme.path + "suspended")
    with unit() as session, scope.platform():
        row = session.scalars(select(Workspace).where(Workspace.id == acme.workspace.id)).one()
        row.status = row.status.ACTIVE
    assert owner.get(acme.path).status_code == 200


def test_a_role_taken_or_given_counts_from_the_next_request_on(app: Flask, acme: Home) -> None:
    agent = acme.people[WorkspaceRole.AGENT]
    client = browser(app, agent)
    assert client.get(acme.path + "team").status_code == 403
    for role, expected in ((WorkspaceRole.MANAGER, 200), (None, 404)):
        with unit() as session, scope.workspace(acme.workspace.id):
            row = session.scalars(select(Membership).where(Membership.user_id == agent.id)).one()
            if role:
                row.role = role
            else:
                session.delete(row)
        assert client.get(acme.path + "team").status_code == expected


@pytest.mark.parametrize(("door", "mode"), [("impersonate", "act"), ("impersonate", "look"), ("manage", "act")])
def test_inside_only_that_workspace_answers_and_only_as_the_mode_allows(
    app: Flask, acme: Home, beta: Home, mailbox: Mailbox, door: str, mode: str
) -> None:
    client = staff_browser(app, StaffRole.SUPPORT)
    assert enter(client, acme.workspace, door, mode=mode).location == acme.path
    held = in_access_session(AccessMode(mode))
    for route in SIDE:
        expected = through(route) if route.permission in held else 403
        assert asked(client, route, acme)[0] == expected, str(route)
        assert asked(client, route, beta)[0] == 404, f"{route} of another workspace"
    assert client.get(acme.path + "nothing").status_code == 404
    for route in routes():
        if route.permission.scope is Scope.WORKSPACE or route.endpoint in ("access.stop", "account.log_out"):
            continue
        if route.endpoint.startswith("probes."):
            continue  # they ask nobody who they are
        values = dict.fromkeys(route.names, acme.workspace.public_id)
        answer = client.open(route.path(**values), method=route.method, buffered=True)
        doors = route.endpoint in ("admin_workspaces.impersonate", "admin_workspaces.manage") and route.method == "POST"
        assert answer.status_code == (409 if doors else 404), str(route)
        if not route.endpoint.startswith("api."):  # what programs read bears no banner
            assert "Access session" in answer.text, f"the banner on {route}"


def test_staff_inside_a_closed_workspace_only_look(app: Flask, acme: Home, mailbox: Mailbox) -> None:
    insiders.change(acme.workspace, cancelled_at=NOW)
    client = staff_browser(app)
    refused = enter(client, acme.workspace)
    assert refused.status_code == 422
    assert "can only be looked at" in refused.text
    assert enter(client, acme.workspace, "manage").status_code == 303
    assert db.session.scalars(select(AccessSession.mode)).one() is AccessMode.LOOK
    for route in SIDE:
        shown = route.permission.reads and not route.permission.exports
        assert asked(client, route, acme)[0] == (through(route) if shown else 403), str(route)
    assert "no data is taken out in this visit" in client.get(acme.path + "contacts/export.csv").text


def test_who_impersonates_sees_the_suspended_page_and_who_manages_reads_on(
    app: Flask, acme: Home, mailbox: Mailbox
) -> None:
    insiders.suspend(acme.workspace)
    client = staff_browser(app)
    enter(client, acme.workspace)
    assert client.get(acme.path).location == acme.path + "suspended"
    assert "Access session" in client.get(acme.path + "suspended").text
    insiders.leave(client)
    enter(client, acme.workspace, "manage")
    assert "This workspace is suspended." in words(client.get(acme.path).text)
    for route in SIDE:
        if not route.permission.reads:
            assert asked(client, route, acme)[0] == 403, str(route)


def test_the_guard_takes_two_queries(app: Flask, acme: Home, make_app: object) -> None:
    counting = make_app(count_queries=True)  # type: ignore[operator]
    client = browser(counting, acme.owner)
    client.get(acme.path)  # is seen
    assert client.get("/w/acme-logistics/suspended").headers["X-Bench-Queries"] == "2"


def test_being_seen_is_written_by_members_alone_and_seldom(
    app: Flask, acme: Home, mailbox: Mailbox, clock: Clock
) -> None:
    def seen() -> tuple[object, object]:
        with scope.workspace(acme.workspace.id):
            mine = select(Membership.last_seen_at).where(Membership.user_id == acme.owner.id)
            whole = select(Workspace.last_seen_at, Workspace.health).where(Workspace.id == acme.workspace.id)
            return db.session.scalar(mine), db.session.execute(whole).one()[0]

    staff = staff_browser(app)
    for door in ("impersonate", "manage"):
        enter(staff, acme.workspace, door)
        staff.get(acme.path)
        insiders.leave(staff)
    assert seen() == (None, None)
    owner = browser(app, acme.owner)
    owner.get(acme.path)
    assert seen() == (NOW, NOW)
    clock.advance(minutes=4)
    owner.get(acme.path)
    assert seen() == (NOW, NOW)
    later = clock.advance(minutes=1)
    owner.get(acme.path + "contacts")
    assert seen() == (later, later)
    clock.advance(minutes=10)
    enter(staff, acme.workspace)
    staff.get(acme.path)
    assert seen() == (later, later)


def test_staff_who_are_members_too_are_not_seen(app: Flask, acme: Home) -> None:
    staff = staff_browser(app)
    alice = db.session.scalars(select(User).where(User.staff_role == StaffRole.OWNER)).one()
    with unit() as session:
        session.add(
            Membership(workspace_id=acme.workspace.id, user_id=alice.id, role=WorkspaceRole.AGENT, created_at=NOW)
        )
    assert staff.get(acme.path).status_code == 200
    enter(staff, acme.workspace, "manage")
    assert staff.get(acme.path).status_code == 200
    with scope.workspace(acme.workspace.id):
        assert db.session.scalars(select(Membership.last_seen_at).where(Membership.user_id == alice.id)).one() is None
    assert db.session.scalar(select(Workspace.last_seen_at).where(Workspace.id == acme.workspace.id)) is None


def test_no_word_of_another_workspace_is_seen(app: Flask, acme: Home, beta: Home, mailbox: Mailbox) -> None:
    canary = "canary-7f3a"
    insiders.change(beta.workspace, name=f"Beta {canary}")
    with unit() as session:
        beta.owner.name = f"Olive {canary}"
        session.merge(beta.owner)
    staff = staff_browser(app)
    enter(staff, acme.workspace)
    for client in (browser(app, acme.owner), staff):
        for route in SIDE:
            if route.method == "GET" and route.endpoint != SUSPENDED:
                assert canary not in client.get(route.path(**there(acme)), buffered=True).text, str(route)
        assert canary not in client.get(acme.path + f"team/{beta.owner.public_id}/role").text


def test_what_only_reads_is_named_so() -> None:
    writing = {"POST", "PUT", "PATCH", "DELETE"}
    assert not [str(route) for route in SIDE if route.method in writing and route.permission.reads]
    assert Permission.TENANT_OWNER not in in_access_session(AccessMode.ACT)
