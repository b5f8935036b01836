"""A person's page and what staff do there: each way once as it should go, and once as it must not."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Membership, Organization, OrganizationMember, User, Workspace
from portal.operations import users
from portal.operations.unit import unit
from portal.operations.users import Details
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from tests import factories
from tests.factories import PASSWORD
from tests.support.clocks import NOW, Clock
from tests.support.creation import BY, actions, one
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


@pytest.mark.parametrize("column", ["suspended_at", "trashed_at"])
def test_a_session_that_is_still_open_opens_nothing_to_who_is_kept_out(app: Flask, column: str) -> None:
    charlie, browser = factories.user(), app.test_client()
    log_in(browser, charlie)
    with unit():
        setattr(charlie, column, NOW)
    assert browser.get("/me").status_code == 303


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
    assert ask(alice, charlie, f"organizations/{beta.public_id}/role", role="member").status_code == 422


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


def test_somebody_is_removed_from_a_workspace_and_from_the_organization(alice: FlaskClient) -> None:
    acme = factories.workspace()
    ann, olive, place = ann_in(acme), one(User, id=acme.owner_id), one(Organization, id=acme.organization_id)
    text = page_of(alice, ann)
    assert f"workspaces/{acme.public_id}/remove" in text and f"organizations/{place.public_id}/remove" in text
    assert "1 workspace of it" in alice.get(f"{HOME}{ann.public_id}/organizations/{place.public_id}/remove").text
    assert ask(alice, ann, f"workspaces/{acme.public_id}/remove").status_code == 303
    assert ask(alice, ann, f"organizations/{place.public_id}/remove").status_code == 303
    assert "Belongs to no organization." in page_of(alice, ann)
    assert actions()[-2:] == ["member.removed", "user.organization_left"]
    for path, why in (
        (f"workspaces/{acme.public_id}", "always has"),
        (f"organizations/{place.public_id}", "owns Acme"),
    ):
        refused = ask(alice, olive, f"{path}/remove")
        assert refused.status_code == 422 and why in refused.text
    assert f"workspaces/{acme.public_id}/remove" not in page_of(alice, olive)


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
    for path in (f"workspaces/{acme.public_id}", f"organizations/{place.public_id}"):
        for question in ("role", "remove"):
            assert alice.get(f"{HOME}{charlie.public_id}/{path}/{question}").status_code == 404


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
    assert f"{BY.label}</bdi> saved this account" in answer.text
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


def edited(client: FlaskClient, user: User, email: str) -> Any:
    seen = {"name": user.name, "email": user.email, "locale": user.locale, "timezone": user.timezone}
    return ask(client, user, "edit", **{**seen, "email": email}, **{f"seen_{key}": each for key, each in seen.items()})


def test_an_address_opens_an_account_so_whoever_changes_one_has_shown_the_password(
    alice: FlaskClient, clock: Clock
) -> None:
    charlie = factories.user()
    clock.advance(minutes=16)
    assert edited(alice, charlie, "other@example.test").location.startswith("/me/confirm")
    assert one(User, id=charlie.id).email == "charlie@example.test"


def test_ones_own_address_is_changed_where_the_new_one_is_confirmed(alice: FlaskClient) -> None:
    me = one(User, staff_role=StaffRole.OWNER)
    answer = edited(alice, me, "mallory@example.test")
    assert answer.status_code == 422 and "in your profile" in answer.text
    assert one(User, id=me.id).email == "alice@example.test"
