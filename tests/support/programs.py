"""Programs with an API key, as tests have them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.operations import api_keys
from portal.operations.api_keys import NewKey
from portal.rules.actors import Actor
from portal.rules.api_scopes import ApiScope
from tests.support.clocks import NOW

HOME = "/api/v1"
EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


@dataclass(frozen=True)
class Program:
    """A program by its key; paths are below /api/v1."""

    client: FlaskClient
    secret: str
    key: str = ""

    def call(self, method: str, path: str, json: Any = None, **more: Any) -> TestResponse:
        """What it is answered."""
        headers = {"Authorization": f"Bearer {self.secret}"} | more.pop("headers", {})
        if json is not None:
            more["json"] = json
        return self.client.open(HOME + path, method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        """Reads."""
        return self.call("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        """Changes."""
        return self.call("POST", path, json, **more)

    def report(self, *events: dict[str, Any], kind: str = BATCH) -> TestResponse:
        """Reports usage."""
        body: Any = list(events) if kind == BATCH else events[0]
        return self.call("POST", "/usage/events", body, content_type=kind)


def program(app: Flask, scopes: Collection[ApiScope] = tuple(ApiScope), workspace: str = "", **new: Any) -> Program:
    """One with these scopes, by default all, perhaps for one workspace (public id)."""
    values = [each.value for each in scopes]
    asked = NewKey(**{"name": "Gateway", "scopes": values, "workspace": workspace} | new)
    made = api_keys.create(asked, Actor.command("test", NOW))
    return Program(app.test_client(), made.secret, made.public_id)


def event(workspace: str, number: object = 1, kind: str = "message.sent", **more: Any) -> dict[str, Any]:
    """A CloudEvent of this workspace, by default one message sent now."""
    common = {"specversion": "1.0", "id": str(number), "source": "/gateways/test", "type": kind, "subject": workspace}
    return {**common, "time": NOW.isoformat(), **more}
