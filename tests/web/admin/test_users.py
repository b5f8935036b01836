"""A person's page and what staff do there: each way once as it should go, and once as it must not."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Invitation, Membership, Organization, OrganizationMember, User, Workspace
from portal.operations import users
from portal.operations.unit import unit
from portal.operations.users import Details
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from tests import factories
from tests.factories import PASSWORD
from tests.support.clocks import NOW
from tests.support.creation import BY, actions, add_plan, count, one
from tests.support.mails import Mailbox
from tests.support.people import log_in, session_of, submit

HOME = "/admin/users/"
NEW = "seven quiet lighthouses"


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which the platform's owner is logged in."""
    log_in(client, factories.staff())
    return client


def enter(app: Flask, email: str = "charlie@example.test") -> int:
    """What the log-in answers somebody with the right password: 303, or 422 where it is refused."""
    return submit(app.test_client(), "/login", {"email": email, "password": PASSWORD}).status_code


def page_of(client: FlaskClient, user: User) -> str:
    answer = client.get(HOME + user.public_id)
    assert answer.status_code == 200
    return answer.text


def ask(client: FlaskClient, user: User, question: str, **fields: Any) -> Any:
    return submit(client, f"{HOME}{user.public_id}/{question}", fields)


def ann_in(workspace: Workspace, role: WorkspaceRole = WorkspaceRole.AGENT) -> User:
    ann = factories.user("ann@example.test")
    factories.member(one(Organization, id=workspace.organization_id), ann)
    with unit() as session:
        session.add(Membership(workspace_id=workspace.id, user_id=ann.id, role=role, created_at=NOW))
    return ann


def test_who_is_suspended_is_out_at_once_and_comes_back_when_let_in(alice: FlaskClient, app: Flask) -> None:
    charlie, browser = factories.user(), app.test_client()
    log_in(browser, charlie)
    assert browser.get("/me").status_code == 200
    assert ask(alice, charlie, "suspend", reason="Lost laptop").status_code == 303
    assert browser.get("/me").status_code == 303
    assert enter(app) == 422
    assert "Suspended" in page_of(alice, charlie)
    assert ask(alice, charlie, "let-in").status_code == 303
    assert enter(app) == 303


def test_who_is_in_the_trash_is_out_too_and_comes_back_with_every_place(alice: FlaskClient, app: Flask) -> None:
    acme = factories.workspace()
    ann, browser = ann_in(acme), app.test_client()
    log_in(browser, ann)
    assert browser.get("/me").status_code == 200
    assert ask(alice, ann, "trash").status_code == 303
    assert browser.get("/me").status_code == 303
    assert enter(app, ann.email) == 422
    assert ask(alice, ann, "restore").status_code == 303
    assert enter(app, ann.email) == 303
    assert "Acme Logistics" in page_of(alice, ann)


def test_no_link_to_a_password_is_sent_to_who_is_kept_out(alice: FlaskClient, app: Flask, mailbox: Mailbox) -> None:
    charlie = factories.user(trashed_at=NOW)
    submit(app.test_client(), "/password/forgot", {"email": charlie.email})
    assert mailbox.messages == []
    assert ask(alice, charlie, "password-reset").status_code == 409
    assert mailbox.messages == []


def test_a_link_to_a_password_sent_before_is_dead(alice: FlaskClient, app: Flask, mailbox: Mailbox) -> None:
    charlie = factories.user()
    ask(alice, charlie, "password-reset")
    found = re.search(r"http://localhost(/password/reset/\S+)", mailbox.only(charlie.email).body or "")
    assert found
    assert app.test_client().get(found[1]).status_code == 200
    ask(alice, charlie, "trash")
    assert app.test_client().get(found[1]).status_code == 410


def test_the_link_that_staff_send_sets_a_password(alice: FlaskClient, app: Flask, mailbox: Mailbox) -> None:
    charlie = factories.user()
    answer = ask(alice, charlie, "password-reset")
    assert charlie.email in alice.get(answer.location).text
    found = re.search(r"http://localhost(/password/reset/\S+)", mailbox.only(charlie.email).body or "")
    assert found
    assert submit(app.test_client(), found[1], {"password": NEW}).status_code == 303
    assert enter(app) == 422
    assert actions()[-1] != "user.password_reset_sent"


