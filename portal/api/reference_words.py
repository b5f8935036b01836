"""The API's description in words: what its page shows, drawn from the same declarations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from portal.api.openapi import JSON_KINDS, Json, Schemas, bodies, parameters, refusals
from portal.api.operations import Operation
from portal.api.problems import KINDS
from portal.rules.api_scopes import ApiScope
from portal.rules.changes import CHANGES, DATA
from portal.rules.money import LARGEST_MINOR

KINDS_OF_TEXT = {"date-time": "instant", "date": "day"}
DEEPEST = 4
WIDEST = 90  # characters of an example that stand in one line
GROUPS = (
    ("data-plane", "The data plane", ("entitlements", "takings", "usage_events", "messages", "recordings", "changes")),
    ("workspaces", "Workspaces", ("workspaces", "workspace_moves", "holds", "overrides")),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter, or a member of a body: `where` is path, query or header."""

    name: str
    kind: str
    text: Markup
    required: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """An operation as its section shows it."""

    anchor: str
    method: str
    path: str
    scope: str
    summary: str
    about: Markup
    parameters: tuple[Member, ...]
    bodies: tuple[tuple[str, tuple[Member, ...]], ...]
    example: str
    status: int
    answer: tuple[Member, ...]
    problems: tuple[tuple[int, str], ...]


def words(operations: Sequence[Operation], server: str, rate: int) -> dict[str, Any]:
    """The page's whole context."""
    schemas = Schemas(operations)
    groups = [
        (anchor, title, [_described(each, schemas, server) for each in _of(operations, nouns)])
        for anchor, title, nouns in GROUPS
    ]
    return {
        "server": server,
        "rate": rate,
        "groups": groups,
        "scopes": [(scope.value, scope.words) for scope in ApiScope],
        "problems": [(kind, status, title, marked(text)) for kind, (status, title, text) in KINDS.items()],
        "changes": [(kind, marked(text), _parts(kind)) for kind, text in CHANGES.items()],
    }


def marked(text: str) -> Markup:
    """The text with `these` as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text.replace("'", "’")))))  # noqa: S704 — escaped before


def _parts(kind: str) -> list[tuple[str, str, Markup]]:
    """The members of `data`: name, kind, words."""
    return [(name, _kind(JSON_KINDS[part.kind]), marked(part.words)) for name, part in DATA[kind].items()]


def _of(operations: Sequence[Operation], nouns: Sequence[str]) -> list[Operation]:
    return [each for name in nouns for each in operations if each.name.partition(".")[0] == name]


def _described(told: Operation, schemas: Schemas, server: str) -> Described:
    answer = schemas.of(f"{told.name} answer") if told.answer is not None else {}
    return Described(
        anchor=told.name.replace(".", "-").replace("_", "-"),
        method=told.method,
        path=told.path,
        scope=told.scope.value,
        summary=told.summary.replace("'", "’"),
        about=marked(told.about),
        parameters=tuple(_parameter(each) for each in parameters(told, schemas)),
        bodies=tuple((kind, tuple(_members(schemas.of(f"{told.name} {kind}"), schemas))) for kind in _shown(told)),
        example=_example(told, server),
        status=told.status,
        answer=tuple(_members(answer, schemas)),
        problems=tuple((KINDS[kind][0], kind) for kind in refusals(told)),
    )


def _shown(told: Operation) -> list[str]:
    """A batch is a list of what the first kind of content is."""
    return list(bodies(told))[:1]


def _parameter(about: Json) -> Member:
    required = about.get("required", False)
    text = _with_default(about.get("description", ""), about["schema"])
    return Member(about["name"], _kind(about["schema"]), text, required, about["in"])


def _members(schema: Json, schemas: Schemas, before: str = "", depth: int = 0) -> Iterator[Member]:
    """All members, those of members behind a point, those of entries behind []; * stands for any name."""
    schema = _plain(schema, schemas)
    if schema.get("type") == "array":
        yield from _members(schema["items"], schemas, before + "[].", depth)
        return
    if depth > DEEPEST:
        return
    if isinstance(by_name := schema.get("additionalProperties"), dict):
        yield from _members(by_name, schemas, before + "*.", depth + 1)
        return
    needed = schema.get("required", ())
    for name, about in schema.get("properties", {}).items():
        text = about.get("description") or _plain(about, schemas).get("description", "")
        path = (before + name).replace(".[]", "[]")
        yield Member(path, _kind(about, schemas), _with_default(text, about), name in needed)
        yield from _members(_inner(about, schemas), schemas, path + ".", depth + 1)


def _with_default(text: str, about: Json) -> Markup:
    """The text, and what holds where it is left out, unless that is nothing."""
    default = about.get("default")
    return marked(f"{text} Left out: `{default}`." if default and isinstance(default, str | int) else text)


def _inner(about: Json, schemas: Schemas) -> Json:
    """What has members of its own in it: the one that is no null."""
    found = [each for each in about.get("anyOf", [about]) if each.get("type") != "null"]
    return _plain(found[0], schemas)


def _plain(schema: Json, schemas: Schemas) -> Json:
    return schemas.resolved(schema)


def _kind(about: Json, schemas: Schemas | None = None) -> str:
    if "anyOf" in about:
        return " or ".join(dict.fromkeys(_kind(each, schemas) for each in about["anyOf"]))
    if "$ref" in about and schemas:
        return _kind(_plain(about, schemas), schemas)
    if "const" in about:
        return str(about["const"])
    if "enum" in about:
        return " | ".join(map(str, about["enum"]))
    kind = about.get("type", "any")
    if kind == "array":
        return "list of " + _kind(about["items"], schemas)
    if kind == "string":
        return KINDS_OF_TEXT.get(about.get("format", "")) or "text"
    if kind == "integer":
        return "whole number" + _bounds(about)
    return "true | false" if kind == "boolean" else str(kind)


def _bounds(about: Json) -> str:
    least, most = about.get("minimum"), about.get("maximum")
    if least is None:
        return ""
    return f" from {least:,}" if most is None or most >= LARGEST_MINOR else f", {least:,} to {most:,}"


def _example(told: Operation, server: str) -> str:
    """A call by curl."""
    path = re.sub(r"\{(\w+)\}", lambda found: f"${found[1].upper()}", told.path.replace("{limit}", "monthly_messages"))
    lines = [f'curl "{server}{path}"', '-H "Authorization: Bearer $KEY"']
    if told.method != "GET":
        lines[0] = f'curl -X {told.method} "{server}{path}"'
    if told.once:
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if told.body is not None:
        lines += [f'-H "Content-Type: {told.takes[0]}"', f"-d '{_sample(told)}'"]
    return " \\\n  ".join(lines)


def _sample(told: Operation) -> str:
    """What is sent, in lines where one would be cut."""
    line = json.dumps(told.sample or {}, ensure_ascii=False)
    return line if len(line) <= WIDEST else json.dumps(told.sample, ensure_ascii=False, indent=2)
