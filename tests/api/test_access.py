"""Every operation × every key: each is let in or turned away as its scope says. Drawn from the declarations, so that a
new one is asked here by itself."""

import logging
from datetime import datetime, timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.api.calling import OPERATIONS
from portal.api.operations import Operation
from portal.base import webhooks
from portal.gateways.webhooks import FakeWebhooks
from portal.models import ApiKey, AuditEvent, Workspace, scope
from portal.operations import api_keys
from portal.operations.api_keys import NewKey
from portal.operations.unit import unit
from portal.queries import api_keys as queries
from portal.rules.api_scopes import ApiScope, permissions_of
from portal.rules.errors import Conflict, Invalid
from portal.rules.health import Level
from tests import factories
from tests.support import hooks
from tests.support.clocks import NOW, Clock
from tests.support.creation import count, one
from tests.support.programs import Program, event, program

BODIES = {
    "workspaces.create": {"name": ""},
    "overrides.put": {"value": 3},
    "workspace_moves.cancel": {"confirm_name": ""},
}


def called(who: Program, told: Operation, workspace: str) -> int:
    """The status that it is answered."""
    return answered(who, told, workspace).status_code


def answered(who: Program, told: Operation, workspace: str) -> TestResponse:
    """What it is answered, with a body in which nothing can be used."""
    path = told.path.format(workspace=workspace, hold="hld_nothing", limit="users")
    if told.body is bytes:
        return who.report(event(workspace))
    sent = BODIES.get(told.name, {}) if told.body is not None else None
    return who.call(told.method, path, sent)


def test_every_operation_asks_for_its_scope_and_its_workspace(app: Flask) -> None:
    factories.plan()
    acme, beta = factories.workspace("Acme").public_id, factories.workspace("Beta").public_id
    everything, own = program(app), program(app, workspace=acme)
    revoked, over = program(app), program(app, expires=NOW.date().isoformat())
    api_keys.revoke(revoked.key, factories.command())
    one(ApiKey, public_id=over.key).expires_at = NOW
    lacking = {scope: program(app, [each for each in ApiScope if each is not scope]) for scope in ApiScope}
    events = count(AuditEvent)
    for told in OPERATIONS:
        nobody = Program(app.test_client(), "ptl_nothing")
        for refused in (nobody, Program(app.test_client(), ""), revoked):
            assert called(refused, told, acme) == 401, told.name
        assert called(lacking[told.scope], told, acme) == 403, told.name
        if "{workspace}" in told.path:
            assert called(own, told, beta) == 404, told.name
            assert called(everything, told, "ws_nothing") == 404, told.name
            by_address = answered(everything, told, "acme")
            assert by_address.status_code == 404 and "begins with ws_" in by_address.json["detail"], told.name
    assert count(AuditEvent) == events, "what was turned away did nothing"
    for told in OPERATIONS:  # the last, since closing may succeed nowhere else
        assert called(own, told, acme) not in (401, 500), told.name
        assert called(everything, told, beta) not in (401, 403, 500), told.name


def test_a_key_for_one_workspace_hears_of_no_other(app: Flask) -> None:
    factories.plan()
    acme, beta = factories.workspace("Acme").public_id, factories.workspace("Beta").public_id
    own = program(app, workspace=acme)
    assert [row["id"] for row in own.get("/workspaces").json["data"]] == [acme]
    assert {row["workspace"] for row in own.get("/changes").json["data"]} == {acme}
    results = own.report(event(acme, 1), event(beta, 2)).json["data"]
    assert [each["result"] for each in results] == ["counted", "refused"]
    assert program(app).report(event(beta, 2)).json["counted"] == 1, "nobody uses up another's events"


def test_a_key_ends_with_its_day_and_is_revoked_at_once(app: Flask, clock: Clock) -> None:
    who = program(app, expires="2026-11-22")
    assert who.get("/changes").status_code == 200
    clock.advance(days=2)
    assert who.get("/changes").status_code == 401
    clock.at(NOW)
    api_keys.revoke(who.key, factories.command())
    assert who.get("/changes").status_code == 401
    with pytest.raises(Conflict):
        api_keys.revoke(who.key, factories.command())


def test_its_use_is_noted_every_five_minutes_at_most(app: Flask, clock: Clock) -> None:
    who = program(app)
    for minutes, noted in ((0, 0), (4, 0), (2, 6)):
        clock.advance(minutes=minutes)
        who.get("/changes")
        assert queries.api_key(who.key).last_used_at == NOW + timedelta(minutes=noted)


