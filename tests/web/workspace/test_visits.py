"""Access sessions in the browser: the two doors, what stands on every page inside, and every way out."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import AccessSession, AuditEvent, LoginSession, PlatformSettings, User, Workspace
from portal.operations import users
from portal.operations.audit import record
from portal.operations.audit_events import EVENTS, FOR_CUSTOMERS
from portal.operations.unit import unit
from portal.queries.audit import verify
from portal.queries.principals import platform
from portal.rules.access import StaffRole, WorkspaceRole
from portal.rules.access_sessions import Ending
from tests import factories
from tests.factories import acting
from tests.support import insiders
from tests.support.clocks import NOW, Clock
from tests.support.creation import actions
from tests.support.insiders import Home, browser, enter, leave, staff_browser
from tests.support.mails import Mailbox
from tests.support.pages import words
from tests.support.people import COOKIE, csrf, log_in, submit


@pytest.fixture
def acme(app: Flask) -> Home:
    return insiders.home()


@pytest.fixture
def alice(app: Flask) -> FlaskClient:
    """The platform's owner in her browser."""
    return staff_browser(app)


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie(COOKIE)
    assert found
    return found.value


def endings() -> list[Ending | None]:
    return list(db.session.scalars(select(AccessSession.ended_how).order_by(AccessSession.id)))


def last_event() -> AuditEvent:
    return db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()  # type: ignore[return-value]


def test_the_dialog_says_whom_how_long_and_what_stays_locked(alice: FlaskClient, acme: Home) -> None:
    page = words(alice.get(f"/admin/workspaces/{acme.workspace.public_id}/impersonate").text)
    for expected in ("Impersonate Olive of Acme Logistics ?", "after 60 minutes", "gets an e-mail", "stay locked"):
        assert expected in page


def test_the_dialog_opens_over_the_page_and_goes_on_by_a_header(
    alice: FlaskClient, acme: Home, mailbox: Mailbox
) -> None:
    path, htmx = f"/admin/workspaces/{acme.workspace.public_id}/impersonate", {"HX-Request": "true"}
    part = alice.get(path, headers=htmx).text
    assert "<html" not in part
    assert "Impersonate" in part
    answer = submit(alice, path, {"reason": "To see", "mode": "act"}, headers=htmx)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, acme.path)
    assert alice.get(acme.path).status_code == 200


def test_without_a_reason_nobody_is_inside_and_the_input_is_kept(alice: FlaskClient, acme: Home) -> None:
    answer = enter(alice, acme.workspace, reason="  ", ticket="TCK-4821", mode="look")
    assert answer.status_code == 422
    assert 'id="f-reason-error"' in answer.text
    assert 'value="TCK-4821"' in answer.text
    assert 'value="look" checked' in answer.text
    assert endings() == []


@pytest.mark.parametrize("fields", [{"mode": "rule"}, {"reason": "x" * 501}, {"ticket": "x" * 81}])
def test_input_that_cannot_be_is_refused_at_its_field(alice: FlaskClient, acme: Home, fields: dict[str, str]) -> None:
    answer = enter(alice, acme.workspace, **fields)
    assert answer.status_code == 422
    assert f'id="f-{next(iter(fields))}-error"' in answer.text


def test_the_banner_says_who_is_where_as_whom_why_and_how_long(
    alice: FlaskClient, acme: Home, mailbox: Mailbox, clock: Clock
) -> None:
    enter(alice, acme.workspace, ticket="TCK-4821")
    clock.advance(minutes=19)
    for path in (acme.path, acme.path + "team", "/no-such-page", "/admin/"):
        page = alice.get(path).text
        assert (
            "You are Alice , acting as Olive of Acme Logistics (owner) in Acme Logistics "
            "Delivery drops since Tuesday, TCK-4821 41 min left Stop"
        ) in words(page), path
        assert page.index("Skip to the content") < page.index("/access/stop")
    assert "Portal Workspaces Acme Logistics" in words(alice.get(acme.path).text)
    rubbish = alice.get("/%00")
    assert (rubbish.status_code, "Access session" in rubbish.text) == (400, True)


def test_looking_is_said_and_changes_nothing(alice: FlaskClient, acme: Home, mailbox: Mailbox) -> None:
    enter(alice, acme.workspace, mode="look")
    page = alice.get(acme.path)
    assert "looking as Olive" in words(page.text)
    assert "inside looking" in page.text
    refused = submit(alice, acme.path + "team/invite", {"email": "x@example.test", "role": "agent"})
    assert refused.status_code == 403
    assert "You are looking only" in refused.text


def test_manage_needs_no_owner_who_can_log_in_and_tells_nobody(app: Flask, alice: FlaskClient) -> None:
    invited = factories.user("new@example.test", password=None)
    made = factories.workspace("Newcomer", invited)
    refused = alice.get(f"/admin/workspaces/{made.public_id}/impersonate").text
    assert "was invited and has never logged in" in refused
    assert enter(alice, made).status_code == 422
    assert enter(alice, made, "manage", reason="").location == "/w/newcomer/"
    assert "managing Newcomer as yourself" in words(alice.get("/w/newcomer/").text)
    assert db.session.scalars(select(AccessSession.on_behalf_of_id)).one() is None