def test_an_address_is_marked_as_verified_once(alice: FlaskClient) -> None:
    charlie = factories.user()
    assert "Not verified" in page_of(alice, charlie)
    assert ask(alice, charlie, "verify").status_code == 303
    assert "Not verified" not in page_of(alice, charlie)
    assert ask(alice, charlie, "verify").status_code == 409


def test_all_sessions_end_or_the_one_that_is_chosen(alice: FlaskClient, app: Flask) -> None:
    charlie, first, second = factories.user(), app.test_client(), app.test_client()
    log_in(first, charlie)
    log_in(second, charlie)
    ends = re.findall(rf"{HOME}{charlie.public_id}/sessions/(\w+)/end", page_of(alice, charlie))
    assert len(ends) == 2
    ask(alice, charlie, f"sessions/{ends[0]}/end")
    assert sorted(each.get("/me").status_code for each in (first, second)) == [200, 303]
    ask(alice, charlie, "log-out")
    assert [each.get("/me").status_code for each in (first, second)] == [303, 303]
    assert "Not logged in anywhere" in page_of(alice, charlie)


def test_another_persons_session_is_not_found(alice: FlaskClient) -> None:
    charlie, dana = factories.user(), factories.user("dana@example.test")
    session_of(dana)
    ends = re.findall(r"/sessions/(\w+)/end", page_of(alice, dana))
    assert ask(alice, charlie, f"sessions/{ends[0]}/end").status_code == 404


@pytest.mark.parametrize("question", ["suspend", "trash"])
def test_nobody_shuts_themself_out(alice: FlaskClient, question: str) -> None:
    factories.staff(StaffRole.OWNER, "second@example.test")
    me = one(User, email="alice@example.test")
    text = page_of(alice, me)
    assert f"/{me.public_id}/{question}" not in text
    answer = ask(alice, me, question)
    assert answer.status_code == 422 and "That is you" in answer.text


def test_a_workspaces_owner_and_the_last_admin_stay(alice: FlaskClient) -> None:
    acme = factories.workspace()
    owner = one(User, id=acme.owner_id)
    answer = ask(alice, owner, "trash")
    assert answer.status_code == 422 and "owns Acme Logistics" in answer.text
    beta, charlie = factories.organization("Beta"), factories.user()
    factories.member(beta, charlie, OrganizationRole.ADMIN)
    answer = ask(alice, charlie, "trash")
    assert answer.status_code == 422 and "last admin of Beta" in answer.text
    answer = ask(alice, charlie, f"organizations/{beta.public_id}/role", role="member")
    assert answer.status_code == 422 and "last admin of Beta" in answer.text
    factories.member(beta, factories.user("dana@example.test"), OrganizationRole.ADMIN)
    assert ask(alice, charlie, f"organizations/{beta.public_id}/role", role="member").status_code == 303


def test_an_admin_in_the_trash_does_not_count(alice: FlaskClient) -> None:
    beta, charlie, dana = factories.organization("Beta"), factories.user(), factories.user("dana@example.test")
    for each in (charlie, dana):
        factories.member(beta, each, OrganizationRole.ADMIN)
    assert ask(alice, dana, "trash").status_code == 303
    assert ask(alice, charlie, "trash").status_code == 422


def test_roles_are_changed_where_somebody_is(alice: FlaskClient) -> None:
    acme = factories.workspace()
    ann, place = ann_in(acme), one(Organization, id=acme.organization_id)
    assert ask(alice, ann, f"workspaces/{acme.public_id}/role", role="manager").status_code == 303
    assert ask(alice, ann, f"organizations/{place.public_id}/role", role="billing_admin").status_code == 303
    assert db.session.scalars(select(OrganizationMember.role).where(OrganizationMember.user_id == ann.id)).one() == (
        OrganizationRole.BILLING_ADMIN
    )
    text = page_of(alice, ann)
    assert "Manager" in text and "Billing admin of the organization" in text
    assert actions()[-2:] == ["member.role_changed", "user.organization_role_changed"]


@pytest.mark.parametrize("role", ["owner", "king", ""])
def test_a_role_that_cannot_be_given_is_refused_at_its_field(alice: FlaskClient, role: str) -> None:
    acme = factories.workspace()
    ann = ann_in(acme)
    answer = ask(alice, ann, f"workspaces/{acme.public_id}/role", role=role)
    assert answer.status_code == 422 and "Choose one of those listed" in answer.text
    assert one(Membership, user_id=ann.id).role is WorkspaceRole.AGENT


