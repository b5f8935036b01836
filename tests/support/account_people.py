"""People of an organization: making them, and what they are in it."""

from sqlalchemy import select

from portal.base.db import db
from portal.models import Membership, Organization, OrganizationMember, User, Workspace, scope
from portal.rules.access import OrganizationRole, WorkspaceRole
from tests import factories
from tests.support.family import named


def of(acme: Organization, email: str, role: OrganizationRole = OrganizationRole.MEMBER) -> User:
    """Somebody of it."""
    person = factories.user(email)
    factories.member(acme, person, role)
    return person


def home(acme: Organization, rest: str = "") -> str:
    """The address of its users, or of a page below."""
    return f"/o/{acme.slug}/users{rest}"


def role_of(person: User) -> OrganizationRole | None:
    """Theirs in the organization, as stored now."""
    db.session.rollback()
    return db.session.scalar(select(OrganizationMember.role).where(OrganizationMember.user_id == person.id))


def role_in(name: str, person: User) -> WorkspaceRole | None:
    """Theirs in the workspace of this name, as stored now."""
    where = (Membership.workspace_id == named(name).id, Membership.user_id == person.id)
    with scope.platform():
        return db.session.scalar(select(Membership.role).where(*where))


def asked(email: str, role: str = "member", *workspaces: Workspace, as_what: str = "agent") -> dict[str, str]:
    """The fields of an invitation."""
    fields = {"email": email, "organization_role": role}
    for number, each in enumerate(workspaces):
        fields |= {f"seats-{number}-workspace": each.public_id, f"seats-{number}-role": as_what}
    return fields