def test_the_secret_is_nowhere(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        who = program(app)
        who.get("/changes")
        who.get("/nothing")
    assert who.secret not in caplog.text
    row = one(ApiKey, public_id=who.key)
    assert who.secret not in "".join(map(str, vars(row).values()))
    assert who.secret.startswith(row.prefix) and len(row.prefix) < 20 < len(who.secret)


def test_cookies_open_nothing(app: Flask) -> None:
    who = Program(app.test_client(), "")
    factories.staff()
    who.client.post("/login", data={"email": "alice@example.test", "password": factories.PASSWORD})
    answer = who.get("/workspaces")
    assert answer.status_code == 401 and "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewKey(scopes=["changes:read"]), "name"),
        (NewKey(name="A"), "scopes"),
        (NewKey(name="A", scopes=["everything"]), "scopes"),
        (NewKey(name="A", scopes=["changes:read"], workspace="nowhere"), "workspace"),
        (NewKey(name="A", scopes=["changes:read"], workspace="\0"), "workspace"),
        (NewKey(name="A", scopes=["changes:read"], expires="soon"), "expires"),
        (NewKey(name="A", scopes=["changes:read"], expires="2026-11-20"), "expires"),
    ],
)
def test_a_key_that_cannot_be(app: Flask, new: NewKey, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        api_keys.create(new, factories.command())
    assert set(refused.value.errors) == {field}
    assert count(ApiKey) == 0


def test_a_key_for_one_workspace_has_nothing_of_its_organization() -> None:
    whole, one_alone = (permissions_of(ApiScope, one_workspace=each) for each in (False, True))
    beyond = {"WORKSPACE_CREATE", "HOLD_PAST_DUE", "ORGANIZATION_SUSPEND", "WORKSPACE_OWNER", "WORKSPACE_PLAN"}
    assert {each.name for each in whole - one_alone} == beyond | {"HOLD_ABUSE"}


def test_what_staff_think_of_a_workspace_is_not_told_to_programs_for_it_alone(app: Flask, now: datetime) -> None:
    """In no answer of the API, and by no webhook; programs for all workspaces are told."""
    factories.plan()
    row = factories.workspace("Acme", admin_note="canary-note")
    acme, path = row.public_id, f"/workspaces/{row.public_id}"
    everything, own = program(app, name="canary-key"), program(app, workspace=acme)
    everything.post(path + "/activate")
    hooks.made("https://all.example/")
    hooks.made("https://own.example/", workspace=acme)
    with scope.platform(), unit() as session:
        session.get_one(Workspace, row.id).health = Level.RISK

    def read(who: Program) -> str:
        paths = [told.path.format(workspace=acme) for told in OPERATIONS if told.method == "GET"]
        return " ".join(who.get(each).text for each in paths)

    before = {who.key: read(who) for who in (everything, own)}  # while it is suspended it has no health
    everything.call("PUT", path + "/overrides/users", {"value": 3, "reason": "canary-why"})
    hold = everything.post(path + "/holds", {"kind": "abuse", "note": "canary-hold", "public_reason": "Call us"}).json
    hooks.delivered(now)
    fake: FakeWebhooks = app.extensions[webhooks.EXTENSION]
    sent = {
        key: " ".join(str(each.body) for each in fake.sent if name in each.address)
        for key, name in ((everything.key, "all"), (own.key, "own"))
    }
    told = {who: before[who.key] + read(who) + sent[who.key] for who in (everything, own)}
    staffs = ("canary-note", "canary-key", "canary-why", "canary-hold", '"risk"', "abuse")
    assert [each in told[everything] for each in staffs] == [True] * len(staffs)
    assert [each in told[own] for each in staffs] == [False] * len(staffs)
    assert all(each in sent[own.key] for each in ("workspace.suspended", '"kind":"manual"', "Call us"))
    assert own.get("/workspaces?health=risk").status_code == 403, "which would tell by being empty or not"
    assert own.post(path + "/holds", {"kind": "abuse"}).status_code == 403
    assert own.post(f"{path}/holds/{hold['id']}/lift").status_code == 403


def test_a_key_for_one_workspace_lifts_no_hold_of_its_organization(app: Flask) -> None:
    factories.plan()
    acme = factories.workspace("Acme").public_id
    everything, own = program(app), program(app, workspace=acme)
    path = f"/workspaces/{acme}/holds"
    for kind in ("manual", "abuse"):
        hold = everything.post(path, {"kind": kind, "whole_organization": True}).json["id"]
        assert own.post(f"{path}/{hold}/lift").status_code == 403
        assert [each["id"] for each in own.get(path).json["data"]] == [hold], "it is still open"
        assert everything.post(f"{path}/{hold}/lift").json["data"] == []


def test_a_key_for_one_workspace_makes_nobody_its_owner(app: Flask) -> None:
    factories.plan()
    acme, stranger = factories.workspace("Acme").public_id, factories.user("eve@elsewhere.example")
    own, path = program(app, workspace=acme), "/workspaces/" + acme
    owner = own.get(path).json["owner"]
    for sent in (
        {"owner_mode": "existing", "owner": stranger.email},
        {"owner_mode": "existing", "owner": "nobody@elsewhere.example"},
        {"owner_mode": "invite", "owner_name": "Eve", "owner_email": "new@elsewhere.example"},
    ):
        refused = own.call("PATCH", path, sent)
        assert refused.status_code == 403 and "elsewhere" not in refused.text, "nor learns who has an account"
    assert own.get(path).json["owner"] == owner
    assert own.call("PATCH", path, {"cnam": "Acme"}).status_code == 200, "its own fields it changes"


def test_a_key_for_one_workspace_does_not_say_what_it_pays(app: Flask) -> None:
    dear = factories.plan()
    acme = factories.workspace("Acme").public_id
    everything, own = program(app), program(app, workspace=acme)
    path = "/workspaces/" + acme
    before = everything.get(path).json
    for sent in (
        {"billing_cycle": "custom", "custom_amount": 0, "custom_months": 12},
        {"bill_to_platform_credit": True},
        {"plan": dear.public_id},
        {"trial_ends_at": "2027-11-21"},
    ):
        assert own.call("PATCH", path, sent).status_code == 403, sent
    assert everything.get(path).json == before