def test_an_owner_is_made_by_handing_over_alone(alice: FlaskClient) -> None:
    acme = factories.workspace()
    answer = ask(alice, one(User, id=acme.owner_id), f"workspaces/{acme.public_id}/role", role="agent")
    assert answer.status_code == 422 and "handed over" in answer.text


def test_a_place_that_is_not_theirs_is_not_found(alice: FlaskClient) -> None:
    acme, charlie = factories.workspace(), factories.user()
    place = one(Organization, id=acme.organization_id)
    for path in (f"workspaces/{acme.public_id}/role", f"organizations/{place.public_id}/role"):
        assert alice.get(f"{HOME}{charlie.public_id}/{path}").status_code == 404


def seen(user: User) -> dict[str, str]:
    """What the form of the account holds when it is opened."""
    fields = {"name": user.name, "email": user.email, "locale": user.locale, "timezone": user.timezone}
    return fields | {f"seen_{key}": value for key, value in fields.items()}


def test_an_account_is_changed_and_a_new_address_is_not_verified(
    alice: FlaskClient, app: Flask, mailbox: Mailbox
) -> None:
    charlie, browser = factories.user(email_verified_at=NOW), app.test_client()
    log_in(browser, charlie)
    answer = ask(alice, charlie, "edit", **seen(charlie) | {"email": "new@example.test", "timezone": "Europe/Berlin"})
    assert answer.status_code == 303
    row = one(User, id=charlie.id)
    assert (row.email, row.timezone, row.email_verified_at) == ("new@example.test", "Europe/Berlin", None)
    assert mailbox.only("charlie@example.test").subject == "Your e-mail address was changed"
    assert browser.get("/me").status_code == 303
    assert enter(app, "new@example.test") == 303


def test_an_account_saved_as_it_was_opened_is_not_changed(alice: FlaskClient) -> None:
    charlie, before = factories.user(), len(actions())
    answer = ask(alice, charlie, "edit", **seen(charlie))
    assert "Nothing was changed" in alice.get(answer.location).text
    assert len(actions()) == before


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", " \u200b ", "Enter a name"),
        ("name", "x" * 10_000, "at most"),
        ("email", "nobody", "e-mail"),
        ("email", "ALICE@Example.test", "Enter another address"),
        ("locale", "xx", "listed languages"),
        ("timezone", "Mars/Olympus", "listed time zones"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_kept(alice: FlaskClient, field: str, value: str, says: str) -> None:
    charlie = factories.user()
    answer = ask(alice, charlie, "edit", **seen(charlie) | {field: value})
    assert answer.status_code == 422
    assert says in answer.text and f'id="f-{field}-error"' in answer.text
    assert one(User, id=charlie.id).name == "Charlie"


def test_of_two_who_save_at_once_the_second_sees_both_versions(alice: FlaskClient) -> None:
    charlie = factories.user()
    opened = seen(charlie)
    wanted = Details("Karl", charlie.email, "en", "Asia/Tokyo")
    users.change(charlie.public_id, wanted, Details("Charlie", charlie.email, "en", "UTC"), BY)
    answer = ask(alice, charlie, "edit", **opened | {"name": "Charles", "locale": "de"})
    assert answer.status_code == 409
    assert "Karl" in answer.text and "Charles" in answer.text and "Deutsch" in answer.text
    assert one(User, id=charlie.id).name == "Karl"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text))
    chosen = dict(re.findall(r'<input type="radio" name="(\w+)" value="([^"]*)" checked>', answer.text))
    assert chosen == {"name": "Charles", "locale": "de"} and hidden["timezone"] == "Asia/Tokyo"
    again = ask(
        alice, charlie, "edit", **{key: value for key, value in (hidden | chosen).items() if key != "csrf_token"}
    )
    assert again.status_code == 303
    row = one(User, id=charlie.id)
    assert (row.name, row.locale, row.timezone) == ("Charles", "de", "Asia/Tokyo")


def test_an_answer_leads_back_to_the_list_it_was_asked_from(alice: FlaskClient) -> None:
    charlie = factories.user()
    came = {"Referer": f"http://localhost{HOME}?q=char", "HX-Request": "true"}
    answer = submit(alice, f"{HOME}{charlie.public_id}/suspend", {"reason": ""}, headers=came)
    assert answer.headers["HX-Redirect"] == f"{HOME}?q=char"
    answer = submit(alice, f"{HOME}{charlie.public_id}/let-in", headers={"Referer": "http://evil.test/admin/users/"})
    assert answer.location == HOME + charlie.public_id


