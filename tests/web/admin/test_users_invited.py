"""Inviting people into organizations and workspaces: where to, whom not, and what becomes of the link."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Invitation, Organization, User, Workspace
from portal.operations.unit import unit
from portal.rules.access import StaffRole, WorkspaceRole
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import actions, add_plan, count, one
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit

HOME = "/admin/users/"


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which the platform's owner is logged in."""
    log_in(client, factories.staff())
    return client


def page_of(client: FlaskClient, user: User) -> str:
    return client.get(HOME + user.public_id).text


def ask(client: FlaskClient, user: User, question: str) -> Any:
    return submit(client, f"{HOME}{user.public_id}/{question}")


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
        ({"email": "Alice@example.test"}, "email", "own staff"),
        ({"email": "olive@example.test", "workspace": "acme-logistics"}, "email", "is in Acme Logistics already"),
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
    assert answer.status_code == 422 and "was invited into Acme Logistics already" in answer.text
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


def test_without_a_mail_server_the_link_is_handed_over(alice: FlaskClient, app: Flask, mailbox: Mailbox) -> None:
    acme = factories.workspace()
    invite(alice, workspace=acme.public_id)
    dana, sent = one(User, email="dana@example.test"), one(Invitation).public_id
    answer = ask(alice, dana, f"invitations/{sent}/link")
    found = re.search(r"http://localhost(/invitations/[\w-]+)", answer.text)
    assert answer.status_code == 200 and found and "shown this once" in answer.text
    assert app.test_client().get(link(mailbox, 0)).status_code == 404, "the one by mail is dead"
    assert app.test_client().get(found[1]).status_code == 200
    assert len(mailbox.messages) == 1
    assert actions()[-1] == "invitation.link_made"


def link(mailbox: Mailbox, number: int) -> str:
    db.session.rollback()
    tokens = re.findall(r"/invitations/\S+", mailbox.messages[number].body or "")
    return str(tokens[0]) if tokens else "/invitations/withdrawn"


def test_an_invitation_is_not_found_at_another_person(alice: FlaskClient, mailbox: Mailbox) -> None:
    acme, charlie = factories.workspace(), factories.user()
    invite(alice, workspace=acme.public_id)
    sent = one(Invitation).public_id
    for act in ("resend", "revoke", "link"):
        assert ask(alice, charlie, f"invitations/{sent}/{act}").status_code == 404


def test_support_sends_again_but_does_not_take_back(app: Flask, client: FlaskClient, mailbox: Mailbox) -> None:
    acme, owner = factories.workspace(), app.test_client()
    log_in(owner, factories.staff())
    invite(owner, workspace=acme.public_id)
    log_in(client, factories.staff(StaffRole.SUPPORT))
    dana, sent = one(User, email="dana@example.test"), one(Invitation).public_id
    text = page_of(client, dana)
    assert f"{sent}/resend" in text and f"{sent}/revoke" not in text and "/edit" not in text
    assert f"{sent}/link" not in text and ask(client, dana, f"invitations/{sent}/link").status_code == 403
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
