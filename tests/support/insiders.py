"""A workspace with its people, and staff inside of it, for tests of the workspace's side."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.base.db import db
from portal.models import Hold, Membership, Organization, User, Workspace, scope
from portal.operations import extensions
from portal.operations.derived import settling
from portal.operations.invitations import count_members
from portal.operations.unit import locked, unit
from portal.rules.access import StaffRole, WorkspaceRole
from portal.rules.lifecycle import HoldKind
from tests import factories
from tests.support import telephony
from tests.support.clocks import NOW
from tests.support.people import log_in, submit


@dataclass
class Home:
    """A workspace and its people by role."""

    workspace: Workspace
    people: dict[WorkspaceRole, User] = field(default_factory=dict)
    number: str = ""
    extension: str = ""
    recording: str = ""

    @property
    def path(self) -> str:
        return f"/w/{self.workspace.web_address}/"

    @property
    def owner(self) -> User:
        return self.people[WorkspaceRole.OWNER]


def home(name: str = "Acme Logistics") -> Home:
    """The workspace with an owner, a manager and an agent."""
    word = name.split()[0].casefold()
    found = Home(factories.workspace(name, factories.user(f"owner@{word}.example", f"Olive of {name}")))
    found.people[WorkspaceRole.OWNER] = db.session.get_one(User, found.workspace.owner_id)
    for role in (WorkspaceRole.MANAGER, WorkspaceRole.AGENT):
        found.people[role] = join(found.workspace, f"{role.value}@{word}.example", role)
    return found


def furnished(name: str, e164: str) -> Home:
    """The same, with this number, an extension and a recording; their public ids."""
    found = home(name)
    found.number = telephony.assigned(found.workspace, e164)
    found.extension = extensions.create(found.workspace.public_id, "101", "Front desk", factories.command()).extension
    found.recording = telephony.recording(found.workspace)
    return found


def join(workspace: Workspace, email: str, role: WorkspaceRole) -> User:
    """Somebody new of this role in the workspace, and of its organization."""
    user = factories.user(email)
    factories.member(db.session.get_one(Organization, workspace.organization_id), user)
    with unit() as session, scope.workspace(workspace.id):
        session.add(Membership(workspace_id=workspace.id, user_id=user.id, role=role, created_at=NOW))
        count_members(session, locked(session, Workspace, workspace.public_id))
    return user


def change(workspace: Workspace, **columns: Any) -> None:
    """The workspace has these columns, and the status that follows."""
    with unit() as session, scope.platform():
        row = locked(session, Workspace, workspace.public_id)
        with settling(session, row):
            for name, value in columns.items():
                setattr(row, name, value)


def suspend(
    workspace: Workspace, reason: str = "Confirm your sender registration.", kind: HoldKind = HoldKind.MANUAL
) -> None:
    """A hold is open on it."""
    with unit() as session, scope.platform():
        row = locked(session, Workspace, workspace.public_id)
        with settling(session, row):
            session.add(
                Hold(
                    workspace_id=row.id,
                    kind=kind,
                    note="Private.",
                    public_reason=reason,
                    opened_at=NOW,
                    opened_by="Alice",
                )
            )


def browser(app: Flask, user: User, at: datetime = NOW) -> FlaskClient:
    """A browser in which this person is logged in."""
    client = app.test_client()
    log_in(client, user, at)
    return client


def staff_browser(app: Flask, role: StaffRole = StaffRole.OWNER) -> FlaskClient:
    """Alice's, or that of whoever has the role."""
    known = db.session.scalar(select(User).where(User.staff_role == role))
    return browser(app, known or factories.staff(role))


def enter(client: FlaskClient, workspace: Workspace, door: str = "impersonate", **fields: str) -> TestResponse:
    """Through this door into the workspace."""
    values = {"reason": "Delivery drops since Tuesday", "mode": "act"} | fields
    return submit(client, f"/admin/workspaces/{workspace.public_id}/{door}", values)


def leave(client: FlaskClient) -> TestResponse:
    """Stop."""
    return submit(client, "/access/stop")
