"""When something goes wrong: RFC 9457 problems, with the request id and a pointer at each thing at fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Blueprint, Response, g, json, request
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, default_exceptions

from portal.rules.errors import Conflict, Forbidden, Invalid, LimitReached, NotFound, PortalError, Refused, TooMany

log = structlog.get_logger(__name__)

TYPE = "application/problem+json"
HOME = "/api/v1/#"  # where each is explained

# What each status is called here, its title, and what a program should know of it.
KINDS: Mapping[str, tuple[int, str, str]] = {
    "malformed": (400, "The request cannot be read", "It is not JSON, or the address holds what no address has."),
    "no-key": (
        401,
        "A key is needed",
        "Send `Authorization: Bearer <key>` with a key that is neither revoked nor over.",
    ),
    "forbidden": (403, "The key may not do this", "Its scopes do not include it, or it is for one workspace alone."),
    "not-found": (404, "There is no such thing", "It is not there, or the key is for another workspace."),
    "wrong-method": (405, "This address does not take that", "`Allow` names what it takes."),
    "conflict": (409, "Not possible as things stand", "The detail says why; nothing was changed."),
    "limit-reached": (
        409,
        "A limit is reached",
        "`limit`, `effective`, `used` and `source` say which. Nothing was taken.",
    ),
    "changed-meanwhile": (412, "Somebody else changed it", "`If-Match` named an older version. Read it again."),
    "too-large": (413, "The request is too large", "Send less at once."),
    "wrong-content": (415, "That kind of content is not taken here", "`detail` names what is."),
    "invalid": (422, "Something in it cannot be used", "`errors` says what, with a JSON pointer into the body."),
    "too-many": (429, "Too many requests", "Wait for as many seconds as `Retry-After` says."),
    "broken": (500, "Something broke", "Nothing was saved. With the same `Idempotency-Key` it can be sent again."),
    "not-ready": (503, "Not ready", "The database does not answer just now. Try again in a moment."),
}
BY_STATUS = {KINDS[kind][0]: kind for kind in reversed(list(KINDS))}
CODES: Mapping[type[PortalError], str] = {
    LimitReached: "limit-reached",
    Refused: "invalid",
    Invalid: "invalid",
    NotFound: "not-found",
    Conflict: "conflict",
    Forbidden: "forbidden",
    TooMany: "too-many",
}
NAMED = {"extra_forbidden": "There is nothing of this name here.", "missing": "This is needed."}
"""In place of pydantic's words."""
HEADERS_KEPT = {"Allow", "Retry-After"}
MOST_FAULTS = 1_000
"""Of one body that are named: each costs a hundred times what it takes to send."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing at fault: a JSON pointer into the body, or the name of a parameter or header."""

    where: str
    place: str
    detail: str


class Problem(Exception):
    """An answer that says what is wrong; `kind` is one of KINDS."""

    def __init__(
        self,
        kind: str,
        detail: str = "",
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail or kind)
        self.kind, self.detail, self.faults = kind, detail, tuple(faults)
        self.headers, self.more = dict(headers or {}), more

    def answer(self) -> Response:
        """As it goes out."""
        status, title, words = KINDS[self.kind]
        body: dict[str, Any] = {
            "type": HOME + self.kind,
            "title": title,
            "status": status,
            "detail": self.detail or _sentence(self.faults) or words.replace("`", ""),
            "request_id": g.get("request_id", ""),
            **self.more,
        }
        if self.faults:
            body["errors"] = [{each.where: each.place, "detail": each.detail or self.detail} for each in self.faults]
        return Response(json.dumps(body), status, self.headers, content_type=TYPE)


def _sentence(faults: Sequence[Fault]) -> str:
    """The first of them in words, and how many more there are; blank for none."""
    if not faults:
        return ""
    first, more = faults[0], len(faults) - 1
    also = f" And {more} more: see errors." if more else ""
    return f"{first.place or 'The body'}: {first.detail}{also}"


@dataclass(slots=True)
class Places:
    """Where in the request the fields are that an operation may refuse, by the names it has for them: a JSON pointer,
    or `?name` for a parameter. A name that is not here is a member of the body."""

    known: dict[str, str] = field(default_factory=dict)

    def fault(self, name: str | None, detail: str) -> Fault:
        """What is at fault."""
        place = self.known.get(name or "", f"/{name}" if name else "")
        if name == "Idempotency-Key":
            return Fault("header", name, detail)
        return Fault("parameter", place[1:], detail) if place.startswith("?") else Fault("pointer", place, detail)


def of_portal(error: PortalError, places: Places | None = None) -> Problem:
    """A refusal of the program's own, with a pointer at each field that it names."""
    at = places or Places()
    kind = next(kind for cls, kind in CODES.items() if isinstance(error, cls))
    if isinstance(error, Invalid):
        return Problem(kind, error.message, [at.fault(name, text) for name, text in error.errors.items()])
    if isinstance(error, LimitReached):
        about: dict[str, Any] = {
            "limit": error.limit,
            "effective": error.figure,
            "used": error.used,
            "source": error.source,
        }
        return Problem(kind, error.message, **about)
    if isinstance(error, Refused):
        return Problem(kind, error.message, [at.fault(error.field, error.message)] if error.field else ())
    return Problem(
        kind, error.message, headers={"Retry-After": str(error.wait)} if isinstance(error, TooMany) else None
    )


def of_content(error: ValidationError, where: str = "pointer") -> Problem:
    """What does not fit its description. `where`: whether that is a pointer into the body, or a parameter."""
    found = faults_of(error, MOST_FAULTS)
    if found[0]["type"] == "json_invalid":
        return Problem("malformed", "The body is not JSON: " + found[0]["msg"].removeprefix("Invalid JSON: ") + ".")
    return Problem("invalid", faults=[Fault(where, _place(each["loc"], where), _words(each)) for each in found])


def faults_of(error: ValidationError, most: int) -> list[ErrorDetails]:
    """All that is wrong, as pydantic tells it. Raises Problem where that is more than `most`."""
    if error.error_count() > most:
        raise Problem("invalid", f"{error.error_count():,} things in it cannot be used: too many to name them.")
    return error.errors(include_url=False, include_context=False, include_input=False)


def pointer(*path: str | int) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(each).replace("~", "~0").replace("/", "~1") for each in path)


def _place(loc: tuple[str | int, ...], where: str) -> str:
    return pointer(*loc) if where == "pointer" else str(loc[0]) if loc else ""


def _words(error: Any) -> str:
    text: str = NAMED.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return text if text.endswith(".") else text + "."


def answer_errors(bp: Blueprint) -> None:
    """Answer every error of the API with a problem."""
    for status in default_exceptions:
        bp.register_error_handler(status, _http)
    bp.register_error_handler(Problem, Problem.answer)
    bp.register_error_handler(PortalError, lambda error: of_portal(error).answer())
    bp.register_error_handler(OperationalError, _database)
    bp.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    kind = BY_STATUS.get(code, "broken" if code >= 500 else "malformed")
    headers = {name: value for name, value in error.get_headers() if name in HEADERS_KEPT}
    detail = f"Use {headers['Allow'].replace(', ', ' or ')}." if "Allow" in headers else ""
    if kind == "too-large":
        detail = f"At most {request.max_content_length or 0:,} bytes are taken at once. Send less."
    return Problem(kind, detail, headers=headers).answer()


def _database(error: OperationalError) -> Response:
    log.exception("database_failed")
    return Problem("not-ready", headers={"Retry-After": "5"}).answer()


def _unexpected(error: Exception) -> Response:
    log.exception("request_failed")
    return Problem("broken").answer()