def test_staff_oneself_and_suspended_owners_are_never_impersonated(app: Flask, alice: FlaskClient) -> None:
    someone = factories.user("someone@example.test")
    made = factories.workspace("Someone's", someone)
    me = db.session.scalars(select(User).where(User.staff_role == StaffRole.OWNER)).one()
    for columns, why in (
        ({"staff_role": StaffRole.AUDITOR}, "never impersonated"),
        ({"staff_role": None, "suspended_at": NOW}, "is suspended"),
    ):
        with unit():
            for name, value in columns.items():
                setattr(someone, name, value)
        answer = enter(alice, made)
        assert (answer.status_code, why in answer.text) == (422, True)
    with unit() as session:
        session.get_one(Workspace, made.id).owner_id = me.id
    assert "You own this workspace" in enter(alice, made).text


@pytest.mark.parametrize(("role", "status"), [(StaffRole.FINANCE, 403), (StaffRole.AUDITOR, 403)])
def test_finance_and_auditors_stay_outside(app: Flask, acme: Home, role: StaffRole, status: int) -> None:
    client = staff_browser(app, role)
    assert enter(client, acme.workspace).status_code == status
    assert enter(client, acme.workspace, "manage").status_code == status


def test_stop_leads_to_the_workspace_s_page_and_old_cookies_open_nothing(
    app: Flask, alice: FlaskClient, acme: Home, mailbox: Mailbox
) -> None:
    before = cookie(alice)
    enter(alice, acme.workspace)
    inside = cookie(alice)
    answer = leave(alice)
    assert answer.location == f"/admin/workspaces/{acme.workspace.public_id}"
    assert alice.get(answer.location).status_code == 200
    assert alice.get(acme.path).status_code == 404
    thief = app.test_client()
    for old in (before, inside):
        thief.set_cookie(COOKIE, old)
        for path in (acme.path, "/admin/workspaces/", "/me"):
            assert thief.get(path).location.startswith("/login"), path
    assert leave(alice).location == f"/admin/workspaces/{acme.workspace.public_id}", "twice does no harm"
    assert leave(app.test_client()).location == "/login"


def test_a_form_drawn_before_is_not_taken_inside(alice: FlaskClient, acme: Home, mailbox: Mailbox) -> None:
    token = csrf(alice)
    enter(alice, acme.workspace)
    fields = {"csrf_token": token, "email": "x@example.test", "role": "agent"}
    assert alice.post(acme.path + "team/invite", data=fields).status_code == 400


def test_after_60_minutes_it_is_over_by_itself(alice: FlaskClient, acme: Home, mailbox: Mailbox, clock: Clock) -> None:
    enter(alice, acme.workspace)
    clock.advance(minutes=59, seconds=59)
    assert "1 min left" in alice.get(acme.path).text
    clock.advance(seconds=1)
    answer = alice.get(acme.path)
    assert answer.location == f"/admin/workspaces/{acme.workspace.public_id}"
    assert "has ended" in alice.get(answer.location).text
    assert endings() == [Ending.EXPIRED]
    assert last_event().at == NOW + timedelta(minutes=60)
    assert alice.get(acme.path).status_code == 404


def test_it_ends_with_the_role_the_log_out_and_the_owner(
    app: Flask, alice: FlaskClient, acme: Home, mailbox: Mailbox
) -> None:
    person = db.session.scalars(select(User).where(User.staff_role == StaffRole.OWNER)).one()
    enter(alice, acme.workspace)
    with unit():
        person.staff_role = StaffRole.AUDITOR
    assert alice.get(acme.path + "team").location == f"/admin/workspaces/{acme.workspace.public_id}"
    with unit():
        person.staff_role = StaffRole.OWNER
    enter(alice, acme.workspace)
    with unit() as session:
        session.get_one(User, acme.owner.id).suspended_at = NOW
    assert "acting as" not in alice.get("/admin/").text, "nobody is inside"
    assert endings() == [Ending.ROLE_LOST, Ending.OWNER_CHANGED]
    enter(alice, acme.workspace, "manage")
    inside = cookie(alice)
    assert submit(alice, "/logout").location == "/login"
    assert endings()[-1] is Ending.LOGGED_OUT
    alice.set_cookie(COOKIE, inside)
    assert alice.get(acme.path).location.startswith("/login")


