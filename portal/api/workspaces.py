"""Workspaces: listed, made, read and changed."""

from __future__ import annotations

from typing import Annotated

from flask import request
from pydantic import StringConstraints

from portal.api.calling import Answer, Call, operation
from portal.api.problems import Fault, Problem
from portal.api.shapes import Page, Pages
from portal.api.workspace_shapes import ChangedFields, NewFields, Workspace, as_form, told
from portal.base.db import db
from portal.operations import workspace_changes, workspaces
from portal.operations.drafts import NewWorkspace
from portal.operations.workspace_changes import Stale
from portal.queries import workspace_records as queries
from portal.queries.directory import Directory
from portal.queries.workspace_records import Wanted
from portal.rules.access import Permission
from portal.rules.api_scopes import ApiScope
from portal.rules.errors import Forbidden
from portal.rules.health import Level
from portal.rules.lifecycle import Status
from portal.rules.money import decimals

Word = Annotated[str, StringConstraints(max_length=200)]


class Listed(Pages):
    """Which workspaces."""

    q: Word = ""
    """Every word must occur in the name, web address, owner's name or e-mail, billing e-mail or SIP prefix."""
    status: Status | None = None
    """Closed ones are listed by `cancelled` alone."""
    plan: Word = ""
    """The `id` of a plan."""
    health: Level | None = None
    """Not for a key that is for one workspace alone."""
    organization: Word = ""
    """The `id` of an organization."""


@operation(
    "GET",
    "/workspaces",
    ApiScope.WORKSPACES_READ,
    query=Listed,
    answer=Page[Workspace],
    places={"starting_after": "?starting_after"},
)
def listing(call: Call) -> Page[Workspace]:
    """List workspaces.

    In the order in which they were created."""
    asked: Listed = call.query
    if asked.health and call.only:
        raise Forbidden("A key for one workspace does not read its health.")
    wanted = Wanted(asked.q, asked.status, asked.plan, asked.health, asked.organization, call.only)
    rows, more = queries.records(wanted, asked.starting_after, asked.limit)
    return Page[Workspace](data=[told(row, call.only) for row in rows], has_more=more)


@operation(
    "POST",
    "/workspaces",
    ApiScope.WORKSPACES_WRITE,
    body=NewFields,
    answer=Workspace,
    status=201,
    once=True,
    sample={"name": "Acme", "owner_mode": "invite", "owner_name": "Asha Rao", "owner_email": "asha@acme.example"},
)
def create(call: Call) -> Answer:
    """Create a workspace.

    By the same rules as on screen: without an organization it gets its own; an owner without an account is invited."""
    call.must(Permission.WORKSPACE_CREATE)
    texts = as_form(call.body, _currency(call.body))
    made = workspaces.create(NewWorkspace(**texts), call.by)  # type: ignore[arg-type]
    return told_now(call, made.workspace)


def _currency(body: NewFields) -> str:
    """The currency of its amounts: its organization's, else the one that is given, else the default."""
    directory = Directory()
    known = directory.organization(body.organization.strip()) if body.organization else None
    given = known.currency if known else (body.currency or "").strip().upper() or directory.platform.default_currency
    decimals(given)
    return given


@operation(
    "GET",
    "/workspaces/{workspace}",
    ApiScope.WORKSPACES_READ,
    answer=Workspace,
    answer_headers={"ETag": "Its version, for `If-Match` with a change."},
)
def read(call: Call, workspace: str) -> Answer:
    """Read a workspace.

    Closed ones too, until they are purged."""
    return told_now(call, workspace)


@operation(
    "PATCH",
    "/workspaces/{workspace}",
    ApiScope.WORKSPACES_WRITE,
    body=ChangedFields,
    answer=Workspace,
    refuses=("conflict", "changed-meanwhile"),
    headers={"If-Match": "The ETag of the version that you have seen."},
    sample={"plan": "Growth", "version": 3},
)
def change(call: Call, workspace: str) -> Answer:
    """Change a workspace's fields.

    Name the version that you have seen, by `If-Match` or `version`, and nobody's change is overwritten. The SIP prefix,
    the day of creation and the organization never change; the status is changed by its own operations. A key for one
    workspace alone changes neither its owner nor what it pays: plan, cycle, own amount, end of the trial, credit."""
    seen = _seen()
    body: ChangedFields = call.body
    texts = as_form(body, queries.record(workspace).currency)
    try:
        version = body.version if seen is None else seen
        workspace_changes.change(workspace, texts, call.by, may=call.permissions, version=version)
    except Stale as error:
        raise Problem("conflict" if seen is None else "changed-meanwhile", error.message) from None
    return told_now(call, workspace)


def _seen() -> int | None:
    """The version that `If-Match` names; None where there is no such header, or it is `*`."""
    given = request.headers.get("If-Match", "").strip()
    if given in ("", "*"):
        return None
    text = given.strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Problem("invalid", faults=[Fault("header", "If-Match", "It is no ETag of a workspace.")])
    return int(text)


def told_now(call: Call, workspace: str) -> Answer:
    """The workspace as it stands, in the open unit too."""
    db.session.flush()
    row = queries.record(workspace)
    return Answer(told(row, call.only), str(row.version))
