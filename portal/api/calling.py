"""A call of the API: whose key it is, how often it asks, what it may do, what it sends; and what it is answered.

No cookies, no sessions: a key in `Authorization`, and nothing else, says who it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

import structlog
from flask import Blueprint, Response, current_app, g, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy.exc import OperationalError

from portal.api.operations import Operation, described
from portal.api.problems import Places, Problem, answer_errors, of_content, of_portal
from portal.base import clock
from portal.base.declared import by_key
from portal.base.site import settings
from portal.models import scope
from portal.operations import api_keys, idempotency
from portal.queries.api_keys import Caller, caller
from portal.rules.access import Permission
from portal.rules.actors import Actor, ActorKind
from portal.rules.api_rates import WINDOW, Bucket
from portal.rules.api_scopes import ApiScope, permissions_of
from portal.rules.errors import Forbidden, NotFound, PortalError

bp = Blueprint("api", __name__, url_prefix="/api/v1")
answer_errors(bp)
OPERATIONS: list[Operation] = []
BUCKETS = "portal.api.buckets"  # in the app's extensions: of this process, by key
WAITING = Lock()
LONGEST_KEY = 200

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was let in. `query` and `body` are of the shapes that the operation declares."""

    caller: Caller
    by: Actor
    now: datetime
    permissions: frozenset[Permission]
    query: Any = None
    body: Any = None

    @property
    def only(self) -> str:
        """The one workspace (public id) that the key is for; blank for all."""
        return self.caller.workspace

    def must(self, permission: Permission) -> None:
        """Raises Forbidden where a key for one workspace alone does not reach."""
        if permission not in self.permissions:
            raise Forbidden("A key for one workspace does not reach that far.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers: its content, and an ETag where what it tells has versions."""

    content: BaseModel | None
    etag: str = ""


def operation(method: str, path: str, scope: ApiScope, *, answer: Any, **more: Any) -> Callable[[View], View]:
    """Declare a view as an operation: it is given a Call and the parts of its address, and answers an `answer` or an
    Answer."""

    def declare(view: View) -> View:
        summary, about = described(view)
        name = f"{view.__module__.rpartition('.')[2]}.{view.__name__}"
        told = Operation(
            name=name, method=method, path=path, scope=scope, summary=summary, about=about, answer=answer, **more
        )
        OPERATIONS.append(told)
        adapter = TypeAdapter(told.body) if told.body is not None else None

        @by_key(scope)
        def called(**parts: str) -> Response:
            return _run(told, adapter, view, parts)

        rule = re.sub(r"\{(\w+)\}", r"<\1>", path)
        bp.add_url_rule(rule, name.replace(".", "_"), called, methods=[method], provide_automatic_options=False)
        return view

    return declare


def _run(
    told: Operation, adapter: TypeAdapter[Any] | None, view: Callable[..., Any], parts: Mapping[str, str]
) -> Response:
    who, bucket = _caller()
    if told.scope not in who.scopes:
        needed = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{told.scope.value}"'}
        raise Problem("forbidden", f"The key lacks the scope {told.scope.value}.", headers=needed)
    if not parts.get("workspace", "ws_").startswith("ws_"):
        raise Problem("not-found", "A workspace is named by its id, which begins with ws_, not by its web address.")
    if who.workspace and parts.get("workspace") not in (None, who.workspace):
        raise NotFound()
    scope.enter(who.workspace_key if who.workspace_key is not None else scope.PLATFORM)
    now = clock.now()
    call = Call(
        caller=who,
        by=Actor(ActorKind.API, f"API key {who.name}", now, request_id=g.request_id),
        now=now,
        permissions=permissions_of(who.scopes, one_workspace=bool(who.workspace)),
        query=_query(told),
        body=_body(told, adapter),
    )
    try:
        response = _once(told, view, call, parts) if told.once else _answered(view(call, **parts), told)
    except PortalError as error:
        raise of_portal(error, Places(dict(told.places))) from error
    response.headers.extend(_rate_headers(bucket))
    return response


def _once(told: Operation, view: Callable[..., Any], call: Call, parts: Mapping[str, str]) -> Response:
    """With an `Idempotency-Key` the same call is answered the same way, and acts once."""
    key = request.headers.get(idempotency.FIELD)
    if key is None:
        return _answered(view(call, **parts), told)
    sent = b"\0".join((request.method.encode(), request.path.encode(), request.get_data()))

    def act() -> tuple[int, str]:
        response = _answered(view(call, **parts), told)
        return response.status_code, response.get_data(as_text=True)

    done = idempotency.once(call.caller.key, key, sent, call.now, act)
    response = Response(done.body, done.status, content_type="application/json")
    if done.again:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _answered(found: Any, told: Operation) -> Response:
    content, etag = (found.content, found.etag) if isinstance(found, Answer) else (found, "")
    if etag and told.method == "GET" and request.if_none_match.contains(etag):
        response = Response(status=304)
    elif content is None:
        response = Response(status=204)
    else:
        response = Response(content.model_dump_json(), told.status, content_type="application/json")
    if etag:
        response.set_etag(etag)
    return response


# ---------------------------------------------------------------- who calls, and how often


def _caller() -> tuple[Caller, Bucket]:
    """Whose key it is; a revoked one, or one that is over, is nobody's."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not 0 < len(secret) <= LONGEST_KEY:
        raise Problem("no-key", headers={"WWW-Authenticate": "Bearer"})
    now = clock.now()
    with scope.platform():
        who = caller(secret, now)
    if who is None:
        text = "This key opens nothing: it was revoked, is over, or never was one."
        raise Problem("no-key", text, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    structlog.contextvars.bind_contextvars(api_key=who.public_id)
    bucket = _take(who, now)
    with suppress(OperationalError):  # a busy database does not keep a program out for want of this note
        api_keys.used(who.key, who.last_used_at, now)
    return who, bucket


def _take(who: Caller, now: datetime) -> Bucket:
    """Counted by each process in its memory: a row of the database for each request would cost more than most requests
    do, and what is to be held off is a program that runs wild."""
    most = settings().api_rate
    with WAITING:
        buckets: dict[str, Bucket] = current_app.extensions.setdefault(BUCKETS, {})
        bucket = buckets.get(who.public_id)
        if bucket is None or bucket.most != most:
            bucket = buckets[who.public_id] = Bucket.full(most, now)
        if bucket.take(now):
            return bucket
    raise Problem("too-many", headers={"Retry-After": str(bucket.wait), **_rate_headers(bucket)})


def _rate_headers(bucket: Bucket) -> dict[str, str]:
    return {
        "RateLimit-Policy": f'"key";q={bucket.most};w={WINDOW}',
        "RateLimit": f'"key";r={int(bucket.left)};t={bucket.reset}',
    }


# ---------------------------------------------------------------- what is sent


def _query(told: Operation) -> BaseModel | None:
    if told.query is None:
        return None
    try:
        return told.query.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise of_content(error, "parameter") from None


def _body(told: Operation, adapter: TypeAdapter[Any] | None) -> Any:
    if adapter is None:
        return None
    if request.mimetype not in told.takes:
        raise Problem("wrong-content", "Send " + " or ".join(told.takes) + ".")
    data = request.get_data()
    if told.body is bytes:  # the operation looks into it itself: each item by itself
        return data
    try:
        return adapter.validate_json(data)
    except ValidationError as error:
        raise of_content(error) from None