def test_every_act_is_audited_as_the_staff_member_on_behalf_of_the_owner(
    app: Flask, alice: FlaskClient, acme: Home, mailbox: Mailbox
) -> None:
    enter(alice, acme.workspace)
    assert submit(alice, acme.path + "team/invite", {"email": "ian@example.test", "role": "agent"}).status_code == 303
    leave(alice)
    visit = db.session.scalars(select(AccessSession)).one()
    events = [event for event in db.session.scalars(select(AuditEvent)) if event.workspace_id == acme.workspace.id]
    done = {event.action: event.payload for event in events}
    for action in ("access.started", "invitation.sent", "access.ended"):
        payload = done[action] or {}
        assert payload["actor"] == "Alice"
        assert (payload["on_behalf_of"], payload["access_session"]) == (acme.owner.name, visit.public_id)
    assert verify().fault is None
    with unit() as session:
        event = next(event for event in events if event.action == "invitation.sent")
        session.get_one(AuditEvent, event.id).payload = {**(event.payload or {}), "on_behalf_of": "Nobody"}
    assert "says something else" in (verify().fault or "")


def test_the_customer_reads_of_the_visit_and_the_owner_gets_a_mail(
    app: Flask, alice: FlaskClient, acme: Home, mailbox: Mailbox
) -> None:
    enter(alice, acme.workspace, ticket="INTERNAL-1")
    leave(alice)
    page = words(browser(app, acme.owner).get(acme.path + "activity").text)
    assert "entered the workspace as its owner with full access" in page
    assert "“ Delivery drops since Tuesday ”" in page
    assert "left the workspace, by stopping" in page
    assert "Alice as Olive of Acme Logistics Staff of Portal" in page
    assert "INTERNAL-1" not in page
    letter = mailbox.only(acme.owner.email).body or ""
    assert "Alice, of the staff of Portal, acts in Acme Logistics as you" in letter
    assert "/w/acme-logistics/activity" in letter


def test_what_is_for_staff_alone_is_not_in_the_customer_s_activity(app: Flask, acme: Home) -> None:
    with unit() as session:
        row = session.get_one(Workspace, acme.workspace.id)
        record("workspace.health_changed", factories.command(), workspace=row, health=("good", "risk"))
        expires = {"expires_at": (None, "2026-12-31")}
        record("workspace.limit_overridden", factories.command(), workspace=row, limit="users", value=(5, 9), **expires)
    page = words(browser(app, acme.owner).get(acme.path + "activity").text)
    assert "overrode the limit users: value 5 → 9" in page
    assert "health" not in page
    assert "expires" not in page
    assert "1–2 of 2" in page


def test_customers_read_of_known_events_and_of_declared_keys_alone() -> None:
    for action, keys in FOR_CUSTOMERS.items():
        assert keys - {"reason"} <= EVENTS[action], action


def test_the_owner_is_not_told_where_the_platform_s_owner_switched_that_off(alice: FlaskClient, acme: Home) -> None:
    with unit() as session:
        stored = {**platform().stored(), "tell_impersonated_owner": False}
        session.merge(PlatformSettings(id=1, settings=stored, updated_at=NOW))
    assert "gets an e-mail" not in alice.get(f"/admin/workspaces/{acme.workspace.public_id}/impersonate").text
    assert enter(alice, acme.workspace).status_code == 303  # mail that nobody expects fails the test


def test_owners_and_admins_are_not_made_inside(alice: FlaskClient, acme: Home, mailbox: Mailbox) -> None:
    enter(alice, acme.workspace)
    agent = acme.people[WorkspaceRole.AGENT].public_id
    answer = submit(alice, acme.path + f"team/{agent}/role", {"role": "owner"})
    assert (answer.status_code, "nobody grants more than they have" in answer.text) == (422, True)
    assert submit(alice, acme.path + f"team/{acme.owner.public_id}/remove").status_code == 422
    assert "member.role_changed" not in actions()


def test_it_ends_with_the_one_session_that_a_colleague_ends(
    app: Flask, alice: FlaskClient, acme: Home, mailbox: Mailbox
) -> None:
    enter(alice, acme.workspace)
    person = db.session.scalars(select(User).where(User.staff_role == StaffRole.OWNER)).one()
    inside = db.session.scalars(select(LoginSession.public_id)).one()
    users.log_out(person.public_id, acting(factories.staff(StaffRole.OWNER, "second@example.test")), inside)
    assert endings() == [Ending.LOGGED_OUT] and actions()[-2:] == ["access.ended", "user.logged_out_everywhere"]


def test_two_browsers_of_one_person_are_two_visits(
    app: Flask, alice: FlaskClient, acme: Home, mailbox: Mailbox
) -> None:
    other = app.test_client()
    log_in(other, db.session.scalars(select(User).where(User.staff_role == StaffRole.OWNER)).one())
    enter(alice, acme.workspace)
    assert other.get("/admin/workspaces/").status_code == 200
    assert other.get(acme.path).status_code == 404


def test_a_way_of_visiting_that_there_is_not_opens_nothing(app: Flask, alice: FlaskClient, acme: Home) -> None:
    for door in ("manage", "impersonate"):
        path = f"/admin/workspaces/{acme.workspace.public_id}/{door}"
        assert submit(alice, path, {"mode": "LOOK", "reason": "a look"}).status_code == 422
    assert not db.session.scalars(select(AccessSession)).all()
