"""Whatever goes wrong under /api is a problem+json that says what, where and which request."""

import json
import tracemalloc
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import validate
from sqlalchemy.exc import OperationalError

from portal.api import changes
from portal.api.calling import OPERATIONS
from portal.api.openapi import document
from portal.api.problems import KINDS
from portal.base import site
from tests import factories
from tests.support.programs import BATCH, Program, event, program

SHAPE = document(OPERATIONS, "https://portal.example/api/v1")["components"]


@pytest.fixture
def who(app: Flask) -> Program:
    factories.plan()
    factories.workspace("Acme")
    return program(app)


def first(who: Program) -> str:
    return str(who.get("/workspaces").json["data"][0]["id"])


def is_problem(answer: Any, kind: str) -> dict[str, Any]:
    assert answer.content_type == "application/problem+json", answer.data[:200]
    body: dict[str, Any] = answer.json
    assert (body["type"], body["status"]) == ("/api/v1/#" + kind, answer.status_code) and body["status"] == KINDS[kind][
        0
    ]
    assert body["request_id"] == answer.headers["X-Request-ID"]
    schema = SHAPE["responses"][kind]["content"]["application/problem+json"]["schema"]
    validate(body, {**schema, "components": SHAPE})
    return body


def test_each_kind_of_problem(app: Flask, who: Program) -> None:
    path = "/workspaces/" + first(who)
    is_problem(who.call("POST", "/workspaces", data=b"{", content_type="application/json"), "malformed")
    is_problem(who.get("/workspaces?q=%00"), "malformed")
    is_problem(Program(app.test_client(), "").get("/changes"), "no-key")
    is_problem(who.get("/workspaces/ws_nothing"), "not-found")
    is_problem(who.get("/nothing/here"), "not-found")
    wrong = who.call("PUT", "/workspaces", {})
    is_problem(wrong, "wrong-method")
    assert wrong.headers["Allow"] == "GET, POST" and wrong.json["detail"] == "Use GET or POST."
    is_problem(who.post(path + "/restore"), "conflict")
    big = who.call("POST", "/workspaces", data=b" " * 3_000_000, content_type="application/json")
    assert "At most 2,097,152 bytes" in is_problem(big, "too-large")["detail"]
    is_problem(who.call("POST", "/workspaces", data="name=A"), "wrong-content")
    is_problem(who.call("POST", "/usage/events", {}), "wrong-content")


def test_what_is_wrong_with_a_body_is_not_told_a_million_times(who: Program) -> None:
    """2 MB in which nothing can be used took 4 GB and 13 seconds."""
    items = b"[" + b",".join([b"{}"] * 100_000) + b"]"
    for path, kind, one in (("/usage/events", BATCH, "events"), ("/messages/receipts", "application/json", "receipts")):
        tracemalloc.start()
        many = who.call("POST", path, data=items, content_type=kind)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        detail = is_problem(many, "invalid")["detail"]
        assert detail == f"A batch has 1 to 1,000 {one}; this has 100,000."
        assert most < 40_000_000, "read, and not looked into one by one"
    strange = dict.fromkeys(map(str, range(2_000)), 1)
    few = [who.post("/workspaces", strange), who.post("/messages/receipts", [strange] * 30)]
    assert [is_problem(each, "invalid").get("errors") for each in few] == [None, None]
    assert all("too many to name them" in each.json["detail"] and len(each.data) < 500 for each in few)


def test_pointers_say_where(who: Program) -> None:
    body = is_problem(who.post("/workspaces", {"nam": "A", "spend_cap": "x", "e911_city": "a\u0001"}), "invalid")
    places = {each["pointer"] for each in body["errors"]}
    assert places == {"/name", "/nam", "/spend_cap", "/e911_city"}
    assert body["detail"] == "/spend_cap: Input should be a valid integer. And 3 more: see errors."
    rules = is_problem(who.post("/workspaces", {"name": "A", "timezone": "Mars/Olympus"}), "invalid")
    assert {"/timezone", "/owner_email"} <= {each["pointer"] for each in rules["errors"]}
    half = is_problem(who.call("PATCH", "/workspaces/" + first(who), {"e911_city": "Pune"}), "invalid")
    assert {each["pointer"] for each in half["errors"]} == {"/e911_street", "/e911_postal_code", "/e911_country"}
    query = is_problem(who.get("/workspaces?limit=1000&sort=name"), "invalid")
    assert {each["parameter"] for each in query["errors"]} == {"limit", "sort"}


def test_how_often_a_program_may_ask(app: Flask, who: Program, request: pytest.FixtureRequest) -> None:
    app.extensions[site.EXTENSION] = type(site.settings())(**_as_dict(api_rate=3))
    left = [who.get("/changes").headers["RateLimit"] for _ in range(3)]
    assert left == ['"key";r=2;t=20', '"key";r=1;t=40', '"key";r=0;t=60']
    stopped = who.get("/changes")
    is_problem(stopped, "too-many")
    assert stopped.headers["Retry-After"] == "20"
    assert program(app).get("/changes").status_code == 200, "another key has its own"
    request.getfixturevalue("clock").advance(seconds=20)
    assert who.get("/changes").status_code == 200


def _as_dict(**more: Any) -> dict[str, Any]:
    now = site.settings()
    return {name: getattr(now, name) for name in now.__dataclass_fields__} | more


def test_what_breaks_is_a_problem_too(app: Flask, who: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for error, kind in (
        (ValueError("no"), "broken"),
        (OperationalError("SELECT", {}, Exception("away")), "not-ready"),
    ):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(changes.queries, "changes", fail)
        is_problem(who.get("/changes"), kind)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = ("name", "owner", "owner_mode", "plan", "spend_cap", "timezone", "trial_ends_at", "status", "e911_city")
LIKE = st.dictionaries(
    st.sampled_from((*NAMES, "value", "count", "limit", "kind", "confirm_name", "version")), ANYTHING
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ANYTHING | LIKE, text=st.text(max_size=40), raw=st.binary(max_size=60))
def test_no_rubbish_breaks_anything(app: Flask, who: Program, body: Any, text: str, raw: bytes) -> None:
    workspace = first(who)
    for told in OPERATIONS:
        if told.body is None or told.name == "workspace_moves.cancel":
            continue
        path = told.path.format(workspace=workspace, hold="hld_x", limit="users")
        sent = (json.dumps(body).encode(), raw) if told.body is not bytes else (json.dumps([body]).encode(), raw)
        for data in sent:
            answer = who.call(told.method, path, data=data, content_type=told.takes[-1])
            assert answer.status_code < 500, (told.name, data)
    for path in ("/workspaces", "/changes"):
        for name in ("q", "limit", "after", "starting_after", "status", "plan", "organization"):
            answer = who.client.get(
                "/api/v1" + path, query_string={name: text}, headers={"Authorization": f"Bearer {who.secret}"}
            )
            assert answer.status_code < 500, (path, name, text)
    items: Any = [{**event(workspace), "id": text or "x", "data": body}, body]
    assert who.call("POST", "/usage/events", data=json.dumps(items), content_type=BATCH).status_code < 500
    odd = {"Authorization": "Bearer " + "".join(char for char in text if char.isprintable() and char.isascii())}
    assert who.client.get("/api/v1/changes", headers=odd).status_code in (200, 401)
