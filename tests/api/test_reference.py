"""The API's description is valid, and tells of every operation."""

import html
import json
import re
from datetime import datetime

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from portal.api.calling import OPERATIONS, bp
from portal.api.problems import KINDS
from portal.rules.api_scopes import ApiScope
from portal.rules.changes import CHANGES, DATA, check_told
from portal.rules.usage_events import AHEAD, LATEST
from portal.rules.webhooks import TEST, payload

VALUES = {"text": "x", "instant": "2026-11-21T11:00:00Z", "texts": ["users"], "flag": True}


def test_it_is_valid_and_whole(app: Flask) -> None:
    found = app.test_client().get("/api/v1/openapi.json").json
    validate(found)
    assert found["openapi"] == "3.1.0"
    told = {(method.upper(), path) for path, methods in found["paths"].items() for method in methods}
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.") and "rest" not in rule.arguments
    ]
    there = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert told == there - {("GET", "/"), ("GET", "/openapi.json")}
    scopes = {each["x-scope"] for methods in found["paths"].values() for each in methods.values()}
    assert scopes == {each.value for each in ApiScope}
    assert len({each.name for each in OPERATIONS}) == len(OPERATIONS) and bp.name == "api"
    described = [each for methods in found["paths"].values() for each in methods.values()]
    assert all(each["summary"] and len(each["description"]) > 30 for each in described)


def test_every_webhook_is_described_with_its_body(app: Flask, now: datetime) -> None:
    found = app.test_client().get("/api/v1/openapi.json").json["webhooks"]
    assert set(found) == {*CHANGES, TEST} and set(DATA) == set(CHANGES)
    for kind in found:
        data = {name: VALUES[part.kind] for name, part in DATA.get(kind, {}).items()}
        body = found[kind]["post"]["requestBody"]["content"]["application/json"]["schema"]
        Draft202012Validator(body).validate(json.loads(payload("chg_1", kind, now, "ws_1", data)))
    with pytest.raises(LookupError):
        check_told("number.assigned", {"e164": ""})


def test_the_page_tells_it_all(app: Flask) -> None:
    page = html.unescape(app.test_client().get("/api/v1/").get_data(as_text=True))
    for each in OPERATIONS:
        assert f"<code>{each.path}</code>" in page and each.summary.replace("'", "’") in page
    for kind, parts in DATA.items():
        shown = page[page.index(f'id="change-{kind.replace(".", "-")}"') :]
        assert all(f"<code>{name}</code>" in shown[: shown.index("</dd>")] for name in parts)
    for kind in KINDS:
        assert f'id="{kind}"' in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_the_page_says_what_a_program_would_else_have_to_try(app: Flask) -> None:
    """How much it may ask for, what is left out, and what stands under names that are no members."""
    page = html.unescape(app.test_client().get("/api/v1/").get_data(as_text=True))
    changes = page[page.index('id="changes-read"') :].partition("</article>")[0]
    assert "whole number, 1 to 100" in changes and "How many changes at most. Left out: <code>20</code>." in changes
    entitlements = page[page.index('id="entitlements-read"') :].partition("</article>")[0]
    assert "<code>limits.*.effective</code>" in entitlements and "-1 unlimited, 0 none allowed" in entitlements
    assert "{'" not in page and "9,007" not in page
    events = page[page.index('id="usage-events-report"') :].partition("</article>")[0]
    bounds = f"at most {LATEST.days} days ago, and at most {AHEAD.seconds // 60} minutes ahead"
    assert bounds in events and bounds in page[page.index('id="messages-report"') :].partition("</article>")[0]
    assert "The feed is kept for good" in changes and "a workspace that was purged" in changes
    assert "<code>limits[].effective</code>" in page and "figure</code>" not in page, "the same word in all places"


def test_what_the_page_shows_can_be_sent() -> None:
    """The examples are read by the shapes that they are examples of."""
    for each in OPERATIONS:
        if each.body is not None and each.body is not bytes and each.sample is not None:
            each.body.model_validate_json(json.dumps(each.sample))
