"""Extensions of a workspace: created within its limit, given a new secret, unregistered, and provisioned again.

A secret is answered once, to be shown to whoever asked for it; only its digest is kept.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Extension, ExtensionState, Workspace, scope
from portal.models.columns import NAME
from portal.operations.announcements import announce
from portal.operations.audit import record
from portal.operations.derived import settling
from portal.operations.draft_fields import legible_text, line
from portal.operations.drafts import Faults
from portal.operations.slots import check_slot
from portal.operations.unit import locked, unit
from portal.queries.principals import token_digest
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Invalid, Refused
from portal.rules.extensions import check_extension
from portal.rules.limits import Limit
from portal.rules.numbers import check_takes

SECRET_BYTES = 18  # 24 characters


class Shown(NamedTuple):
    """An extension with the secret that it has from now on. `user`: what a telephone logs in as."""

    extension: str
    number: str
    user: str
    secret: str


def create(workspace: str, number: str, display_name: str, by: Actor) -> Shown:
    """The workspace (public id) has this extension, provisioned.

    Raises Invalid with a message at each field at fault, NotFound, Conflict for a suspended or closed workspace,
    Refused (LimitReached) where there is no room for one more."""
    with unit() as session:
        row = _open(session, workspace)
        typed, name = _checked(number, display_name)
        with scope.workspace(row.id):
            if session.scalar(select(Extension.id).where(Extension.number == typed)) is not None:
                raise Refused(f"There is an extension {typed} already. Choose another number.", "number")
        check_slot(row, Limit.EXTENSIONS, by, "number")
        made = Extension(
            workspace_id=row.id,
            number=typed,
            display_name=name,
            state=ExtensionState.PROVISIONED,
            created_at=by.at,
        )
        session.add(made)
        with settling(session, row):
            row.extension_count += 1
        shown = _with_secret(row, made)
        record("extension.created", by, workspace=row, extension=made.public_id, number=typed, display_name=name)
        return shown


def renew(workspace: str, extension: str, by: Actor) -> Shown:
    """The extension has another secret, and the old one is dead. Raises NotFound, and Conflict where the workspace is
    suspended or closed or the extension unregistered."""
    with unit() as session:
        row, found = _found(session, workspace, extension)
        if found.state is not ExtensionState.PROVISIONED:
            raise Conflict(f"Extension {found.number} is unregistered. Provision it again: that gives it a new secret.")
        shown = _with_secret(row, found)
        record("extension.secret_renewed", by, workspace=row, extension=extension, number=found.number)
        return shown


def unregister(workspace: str, extension: str, by: Actor) -> str:
    """No telephone can log in as it any more; answers its number, which stays taken. Raises NotFound, and Conflict
    where the workspace is suspended or closed or the extension unregistered already."""
    with unit() as session:
        row, found = _found(session, workspace, extension)
        if found.state is not ExtensionState.PROVISIONED:
            raise Conflict(f"Extension {found.number} is unregistered already.")
        with settling(session, row):
            found.state, found.secret_digest = ExtensionState.UNREGISTERED, ""
            row.extension_count -= 1
        record("extension.unregistered", by, workspace=row, extension=extension, number=found.number)
        announce(session, "extension.unregistered", row, by, extension=extension, number=found.number)
        return found.number


def provision(workspace: str, extension: str, by: Actor) -> Shown:
    """An unregistered extension works again, with a new secret. Raises as `create` does, and NotFound."""
    with unit() as session:
        row, found = _found(session, workspace, extension)
        if found.state is not ExtensionState.UNREGISTERED:
            raise Conflict(f"Extension {found.number} is provisioned already.")
        check_slot(row, Limit.EXTENSIONS, by)
        with settling(session, row):
            found.state = ExtensionState.PROVISIONED
            row.extension_count += 1
        shown = _with_secret(row, found)
        record("extension.provisioned", by, workspace=row, extension=extension, number=found.number)
        return shown


def _open(session: Session, workspace: str) -> Workspace:
    row = locked(session, Workspace, workspace)
    check_takes(row.name, row.status)
    return row


def _found(session: Session, workspace: str, extension: str) -> tuple[Workspace, Extension]:
    row = _open(session, workspace)
    with scope.workspace(row.id):
        return row, locked(session, Extension, extension)


def _checked(number: str, display_name: str) -> tuple[str, str]:
    faults = Faults()
    legible_text("display_name", display_name, NAME * 5, faults)
    typed = faults.take("number", check_extension, number, "number")
    name = "" if faults.found else faults.take("display_name", line, display_name, "display_name", "a name", NAME)
    if faults.found or typed is None or name is None:
        raise Invalid(faults.found)
    return typed, name


def _with_secret(row: Workspace, found: Extension) -> Shown:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    found.secret_digest = token_digest(secret)
    return Shown(found.public_id, found.number, f"{row.sip_prefix}{found.number}", secret)
