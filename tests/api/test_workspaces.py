"""Workspaces by API: all that the screens do to them."""

from typing import Any

import pytest
from flask import Flask

from tests import factories
from tests.support.creation import actions
from tests.support.mails import Mailbox
from tests.support.programs import Program, program


@pytest.fixture
def gateway(app: Flask) -> Program:
    factories.plan()
    return program(app)


def wanted(**more: Any) -> dict[str, Any]:
    return {"name": "Beta", "owner_mode": "invite", "owner_name": "Bea", "owner_email": "bea@beta.example", **more}


def test_a_workspace_is_made_read_listed_and_changed(app: Flask, gateway: Program, mailbox: Mailbox) -> None:
    made = gateway.post("/workspaces", wanted(spend_cap=500_050, cap_numbers=3, currency="INR"))
    assert made.status_code == 201, made.json
    told = made.json
    assert (told["name"], told["status"], told["spend_cap"], told["owner"]["email"]) == (
        *("Beta", "trial", 500_050),
        "bea@beta.example",
    )
    assert mailbox.to("bea@beta.example")
    path = "/workspaces/" + told["id"]
    assert gateway.get(path).json == told
    assert gateway.get("/workspaces?q=bet").json == {"data": [told], "has_more": False}
    assert gateway.get("/workspaces?q=zeta").json["data"] == []
    etag = gateway.get(path).headers["ETag"]
    changed = gateway.call("PATCH", path, {"name": "Beta Two", "spend_cap": None}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json["name"], changed.json["spend_cap"]) == (200, "Beta Two", None)
    assert changed.headers["ETag"] != etag
    late = gateway.call("PATCH", path, {"name": "Beta Three"}, headers={"If-Match": etag})
    assert (late.status_code, late.json["type"]) == (412, "/api/v1/#changed-meanwhile")
    assert gateway.call("PATCH", path, {"name": "Beta Three", "version": told["version"]}).status_code == 409
    assert [row["value"] for row in gateway.get(path + "/overrides").json["data"]] == [3]


def test_lists_go_on_behind_the_last(app: Flask, gateway: Program) -> None:
    made = [factories.workspace(f"Acme {number}").public_id for number in range(5)]
    first = gateway.get("/workspaces?limit=3").json
    rest = gateway.get(f"/workspaces?limit=3&starting_after={made[2]}").json
    assert [row["id"] for row in first["data"] + rest["data"]] == made
    assert (first["has_more"], rest["has_more"]) == (True, False)
    wrong = gateway.get("/workspaces?starting_after=ws_nothing")
    assert wrong.status_code == 422 and wrong.json["errors"][0]["parameter"] == "starting_after"


def test_the_life_of_a_workspace(app: Flask, gateway: Program) -> None:
    acme = factories.workspace("Acme")
    path = "/workspaces/" + acme.public_id
    assert gateway.post(path + "/activate").json["status"] == "active"
    again = gateway.post(path + "/activate")
    assert again.status_code == 409 and again.json["detail"] == "Only a workspace on trial can be activated."
    hold = gateway.post(path + "/holds", {"note": "Ticket", "public_reason": "Call us"})
    assert hold.status_code == 201
    assert gateway.get(path).json["status"] == "suspended"
    assert gateway.get(path + "/holds").json["data"] == [hold.json]
    assert gateway.post(path + "/holds", {}).status_code == 409
    assert gateway.post(path + f"/holds/{hold.json['id']}/lift").json["data"] == []
    wrong = gateway.post(path + "/cancel", {"confirm_name": "Acmee"})
    assert wrong.status_code == 422 and wrong.json["errors"][0]["pointer"] == "/confirm_name"
    assert gateway.post(path + "/cancel", {"confirm_name": "Acme"}).json["status"] == "cancelled"
    assert gateway.get("/workspaces").json["data"] == []
    assert [row["id"] for row in gateway.get("/workspaces?status=cancelled").json["data"]] == [acme.public_id]
    assert gateway.call("PATCH", path, {"name": "Other"}).status_code == 409
    assert gateway.call("PUT", path + "/overrides/users", {"value": 3, "reason": "More"}).status_code == 409
    assert gateway.post(path + "/restore").json["workspace"]["status"] == "active"
    done = ["workspace.activated", "hold.opened", "workspace.cancelled", "workspace.restored"]
    assert set(done) - {"hold.opened"} <= set(actions())


def test_overrides_are_set_and_removed(app: Flask, gateway: Program) -> None:
    path = "/workspaces/" + factories.workspace("Acme").public_id
    put = gateway.call("PUT", path + "/overrides/users", {"value": 7, "reason": "Asked", "expires_at": "2026-12-31"})
    assert put.status_code == 200 and put.json["value"] == 7
    assert gateway.get(path + "/entitlements").json["limits"]["users"] == {
        **{"effective": 7, "source": "override"},
        "used": 1,
    }
    past = gateway.call("PUT", path + "/overrides/users", {"value": 7, "reason": "x", "expires_at": "2020-01-01"})
    assert past.status_code == 422 and past.json["errors"][0]["pointer"] == "/expires_at"
    assert gateway.call("PUT", path + "/overrides/nothing", {"value": 7, "reason": "x"}).status_code == 404
    gone = gateway.call("DELETE", path + "/overrides/users?reason=Over")
    assert (gone.status_code, gone.data) == (204, b"")
    assert gateway.get(path + "/overrides").json["data"] == []


def test_a_key_for_one_workspace_reads_nothing_for_staff(app: Flask, gateway: Program) -> None:
    acme = factories.workspace("Acme", admin_note="Pays late")
    own = program(app, workspace=acme.public_id)
    path = "/workspaces/" + acme.public_id
    gateway.post(path + "/holds", {"note": "Fraud?", "public_reason": "Call us"})
    assert gateway.get(path).json["admin_note"] == "Pays late"
    assert own.get(path).json["admin_note"] is None
    assert own.get(path + "/holds").json["data"][0]["note"] is None
    gateway.call("PUT", path + "/overrides/users", {"value": 3, "reason": "Pays late"})
    assert gateway.get(path + "/overrides").json["data"][0]["reason"] == "Pays late"
    assert own.get(path + "/overrides").json["data"][0]["reason"] is None
    assert own.post("/workspaces", wanted()).status_code == 403
    assert own.post(path + "/holds", {"kind": "past_due", "whole_organization": True}).status_code == 403


def test_amounts_are_of_the_organizations_currency(app: Flask, gateway: Program, mailbox: Mailbox) -> None:
    for currency, amount in (("JPY", 500), ("KWD", 500), ("USD", 500)):
        owner = {"owner_email": f"{currency.lower()}@beta.example"}
        made = gateway.post("/workspaces", wanted(currency=currency, spend_cap=amount, **owner))
        assert (made.json["currency"], made.json["spend_cap"]) == (currency, amount), made.json
    assert gateway.post("/workspaces", wanted(currency="X", spend_cap=1)).status_code == 422
