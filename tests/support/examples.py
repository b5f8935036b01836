"""An example platform with a server of its own, loaded once for a whole run: for tests that look and change nothing."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal import create_app
from portal.base.db import db
from portal.models import (
    EmailChange,
    LoginSession,
    Membership,
    Organization,
    OutboxMessage,
    OutboxState,
    PasswordReset,
    Task,
    TaskKind,
    TaskResult,
    TaskState,
    User,
    Workspace,
    scope,
)
from portal.models.tasks import NOT_YET
from portal.operations import access_sessions
from portal.operations.access_sessions import Visit
from portal.operations.invitations import Into, invite
from portal.operations.sessions import open_session
from portal.operations.unit import unit
from portal.queries.principals import token_digest
from portal.rules.access import AccessMode, StaffRole, WorkspaceRole
from portal.rules.access_sessions import AccessKind
from portal.rules.actors import Actor
from portal.rules.bulk import Act, Order, Outcome
from portal.settings import Settings
from tests import factories
from tests.support.clocks import NOW
from tests.support.people import COOKIE, session_of, visit
from tests.support.servers import Server

WORKSPACES = 60
# Imported on top, so that tests have names of their own, a task to look at, and workspaces of the first day.
IMPORTED = """name,owner_email,owner_name
Northwind Trading,ana@northwind.example,Ana Ruiz
Northwind Freight,ben@northwind.example,Ben Ito
Escuela Técnica del Sur,eva@tecnica.example,Eva Sáez
جامعة الملك سعود,khalid@ksu.example,خالد
Московский университет,olga@msu.example,Ольга
Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch Slate,gwen@slate.example,Gwen
Beta
"""


@dataclass
class Example:
    """The platform. Its rows may be added to, never changed: other tests look at them too."""

    server: Server
    app: Flask
    tokens: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Reading and writing its database."""
        with self.app.app_context(), scope.platform():
            yield db.session()
            db.session.remove()

    def cookie(self, email: str, where: str = "") -> dict[str, str]:
        """The cookie of a session of this person in this workspace, the same each time."""
        key = f"{email} {where}"
        if key not in self.tokens:
            with self.open() as session:
                self.tokens[key] = session_of(session.scalars(select(User).where(User.email_key == email)).one())
        return {"name": COOKIE, "value": self.tokens[key], "domain": "127.0.0.1", "path": "/"}

    def from_elsewhere(self) -> str:
        """A link into a workspace of Lakshmi's while her browser is in another of hers."""
        email = "owner@nilgiri-retail.example"
        query = (
            select(Workspace.id, Workspace.web_address)
            .join(Membership, Membership.workspace_id == Workspace.id)
            .join(User, User.id == Membership.user_id)
            .where(User.email_key == email, Workspace.cancelled_at.is_(None))
            .order_by(Workspace.id)
        )
        with self.open() as session:
            first, second = session.execute(query.limit(2)).all()
        digest = token_digest(self.cookie(email, second.web_address)["value"])
        with self.open() as session:
            login = update(LoginSession).where(LoginSession.token_digest == digest)
            session.execute(login.values(last_workspace_id=first.id))
            session.commit()
        return f"/w/{second.web_address}/team?q=a"

    def staff(self, role: StaffRole = StaffRole.OWNER) -> str:
        """The e-mail of somebody new of the staff (password: factories.PASSWORD), whom a test may change."""
        email = f"{secrets.token_hex(4)}@staff.example"
        with self.open():
            factories.staff(role, email, "Dana Staff")
        return email

    def of_customers(self, *where: object, role: WorkspaceRole = WorkspaceRole.OWNER) -> tuple[str, str, str]:
        """Web address, a member's e-mail and public id: of the first workspace for which all of these hold."""
        query = (
            select(Workspace.web_address, User.email_key, User.public_id)
            .join(Membership, Membership.workspace_id == Workspace.id)
            .join(User, User.id == Membership.user_id)
            .where(Membership.role == role, User.password_hash.is_not(None), *where)  # type: ignore[arg-type]
        )
        with self.open() as session:
            found = session.execute(query.order_by(Workspace.id, User.id)).first()
        assert found, "the example platform has no such workspace"
        return found[0], found[1], found[2]

    def inside(self, mode: AccessMode = AccessMode.ACT, *where: object) -> tuple[dict[str, str], str]:
        """The cookie of somebody who impersonates the owner of the first such workspace, and its web address."""
        address, _, owner = self.of_customers(*where)
        with self.open() as session:
            staff = factories.staff(StaffRole.SUPPORT, f"{secrets.token_hex(4)}@staff.example", "Dana Staff")
            token = token_digest(session_of(staff))
            login = session.scalars(select(LoginSession.public_id).where(LoginSession.token_digest == token)).one()
            row = session.scalars(select(Workspace.public_id).where(Workspace.web_address == address)).one()
            visit = Visit(AccessKind.IMPERSONATE, mode, "Delivery drops since Tuesday", "TCK-4821")
            fresh = access_sessions.start(row, visit, login, factories.acting(staff))
        return {"name": COOKIE, "value": fresh, "domain": "127.0.0.1", "path": "/"}, f"/w/{address}/"

    def half_way(self) -> dict[str, str]:
        """The cookie of somebody who has still to enter the code of the second factor."""
        email = self.staff()
        with self.open(), unit() as session:
            user = session.scalars(select(User).where(User.email_key == email)).one()
            token = open_session(session, user, visit(), half_way=True)
        return {"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/"}

    def reset_link(self) -> str:
        """The path to set a new password."""
        email, token = self.staff(), secrets.token_urlsafe(32)
        with self.open(), unit() as session:
            user = session.scalars(select(User).where(User.email_key == email)).one()
            values = {"created_at": NOW, "expires_at": NOW + timedelta(hours=1)}
            session.add(PasswordReset(user_id=user.id, token_digest=token_digest(token), **values))
        return f"/password/reset/{token}"

    def email_link(self) -> str:
        """The path to confirm another e-mail address of the platform's owner."""
        token = secrets.token_urlsafe(32)
        with self.open(), unit() as session:
            user = session.scalars(select(User).where(User.email_key == "owner@portal.example")).one()
            values = {"email": "new.owner@portal.example", "created_at": NOW, "expires_at": NOW + timedelta(hours=1)}
            session.add(EmailChange(user_id=user.id, token_digest=token_digest(token), **values))
        return f"/me/email/{token}"

    def invitation(self) -> str:
        """The path of an open invitation of somebody who has no account."""
        with self.open(), unit() as session:
            organization = session.scalars(select(Organization).order_by(func.length(Organization.name).desc())).first()
            assert organization
            address = f"{secrets.token_hex(4)}@new.example"
            sent = invite(session, address, "Dana", Into(organization), Actor.command("test", NOW), mail=False)
        return "/invitations/" + sent.link.rpartition("/")[2]

    def close(self) -> None:
        """Nothing holds its database open."""
        with self.app.app_context():
            db.engine.dispose()

    def task(self) -> str:
        """The public id of the import."""
        with self.open() as session:
            return session.scalars(select(Task.public_id).where(Task.kind == TaskKind.IMPORT)).one()

    def bulk(self) -> str:
        """The public id of a bulk action that was stopped, with rows of every outcome."""
        order = Order(Act.SUSPEND).kept()
        counts = {outcome.value: 2 for outcome in Outcome}
        task = Task(kind=TaskKind.BULK, title="Suspend 8 workspaces", total=8, done=6, created_at=NOW)
        task.state, task.counts, task.options, task.finished_at = TaskState.STOPPED, counts, {"order": order}, NOW
        with self.open(), unit() as session:
            session.add(task)
            session.flush()
            rows = session.execute(select(Workspace.public_id, Workspace.name).order_by(Workspace.id.desc()).limit(8))
            outcomes = [*Outcome, *Outcome, NOT_YET, NOT_YET]
            for line, (row, outcome) in enumerate(zip(rows, outcomes, strict=True), 1):
                message = "It is suspended by staff already." if outcome == Outcome.SKIPPED else ""
                values = {"label": row.name, "subject": row.public_id, "message": message}
                session.add(TaskResult(task_id=task.id, line=line, outcome=str(outcome), **values))
            return task.public_id

    def letters(self) -> list[str]:
        """The public ids of two mails, the second without its text, in the states that there are."""
        values = {"template": "notice", "recipient": f"{'long.' * 12}name@customers.example", "created_at": NOW}
        kinds = (
            {"state": OutboxState.BOUNCED, "error": "550 5.2.2 mailbox full", "body": "Hello Dana,\n\n" + "x" * 300},
            {"state": OutboxState.SENT, "sent_at": NOW, "attempts": 1},
            {"state": OutboxState.FAILED, "error": "The mail server cannot be reached: timed out", "body": "Hello"},
            {"state": OutboxState.WAITING, "body": "Hello"},
        )
        rows = [OutboxMessage(subject=f"{'Maintenance ' * 8}on Sunday", **(values | kind)) for kind in kinds]
        with self.open(), unit() as session:
            session.add_all(rows)
            session.flush()
            return [row.public_id for row in rows]

    def workspace(self, *where: object, longest: bool = False) -> str:
        """The public id of the first workspace for which all of these hold, or of the one with the longest name."""
        order = func.length(Workspace.name).desc() if longest else Workspace.id
        with self.open() as session:
            found = session.scalars(select(Workspace.public_id).where(*where).order_by(order)).first()  # type: ignore[arg-type]
        assert found, "the example platform has no such workspace"
        return found


def load(server: Server, settings: Settings, folder: Path) -> Example:
    """The example platform and a small import on the empty database of this server."""
    file = folder / "universities and others.csv"
    file.write_text(IMPORTED, encoding="utf-8")
    told = server.portal("demo", "--workspaces", str(WORKSPACES), "--seed", "1")
    assert told.returncode == 0, told.stderr
    told = server.portal("import-workspaces", str(file))
    assert told.returncode == 1, told.stderr  # the last row fails, as it is meant to
    return Example(server, create_app(settings))
