"""What the palette finds: beginnings first, nothing of the trash, and of teams only that of the workspace in scope."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.models import Workspace, scope
from portal.models.scope import ScopeError
from portal.operations.audit import record
from portal.operations.unit import locked, unit
from portal.queries.finding import people, recent_workspaces, teammates, workspaces
from portal.rules.lifecycle import Status
from tests import factories
from tests.support import insiders
from tests.support.clocks import NOW
from tests.support.lists import Given, fill


def names(q: str, most: int = 5) -> list[str]:
    return [each.name for each in workspaces(q, most).first]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", []),
        ("bet", ["Beta", "Betamax", "Alphabet", "Zulu"]),
        ("be", ["Beta", "Betamax", "Zulu"]),
        ("b", ["Beta", "Betamax", "Zulu"]),
        ("BÉT", ["Beta", "Betamax", "Alphabet", "Zulu"]),
        ("beta max", ["Betamax"]),
        ("olive zulu", ["Zulu"]),
        ("s00003", ["Beta"]),
        ("closed", []),
        ("%", []),
        ("_", []),
        ('"', []),
        ("bet\x00", ["Beta", "Betamax", "Alphabet", "Zulu"]),
    ],
)
def test_a_name_that_begins_so_stands_before_one_that_holds_it(app: Flask, q: str, found: list[str]) -> None:
    closed = Given("Betty is closed", status=Status.CANCELLED, cancelled_at=NOW - timedelta(days=1))
    fill([Given("Zulu", address="beta-zulu"), Given("Alphabet"), Given("Beta"), Given("Betamax"), closed])
    assert names(q) == found


def test_there_are_more_than_are_shown(app: Flask) -> None:
    fill([Given(f"Shop {number:02}") for number in range(20)] + [Given("My shop")])
    found = workspaces("shop", 5)
    assert [each.name for each in found.first] == [f"Shop {number:02}" for number in range(5)]
    assert found.more
    assert not workspaces("shop 07", 5).more
    assert workspaces("my shop", 5).first[0].organization == "Acme Group"


def test_a_common_word_is_found_among_very_many(app: Flask) -> None:
    fill([Given(f"Firm {number:04} shop") for number in range(1_100)] + [Given("Shop of mine")])
    found = workspaces("shop", 5)
    assert found.first[0].name == "Shop of mine"
    assert len(found.first) == 5 and found.more


def test_people_are_found_by_name_and_e_mail(app: Flask) -> None:
    for name in ("Zoë Bell", "Ada Bell", "Bella Ray"):
        factories.user(f"{name.split()[0].casefold()}@example.test".replace("ë", "e"), name)
    factories.user("gone@example.test", "Gone Bell", trashed_at=NOW)
    assert [each.name for each in people("bell", 5)] == ["Ada Bell", "Bella Ray", "Zoë Bell"]
    assert [each.name for each in people("bell zoe", 5)] == ["Zoë Bell"]
    assert [each.name for each in people("ada@example", 5)] == ["Ada Bell"]
    assert [each.name for each in people("be", 2)] == ["Ada Bell", "Bella Ray"]
    assert people("", 5) == people("%", 5) == ()


def test_recent_is_where_one_did_something_last(app: Flask) -> None:
    alice, bob = factories.staff(), factories.user("bob@example.test")
    made = [factories.workspace(name) for name in ("Acme", "Beta", "Gamma", "Delta")]
    insiders.change(made[2], cancelled_at=NOW)
    for who, workspace in ((alice, 0), (alice, 1), (alice, 2), (bob, 3), (alice, 0)):
        with scope.platform(), unit() as session:
            row = locked(session, Workspace, made[workspace].public_id)
            record("workspace.changed", factories.acting(who), workspace=row, cnam=("", "ACME"))
    assert [each.name for each in recent_workspaces(alice.id, 5)] == ["Acme", "Beta"]
    assert [each.name for each in recent_workspaces(alice.id, 1)] == ["Acme"]


def test_teammates_are_those_of_the_workspace_in_scope(app: Flask) -> None:
    acme, beta = insiders.home(), insiders.home("Beta Freight")
    with scope.workspace(acme.workspace.id):
        assert [each.email for each in teammates("manager", 5)] == ["manager@acme.example"]
        assert teammates("beta", 5) == ()
    with scope.workspace(beta.workspace.id):
        assert [each.email for each in teammates("manager", 5)] == ["manager@beta.example"]
    with pytest.raises(ScopeError):
        teammates("manager", 5)
