"""The API's description: OpenAPI 3.1, drawn from what the operations declare."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from portal.api.operations import JSON, Operation
from portal.api.problems import KINDS, TYPE
from portal.api.shapes import ProblemBody
from portal.operations.idempotency import FIELD
from portal.rules.api_scopes import ApiScope
from portal.rules.changes import CHANGES, DATA, Part
from portal.rules.webhooks import TEST

Json = dict[str, Any]
COMMON = ("malformed", "no-key", "forbidden", "too-many", "broken", "not-ready")
ABOUT = """What the platform's data plane needs: what each workspace may do, what it uses, what changed; and all that
its screens do to workspaces."""
PARTS = {
    "workspace": "The `id` of a workspace.",
    "hold": "The `id` of a hold.",
    "limit": "The name of a limit, for example monthly_messages.",
}
ONCE = (
    "Any text of your own, at most 255 characters. The same call with it again, within 24 hours, does nothing and is "
    "answered as the first time."
)

JSON_KINDS: dict[str, Json] = {
    "text": {"type": "string"},
    "instant": {"type": "string", "format": "date-time"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "flag": {"type": "boolean"},
}
TESTED = "A test that staff sent. Nothing has changed."
SIGNED = {
    "webhook-id": "Which change it is: the same at every try.",
    "webhook-timestamp": "When it was sent, in seconds since 1970. Refuse what is more than five minutes old.",
    "webhook-signature": "`v1,` and base64 of HMAC-SHA256 by the secret over id, timestamp and body, joined by points; "
    "two of them, parted by a space, while the secret is replaced.",
}
ANSWERS = {
    "2XX": "It arrived. Answer within ten seconds.",
    "410": "Call no more, until staff resume it.",
    "429": "Too much: wait, as `Retry-After` says.",
    "503": "Not now: wait, as `Retry-After` says.",
    "default": "It is tried again, for three days.",
}
"""What a receiver may answer."""


class Schemas:
    """The shapes of all operations, as JSON Schema with references to each other."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        wanted: dict[str, tuple[str, Any]] = {"problem": ("serialization", ProblemBody)}
        for each in operations:
            for content, shape in bodies(each).items():
                wanted[f"{each.name} {content}"] = ("validation", shape)
            if each.query:
                wanted[f"{each.name} query"] = ("validation", each.query)
            if each.answer is not None:
                wanted[f"{each.name} answer"] = ("serialization", each.answer)
        inputs = [(key, mode, TypeAdapter(shape)) for key, (mode, shape) in wanted.items()]
        found, rest = TypeAdapter.json_schemas(inputs, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
        self.found: dict[str, Json] = {key: _tidy(schema) for (key, _), schema in found.items()}
        self.components: Json = _tidy(rest.get("$defs", {}))

    def of(self, key: str) -> Json:
        """The schema of one of them."""
        return self.found[key]

    def resolved(self, schema: Json) -> Json:
        """It, or what it refers to."""
        name = schema.get("$ref", "").rpartition("/")[2]
        return self.components[name] if name else schema


def _tidy(schema: Any) -> Any:
    """Without titles, which only repeat names, and without defaults of null, which say "not sent"."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    known = {name: each for name, each in schema.items() if not (name == "default" and each is None)}
    if isinstance(known.get("title"), str):
        del known["title"]
    return {name: _tidy(each) for name, each in known.items()}


def bodies(told: Operation) -> dict[str, Any]:
    """The shapes that its body may have, by kind of content."""
    if told.body is None:
        return {}
    return {content: told.shapes.get(content, told.body) for content in told.takes}


def document(operations: Sequence[Operation], server: str) -> Json:
    """All of it."""
    schemas = Schemas(operations)
    paths: Json = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, schemas)
    scopes = "\n".join(f"- `{scope.value}`: {scope.words}" for scope in ApiScope)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Portal API",
            "version": version("portal"),
            "description": " ".join(ABOUT.split()) + "\n\nScopes of keys:\n\n" + scopes,
        },
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": paths,
        "webhooks": {kind: {"post": webhook(kind, about)} for kind, about in {**CHANGES, TEST: TESTED}.items()},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key."}},
            "schemas": schemas.components,
            "responses": {kind: _problem(kind, schemas) for kind in KINDS},
        },
    }


def webhook(kind: str, about: str) -> Json:
    """What a program is sent of a change of this kind, and what it may answer."""
    parts = DATA.get(kind, {"message": Part("Words.")})
    data = {name: {**JSON_KINDS[part.kind], "description": part.words} for name, part in parts.items()}
    body = {
        "type": "object",
        "required": ["type", "timestamp", "id", "workspace", "data"],
        "properties": {
            "type": {"const": kind},
            "timestamp": {**JSON_KINDS["instant"], "description": "When it happened."},
            "id": {"type": "string", "description": "The change's id in the feed of changes, as in `webhook-id`."},
            "workspace": {"type": "string", "description": "Its id; blank in a test."},
            "data": {"type": "object", "properties": data},
        },
    }
    heads = [
        {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}
        for name, words in SIGNED.items()
    ]
    return {
        "operationId": "webhook_" + kind.replace(".", "_"),
        "summary": kind,
        "description": about,
        "tags": ["webhooks"],
        "security": [],
        "parameters": heads,
        "requestBody": {"required": True, "content": {JSON: {"schema": body}}},
        "responses": {code: {"description": words} for code, words in ANSWERS.items()},
    }


def refusals(told: Operation) -> list[str]:
    """The kinds of problems that it may answer with."""
    own = list(told.refuses)
    if "{" in told.path:
        own.append("not-found")
    if told.body is not None or told.query is not None or told.once or told.headers:
        own.append("invalid")
    if told.body is not None:
        own += ["too-large", "wrong-content"]
    if told.once:
        own.append("conflict")
    return [kind for kind in KINDS if kind in {*own, *COMMON}]


def _operation(told: Operation, schemas: Schemas) -> Json:
    found: Json = {
        "operationId": told.name.replace(".", "_"),
        "summary": told.summary,
        "description": f"{told.about}\n\nScope: `{told.scope.value}`.",
        "tags": [told.name.partition(".")[0].replace("_", " ")],
        "x-scope": told.scope.value,
        "security": [{"key": [told.scope.value]}],
        "parameters": parameters(told, schemas),
        "responses": _responses(told, schemas),
    }
    if told.body is not None:
        content = {kind: {"schema": schemas.of(f"{told.name} {kind}")} for kind in bodies(told)}
        if told.sample is not None:
            content[told.takes[0]]["example"] = told.sample
        found["requestBody"] = {"required": True, "content": content}
    return found


def parameters(told: Operation, schemas: Schemas) -> list[Json]:
    """Of its path, of its address, and of its head."""
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "description": PARTS[name], "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", told.path)
    ]
    if told.query:
        schema = schemas.resolved(schemas.of(f"{told.name} query"))
        for name, about in schema["properties"].items():
            shape = {key: value for key, value in about.items() if key != "description"}
            found.append({"name": name, "in": "query", "description": about.get("description", ""), "schema": shape})
    heads = {**told.headers, **({FIELD: ONCE} if told.once else {})}
    text = {"type": "string"}
    return found + [
        {"name": name, "in": "header", "description": words, "schema": text} for name, words in heads.items()
    ]


def _responses(told: Operation, schemas: Schemas) -> Json:
    done: Json = {"description": "Done."}
    if told.answer is not None:
        done["content"] = {JSON: {"schema": schemas.of(f"{told.name} answer")}}
    if told.answer_headers:
        text = {"type": "string"}
        done["headers"] = {name: {"description": words, "schema": text} for name, words in told.answer_headers.items()}
    found: Json = {str(told.status): done}
    if "If-None-Match" in told.headers:
        found["304"] = {"description": "Nothing is new."}
    for kind in refusals(told):
        found.setdefault(str(KINDS[kind][0]), {"$ref": f"#/components/responses/{kind}"})
    return found


def _problem(kind: str, schemas: Schemas) -> Json:
    _, title, words = KINDS[kind]
    return {"description": f"{title}. {words}", "content": {TYPE: {"schema": schemas.of("problem")}}}
