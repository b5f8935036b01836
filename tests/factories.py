"""Rows for tests, made by the program's own operations where there is one, else as `support.tenants` makes them, and
committed. Each answers the row.

Alice owns, Bob supports, Charlie is a stranger."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.base import hashing
from portal.base.db import db
from portal.models import Domain, DomainState, Organization, OrganizationMember, Plan, User, Workspace
from portal.operations import accounts, workspaces
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, StaffRole
from portal.rules.actors import Actor, ActorKind
from tests.support import tenants
from tests.support.clocks import NOW

PASSWORD = "correct mule battery"


def command(now: datetime = NOW) -> Actor:
    """An actor for what the test sets up."""
    return Actor.command("test", now)


def acting(user: User, now: datetime = NOW) -> Actor:
    """This person as the one behind a change."""
    return Actor(ActorKind.USER, user.name, now, user.id)


def user(
    email: str = "charlie@example.test", name: str = "", *, password: str | None = PASSWORD, **columns: Any
) -> User:
    """A person, by default with a password and no role anywhere."""
    with unit() as session:
        row = accounts.prepare(session, email, name or email.partition("@")[0].title(), command())
        row.password_hash = hashing.hash_password(password) if password else None
        for column, value in columns.items():
            setattr(row, column, value)
    return row


def staff(role: StaffRole = StaffRole.OWNER, email: str = "", name: str = "", password: str = PASSWORD) -> User:
    """A member of the platform's staff: Alice owns, Bob supports."""
    known = {StaffRole.OWNER: "alice", StaffRole.SUPPORT: "bob"}.get(role, role.value)
    email = email or f"{known}@example.test"
    public_id = accounts.create_staff(email, name or known.title(), password, role, command())
    return db.session.scalars(select(User).where(User.public_id == public_id)).one()


def organization(name: str = "Acme Group", currency: str = "INR", **columns: Any) -> Organization:
    """An organization without workspaces."""
    with unit() as session:
        return tenants.organization(session, name, currency, **({"created_at": NOW} | columns))


def member(organization: Organization, user: User, role: OrganizationRole = OrganizationRole.MEMBER) -> None:
    """The person has this role in the organization."""
    with unit() as session:
        session.add(OrganizationMember(organization_id=organization.id, user_id=user.id, role=role, created_at=NOW))


def plan(name: str = "Free", *, is_free: bool = True, **columns: Any) -> Plan:
    """A plan without prices and limits."""
    with unit() as session:
        return tenants.plan(session, name, is_free=is_free, created_at=NOW, **columns)


def domain(organization: Organization, host: str = "talk.acme.example", **columns: Any) -> Domain:
    """A domain of the organization, not verified."""
    values = {"token": "a1b2c3", "state": DomainState.PENDING, "created_at": NOW} | columns
    with unit() as session:
        row = Domain(organization_id=organization.id, host=host, **values)
        session.add(row)
    return row


def workspace(name: str = "Acme Logistics", owner: User | None = None, **fields: Any) -> Workspace:
    """A workspace as the create form makes one; `fields` are the form's. Without an owner, Olive is made one."""
    owner = owner or db.session.scalar(select(User).where(User.email_key == "olive@example.test"))
    owner = owner or user("olive@example.test")
    draft = workspaces.NewWorkspace(name=name, owner_mode="existing", owner=owner.email, **fields)
    made = workspaces.create(draft, command())
    return db.session.scalars(select(Workspace).where(Workspace.public_id == made.workspace)).one()