def invite(client: FlaskClient, **fields: Any) -> Any:
    given = {"email": "dana@example.test", "organization_role": "member", "workspace_role": "agent"}
    return submit(client, HOME + "invite", given | fields)


def test_somebody_is_invited_into_an_organization_and_a_workspace(alice: FlaskClient, mailbox: Mailbox) -> None:
    acme = factories.workspace()
    place = one(Organization, id=acme.organization_id)
    answer = invite(alice, organization=place.slug, workspace=acme.web_address, workspace_role="manager", name="Dana")
    assert answer.status_code == 303, answer.text
    row = one(Invitation)
    assert (row.organization_id, row.workspace_id, row.workspace_role) == (place.id, acme.id, WorkspaceRole.MANAGER)
    assert mailbox.only("dana@example.test").subject == "Invitation to Acme Logistics"
    assert "dana@example.test" in alice.get(answer.location).text
    assert "Open invitations" in page_of(alice, one(User, email="dana@example.test"))


def test_without_an_organization_it_is_the_workspaces(alice: FlaskClient, mailbox: Mailbox) -> None:
    acme = factories.workspace()
    assert invite(alice, workspace=acme.public_id).status_code == 303
    assert one(Invitation).organization_id == acme.organization_id


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"email": ""}, "email", "Enter an e-mail address"),
        ({"email": "nobody"}, "email", "e-mail"),
        ({"email": "Alice@example.test"}, "email", "platform’s staff"),
        ({"email": "olive@example.test", "workspace": "acme-logistics"}, "email", "there already"),
        ({"email": "gone@example.test"}, "email", "in the trash"),
        ({"organization": "", "workspace": ""}, "organization", "Say where to"),
        ({"organization": "nowhere"}, "organization", "no such organization"),
        ({"organization": "a\x07b"}, "organization", "no such organization"),
        ({"workspace": "nowhere"}, "workspace", "no such workspace"),
        ({"workspace": "beta"}, "workspace", "no workspace of"),
        ({"workspace": "stopped"}, "workspace", "takes nobody"),
        ({"organization_role": "king"}, "organization_role", "Choose one of those listed"),
        ({"workspace_role": "owner"}, "workspace_role", "Choose one of those listed"),
        ({"name": "x" * 10_000}, "name", "at most"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_at_its_field(
    alice: FlaskClient, mailbox: Mailbox, fields: dict[str, str], field: str, says: str
) -> None:
    acme = factories.workspace()
    factories.workspace("Beta", factories.user("max@example.test"))
    factories.user("gone@example.test", trashed_at=NOW)
    if fields.get("workspace") == "stopped":
        submit(alice, f"/admin/workspaces/{acme.public_id}/suspend")
        fields = {"workspace": "acme-logistics"}
    before = count(Invitation), count(User)
    answer = invite(alice, **{"organization": one(Organization, id=acme.organization_id).slug} | fields)
    assert answer.status_code == 422 and says in answer.text and f'id="f-{field}-error"' in answer.text
    assert (count(Invitation), count(User)) == before and mailbox.messages == []


def test_nobody_is_invited_where_no_seat_is_left_nor_twice(alice: FlaskClient, mailbox: Mailbox) -> None:
    plan = add_plan("Small", limits={"users": 2})
    acme = factories.workspace(plan=plan)
    assert invite(alice, workspace=acme.public_id).status_code == 303
    answer = invite(alice, workspace=acme.public_id)
    assert answer.status_code == 422 and "invited there already" in answer.text
    answer = invite(alice, workspace=acme.public_id, email="eve@example.test")
    assert answer.status_code == 422 and "2 used, 2 allowed" in answer.text
    assert len(mailbox.messages) == 1


def test_an_invitation_is_sent_again_and_the_old_link_is_dead(alice: FlaskClient, app: Flask, mailbox: Mailbox) -> None:
    acme = factories.workspace()
    invite(alice, workspace=acme.public_id)
    dana, sent = one(User, email="dana@example.test"), one(Invitation).public_id
    first = link(mailbox, 0)
    assert ask(alice, dana, f"invitations/{sent}/resend").status_code == 303
    assert app.test_client().get(first).status_code == 404
    assert app.test_client().get(link(mailbox, 1)).status_code == 200
    assert ask(alice, dana, f"invitations/{sent}/revoke").status_code == 303
    assert app.test_client().get(link(mailbox, 1)).status_code == 404
    assert ask(alice, dana, f"invitations/{sent}/resend").status_code == 409


def link(mailbox: Mailbox, number: int) -> str:
    db.session.rollback()
    tokens = re.findall(r"/invitations/\S+", mailbox.messages[number].body or "")
    return str(tokens[0]) if tokens else "/invitations/withdrawn"


def test_an_invitation_is_not_found_at_another_person(alice: FlaskClient, mailbox: Mailbox) -> None:
    acme, charlie = factories.workspace(), factories.user()
    invite(alice, workspace=acme.public_id)
    sent = one(Invitation).public_id
    for act in ("resend", "revoke"):
        assert ask(alice, charlie, f"invitations/{sent}/{act}").status_code == 404


def test_support_sends_again_but_does_not_take_back(app: Flask, client: FlaskClient, mailbox: Mailbox) -> None:
    acme, owner = factories.workspace(), app.test_client()
    log_in(owner, factories.staff())
    invite(owner, workspace=acme.public_id)
    log_in(client, factories.staff(StaffRole.SUPPORT))
    dana, sent = one(User, email="dana@example.test"), one(Invitation).public_id
    text = page_of(client, dana)
    assert f"{sent}/resend" in text and f"{sent}/revoke" not in text and "/edit" not in text
    assert ask(client, dana, f"invitations/{sent}/resend").status_code == 303
    assert ask(client, dana, f"invitations/{sent}/revoke").status_code == 403


def test_one_that_ran_out_needs_a_seat_again(alice: FlaskClient, mailbox: Mailbox) -> None:
    plan = add_plan("Small", limits={"users": 2})
    acme = factories.workspace(plan=plan)
    invite(alice, workspace=acme.public_id)
    with unit() as session:
        session.scalars(select(Invitation)).one().expires_at = NOW - timedelta(seconds=1)
    assert invite(alice, workspace=acme.public_id, email="eve@example.test").status_code == 303
    old = db.session.scalars(select(Invitation).order_by(Invitation.id)).first()
    assert old
    answer = ask(alice, one(User, email="dana@example.test"), f"invitations/{old.public_id}/resend")
    assert "Not sent" in alice.get(answer.location).text


def test_the_picker_finds_places_and_says_why_one_takes_nobody(alice: FlaskClient) -> None:
    acme = factories.workspace()
    factories.workspace("Beta", factories.user("max@example.test"))
    slug, part = one(Organization, id=acme.organization_id).slug, {"HX-Request": "true"}
    text = alice.get(HOME + "choose/organization?organization=acme", headers=part).text
    assert f'data-value="{slug}"' in text and "Beta" not in text
    both = alice.get(HOME + "choose/workspace?workspace=", headers=part).text
    assert 'data-value="acme-logistics"' in both and 'data-value="beta"' in both
    narrowed = alice.get(HOME + f"choose/workspace?workspace=&organization={slug}", headers=part).text
    assert 'data-value="acme-logistics"' in narrowed and 'data-value="beta"' not in narrowed
    submit(alice, f"/admin/workspaces/{acme.public_id}/suspend")
    assert "suspended, takes nobody now" in alice.get(HOME + "choose/workspace?workspace=acme", headers=part).text


def test_without_script_what_is_found_is_chosen_in_the_form(alice: FlaskClient) -> None:
    factories.workspace()
    answer = invite(alice, workspace="acme", find="workspace")
    assert answer.status_code == 200 and 'value="dana@example.test"' in answer.text
    assert '<input type="radio" name="workspace" value="acme-logistics">' in answer.text


def test_who_is_in_the_trash_is_no_choice_for_an_owner(alice: FlaskClient) -> None:
    factories.user(trashed_at=NOW)
    part = {"HX-Request": "true"}
    assert "Charlie" not in alice.get("/admin/workspaces/choose/owner?owner=charlie", headers=part).text
    fields = {"name": "Acme", "owner_mode": "existing", "owner": "charlie@example.test"}
    answer = submit(alice, "/admin/workspaces/new", fields)
    assert answer.status_code == 422 and count(Workspace) == 0
