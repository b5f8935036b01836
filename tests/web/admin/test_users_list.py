"""The list of users: who is in it, in which order, what the figures say, and that every state stands in the address."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import Membership, Organization, User
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import actions, one
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit

HOME = "/admin/users/"
NAME = re.compile(r'<a class="name" href="/admin/users/\w+" title="([^"]*)"')
FIGURE = re.compile(r'data-figure="(\w+)" value="(\d+)"')
Make = Callable[..., Flask]


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which the platform's owner is logged in."""
    log_in(client, factories.staff())
    return client


def names(client: FlaskClient, query: str = "", home: str = HOME) -> list[str]:
    """Who stands in the list, in its order."""
    answer = client.get(f"{home}{query}")
    assert answer.status_code == 200
    return NAME.findall(answer.text)


def figures(client: FlaskClient) -> dict[str, int]:
    return {name: int(value) for name, value in FIGURE.findall(client.get(HOME).text)}


def add(user: User, workspace: Any, role: WorkspaceRole = WorkspaceRole.AGENT) -> None:
    with unit() as session:
        session.add(Membership(workspace_id=workspace.id, user_id=user.id, role=role, created_at=NOW))


def test_the_figures_count_everybody_but_the_trash(alice: FlaskClient) -> None:
    factories.user("a@example.test", email_verified_at=NOW)
    factories.user("b@example.test", password=None)
    factories.user("c@example.test", suspended_at=NOW)
    factories.user("d@example.test", trashed_at=NOW, suspended_at=NOW)
    assert figures(alice) == {"total": 4, "verified": 2, "invited": 1, "suspended": 1, "staff": 1}
    assert '>Trash</span><span class="count">1<' in alice.get(HOME).text


def test_twelve_stand_on_a_page_and_one_behind_the_last_shows_the_last(alice: FlaskClient) -> None:
    for number in range(12):
        factories.user(f"p{number:02}@example.test")
    assert len(names(alice)) == 12
    assert names(alice, "?page=2") == ["P11"]
    assert names(alice, "?page=99") == ["P11"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("zoe", ["Zoë Müller"]),
        ("MULLER zoe", ["Zoë Müller"]),
        ("zoe quiet", []),
        ("zm@", ["Zoë Müller"]),
        ("zo", ["Zoë Müller"]),
        ("oe", []),  # under three letters a word's beginning
        ("100%", ["Ann 100%"]),
        ("%", []),
        ("_nn", []),
        ("<script>", []),
    ],
)
def test_a_search_folds_and_every_word_must_occur(alice: FlaskClient, q: str, found: list[str]) -> None:
    factories.user("zm@example.test", "Zoë Müller")
    factories.user("ann@example.test", "Ann 100%")
    answer = alice.get(HOME, query_string={"q": q})
    assert NAME.findall(answer.text) == found
    assert "<script>" not in answer.text.replace("<script ", "")


def test_the_search_follows_a_new_name_and_a_new_address(alice: FlaskClient, mailbox: Mailbox) -> None:
    charlie = factories.user()
    assert names(alice, "?q=charlie") == ["Charlie"]
    seen = {"name": "Charlie", "email": charlie.email, "locale": "en", "timezone": "UTC"}
    wanted = seen | {"name": "Karl", "email": "karl@new.test"}
    sent = wanted | {f"seen_{key}": value for key, value in seen.items()}
    assert submit(alice, f"{HOME}{charlie.public_id}/edit", sent).status_code == 303
    assert names(alice, "?q=charlie") == []
    assert names(alice, "?q=new.test") == ["Karl"]


def test_it_is_narrowed_by_status(alice: FlaskClient) -> None:
    factories.user("a@example.test", email_verified_at=NOW)
    factories.user("b@example.test", password=None)
    factories.user("c@example.test", suspended_at=NOW)
    assert names(alice, "?state=verified") == ["A", "Alice"]
    assert names(alice, "?state=unverified") == ["B", "C"]
    assert names(alice, "?state=invited") == ["B"]
    assert names(alice, "?state=suspended") == ["C"]
    assert names(alice, "?state=staff") == ["Alice"]


def test_it_is_narrowed_by_role_and_workspace(alice: FlaskClient) -> None:
    acme, ann, max_ = factories.workspace(), factories.user("ann@example.test"), factories.user("max@example.test")
    beta = factories.workspace("Beta", max_)
    add(ann, acme)
    factories.member(one(Organization, id=acme.organization_id), ann, OrganizationRole.USER_ADMIN)
    assert names(alice, "?role=staff.owner") == ["Alice"]
    assert names(alice, "?role=workspace.owner") == ["Max", "Olive"]
    assert names(alice, "?role=organization.user_admin") == ["Ann"]
    assert names(alice, f"?workspace={acme.public_id}") == ["Ann", "Olive"]
    assert names(alice, f"?workspace={acme.public_id}&role=workspace.owner") == ["Olive"]
    assert names(alice, f"?workspace={beta.public_id}&role=workspace.agent") == []


