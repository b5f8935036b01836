"""Staff and roles on the screen: the table of roles is the table, and roles are given and taken."""

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import User
from portal.rules.access import ROLES, OrganizationRole, Permission, Scope, StaffRole, WorkspaceRole, allows, describe
from portal.web import role_words
from tests import factories
from tests.factories import PASSWORD
from tests.support.clocks import NOW
from tests.support.creation import actions, count, one
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit

HOME = "/admin/staff/"
SORTS = {Scope.PLATFORM: StaffRole, Scope.ORGANIZATION: OrganizationRole, Scope.WORKSPACE: WorkspaceRole}
NEW = "seven quiet lighthouses"


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which the platform's owner is logged in."""
    log_in(client, factories.staff())
    return client


def table(page: str, scope: Scope) -> str:
    start = page.index(f'id="{scope.value}"')
    return page[start : page.index("</section>", start)]


@pytest.mark.parametrize("scope", SORTS)
def test_the_table_of_roles_is_the_one_that_is_asked(alice: FlaskClient, scope: Scope) -> None:
    page = table(alice.get(HOME + "roles").text, scope)
    roles = [role for role in ROLES if isinstance(role, SORTS[scope])]
    assert re.findall(r'class="role" title="[^"]+">([^<]+)<', page) == [role_words.label(role) for role in roles]
    shown = {
        html.unescape(words): [answer == "Yes" for answer in re.findall(r'class="sr">(Yes|No)<', cells)]
        for words, cells in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    }
    permissions = [each for each in Permission if each.scope is scope]
    assert shown == {describe(each): [allows(role, each) for role in roles] for each in permissions}


def test_every_role_is_said_in_words_of_its_own() -> None:
    for sort in SORTS.values():
        words = role_words.cards(sort)
        assert [value for value, _, _ in words] == [role.value for role in sort]
        assert all(len({part[number] for part in words}) == len(words) for number in (1, 2))
    assert role_words.may_do(StaffRole.OWNER) != role_words.may_do(WorkspaceRole.OWNER)


def test_the_staff_stand_by_role_with_how_they_log_in(alice: FlaskClient) -> None:
    factories.staff(StaffRole.AUDITOR)
    factories.staff(StaffRole.SUPPORT)
    factories.user("dana@example.test", password=None, staff_role=StaffRole.SUPPORT)
    factories.user("gone@example.test", staff_role=StaffRole.OWNER, trashed_at=NOW)
    page = alice.get(HOME).text
    assert re.findall(r'class="name"[^>]*title="([^"]+)"', page) == ["Alice", "Bob", "Dana", "Auditor"]
    assert "(you)" in page and "Invited" in page
    assert page.count("/invite-again") == 1


def test_somebody_new_is_invited_and_helps_after_choosing_a_password(
    alice: FlaskClient, app: Flask, mailbox: Mailbox
) -> None:
    fields = {"email": " dana@example.test ", "name": "Dana", "role": "finance"}
    assert submit(alice, HOME + "invite", fields).status_code == 303
    mail = mailbox.only("dana@example.test")
    found = re.search(r"http://localhost(/password/reset/\S+)", mail.body or "")
    assert found
    dana = app.test_client()
    welcome = dana.get(found[1]).text
    assert "Join the staff" in welcome and "You are invited as Finance" in welcome
    assert submit(dana, found[1], {"password": NEW}).status_code == 303
    assert dana.get("/admin/users/").status_code == 200
    assert dana.get(HOME + "invite").status_code == 403


def test_who_has_an_account_and_no_place_has_the_role_at_once(alice: FlaskClient, app: Flask, mailbox: Mailbox) -> None:
    charlie = factories.user()
    answer = submit(alice, HOME + "invite", {"email": charlie.email, "name": "C", "role": "auditor"})
    assert "is of the staff now" in alice.get(answer.location).text
    assert mailbox.messages == [] and one(User, id=charlie.id).staff_role is StaffRole.AUDITOR
    browser = app.test_client()
    submit(browser, "/login", {"email": charlie.email, "password": PASSWORD})
    assert browser.get(HOME).status_code == 200


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"email": ""}, "email", "Enter an e-mail address"),
        ({"email": "nobody"}, "email", "e-mail"),
        ({"email": "ALICE@example.test"}, "email", "of the staff already"),
        ({"email": "olive@example.test"}, "email", "belongs to the customer"),
        ({"name": ""}, "name", "Enter a name"),
        ({"name": "x" * 10_000}, "name", "at most"),
        ({"role": "king"}, "role", "Choose one of those listed"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_at_its_field(
    alice: FlaskClient, mailbox: Mailbox, fields: dict[str, str], field: str, says: str
) -> None:
    factories.workspace()
    before, given = count(User), {"email": "dana@example.test", "name": "Dana", "role": "support"}
    answer = submit(alice, HOME + "invite", given | fields)
    assert answer.status_code == 422 and says in answer.text and f'id="f-{field}-error"' in answer.text
    assert count(User) == before and mailbox.messages == []


def test_a_role_is_changed_with_a_reason_and_ends_every_session(alice: FlaskClient, app: Flask) -> None:
    bob, browser = factories.staff(StaffRole.SUPPORT), app.test_client()
    log_in(browser, bob)
    where = f"{HOME}{bob.public_id}/role"
    answer = submit(alice, where, {"role": "finance", "reason": ""})
    assert answer.status_code == 422 and "Say why" in answer.text
    assert submit(alice, where, {"role": "finance", "reason": "moves"}).status_code == 303
    assert one(User, id=bob.id).staff_role is StaffRole.FINANCE and actions()[-1] == "user.staff_role_changed"
    assert browser.get("/me").status_code == 303
    assert submit(alice, where, {"role": "none", "reason": "leaves"}).status_code == 303
    assert one(User, id=bob.id).staff_role is None


def test_the_last_owner_stays(alice: FlaskClient) -> None:
    me = one(User, email="alice@example.test")
    answer = submit(alice, f"{HOME}{me.public_id}/role", {"role": "none", "reason": "leaves"})
    assert answer.status_code == 422 and "last owner" in answer.text
    assert one(User, id=me.id).staff_role is StaffRole.OWNER


def test_power_changes_only_soon_after_the_password_was_entered(alice: FlaskClient, app: Flask) -> None:
    browser, olga = app.test_client(), factories.staff(email="olga@example.test")
    log_in(browser, olga, NOW - timedelta(minutes=16))
    bob = factories.staff(StaffRole.SUPPORT)
    answer = submit(browser, f"{HOME}{bob.public_id}/role", {"role": "owner", "reason": "x"})
    assert answer.status_code == 303 and answer.location.startswith("/me/confirm")
    assert one(User, id=bob.id).staff_role is StaffRole.SUPPORT