def test_the_order_goes_both_ways_and_blanks_stand_last(alice: FlaskClient) -> None:
    factories.user("b@example.test", "Ann", created_at=NOW - timedelta(days=2), last_seen_at=NOW - timedelta(days=1))
    factories.user("a@example.test", "Zed", created_at=NOW - timedelta(days=1), last_seen_at=NOW)
    factories.user("c@example.test", "Max", created_at=NOW - timedelta(days=3))

    def sorted_by(order: str) -> list[str]:
        return names(alice, f"?state=unverified&sort={order}")

    assert sorted_by("-name") == ["Zed", "Max", "Ann"]
    assert sorted_by("email") == ["Zed", "Ann", "Max"]
    assert sorted_by("created") == ["Zed", "Ann", "Max"]
    assert sorted_by("last_seen") == ["Zed", "Ann", "Max"]
    assert sorted_by("-last_seen") == ["Ann", "Zed", "Max"]


def test_what_the_address_asks_for_in_vain_is_named_and_left_out(alice: FlaskClient) -> None:
    text = alice.get(HOME + "?state=happy&role=king&sort=size&workspace=ws_none&page=x").text
    assert "The address asks for what there is not" in text
    for each in ("happy", "king", "size", "ws_none"):
        assert f"“{each}”" in text
    assert NAME.findall(text) == ["Alice"]


def test_a_row_says_where_somebody_belongs(alice: FlaskClient) -> None:
    ann = factories.user("ann@example.test")
    for name in ("Acme", "Beta", "Gamma"):
        add(ann, factories.workspace(name, factories.user(f"{name}@example.test")))
    row = alice.get(HOME + "?q=ann@").text
    assert "Acme" in row and "Beta" in row and "+1" in row and "Gamma" not in row


def test_those_in_the_trash_stand_there_and_nowhere_else(alice: FlaskClient) -> None:
    factories.user(trashed_at=NOW)
    assert names(alice) == ["Alice"]
    assert names(alice, "?q=charlie") == []
    assert names(alice, "trash") == ["Charlie"]
    assert "since" in alice.get(HOME + "trash").text


def test_htmx_gets_the_part_and_the_address_in_one_spelling(alice: FlaskClient) -> None:
    answer = alice.get(HOME + "?q=&sort=name&state=staff", headers={"HX-Request": "true"})
    assert "<html" not in answer.text and 'id="people"' in answer.text and 'id="strip"' in answer.text
    assert answer.headers["HX-Push-Url"] == HOME + "?state=staff"
    assert "HX-Request" in answer.headers["Vary"]


def test_the_export_holds_every_page_as_filtered_and_is_audited(alice: FlaskClient) -> None:
    for number in range(15):
        factories.user(f"p{number:02}@example.test")
    factories.user("evil@example.test", "=1+1")
    answer = alice.get(HOME + "export.csv?q=example.test&sort=-name", buffered=True)
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(rows) == 17 and rows[0]["name"] == "P14" and rows[-1]["name"] == "'=1+1"
    assert rows[-2]["staff_role"] == "owner"
    assert actions()[-1] == "list.users_exported"


@pytest.mark.parametrize(("role", "acts"), [(StaffRole.OWNER, 3), (StaffRole.SUPPORT, 0), (StaffRole.AUDITOR, 0)])
def test_a_row_offers_what_the_reader_may_and_nobody_shuts_themself_out(
    app: Flask, client: FlaskClient, role: StaffRole, acts: int
) -> None:
    log_in(client, factories.staff(role, "me@example.test"))
    factories.user()
    other, own = client.get(HOME + "?q=charlie").text, client.get(HOME + "?q=me@").text
    offered = [
        text.partition("<tbody")[2].partition("</tbody>")[0].count('class="icon-button"') for text in (other, own)
    ]
    assert offered == [acts, min(acts, 1)]
    assert ("/admin/users/invite" in other) is (acts > 0)


def test_it_costs_the_same_however_many_there_are(app: Flask, make_app: Make) -> None:
    client = make_app(count_queries=True, now=NOW.isoformat()).test_client()
    log_in(client, factories.staff())
    acme = factories.workspace()
    olive = one(User, id=acme.owner_id)
    add(factories.user("first@example.test"), acme)
    factories.user("gone@example.test", trashed_at=NOW)
    asked = ("", "?q=example&role=workspace.agent", f"?workspace={acme.public_id}&sort=-last_seen", "trash")
    asked += (olive.public_id, "invite", "workspaces?q=acme", "choose/workspace?workspace=acme", "../staff/")

    def costs() -> dict[str, int]:
        found = {}
        for path in asked:
            part = {"HX-Request": "true"} if "choose" in path else {}
            answer = client.get(HOME + path if ".." not in path else "/admin/staff/", headers=part)
            assert answer.status_code == 200
            found[path] = int(answer.headers["X-Bench-Queries"])
        return found

    before = costs()
    for number in range(14):
        somebody = factories.user(f"a{number}@example.test")
        add(somebody, acme)
        add(olive, factories.workspace(f"Acme {number}", somebody))
        factories.staff(StaffRole.SUPPORT, f"s{number}@example.test")
        factories.user(f"t{number}@example.test", trashed_at=NOW)
    assert costs() == before
    assert max(before.values()) <= 9, before
