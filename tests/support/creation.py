"""What tests of creating and importing workspaces share: a draft, an actor, a catalogue, and what must hold after."""

from typing import Any

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import (
    AuditEvent,
    Hold,
    Invitation,
    Membership,
    Organization,
    OrganizationMember,
    Workspace,
    WorkspaceBirths,
    WorkspaceTally,
    scope,
)
from portal.operations.drafts import NewWorkspace
from portal.operations.unit import unit
from portal.queries.audit import verify
from portal.queries.health import plan_limits
from portal.queries.principals import platform
from portal.queries.tally import true_births, true_tally
from portal.queries.truth import differences
from portal.rules.access import StaffRole, WorkspaceRole
from portal.rules.actors import Actor
from portal.rules.pricing import Cycle
from tests import factories
from tests.support import tenants
from tests.support.clocks import NOW

BY = Actor.command("test", NOW)


def draft(**values: Any) -> NewWorkspace:
    """Acme of Maya Iyer, with what else is asked for."""
    return NewWorkspace(**{"name": "Acme", "owner_name": "Maya Iyer", "owner_email": "maya@acme.example"} | values)


def add_plan(name: str = "Growth", **values: Any) -> str:
    """A plan at 24,000.00 INR a month; answers its public id."""
    with unit() as session:
        prices = {(Cycle.MONTHLY, "INR"): 2_400_000}
        return tenants.plan(session, name, prices=prices, created_at=NOW, **values).public_id


def add_user(email: str, *, name: str = "Alice Owner", staff: StaffRole | None = None, suspended: bool = False) -> str:
    """Somebody with an account; answers the public id."""
    return factories.user(email, name, staff_role=staff, suspended_at=NOW if suspended else None).public_id


def one(model: Any, **values: Any) -> Any:
    """The only row of this model with these values."""
    db.session.rollback()
    with scope.platform():
        return db.session.scalars(select(model).filter_by(**values)).one()


def count(model: Any) -> int:
    """How many rows there are."""
    db.session.rollback()
    with scope.platform():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def actions() -> list[str]:
    """The actions in the audit log, in order."""
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)))


def nothing_was_written() -> bool:
    """Whether there is neither a workspace nor anything that one brings."""
    kinds = (Workspace, Organization, Membership, OrganizationMember, Hold, Invitation, AuditEvent, WorkspaceTally)
    return not any(count(kind) for kind in (*kinds, WorkspaceBirths))


def check_platform() -> None:
    """All that must hold of workspaces whoever made them: owners, derived columns, totals, and the audit chain."""
    db.session.rollback()
    with scope.platform():
        workspaces = db.session.scalars(select(Workspace).order_by(Workspace.id)).all()
        keys = [row.id for row in workspaces]
        found = [
            each
            for at in range(0, len(keys), 500)
            for each in differences(keys[at : at + 500], platform(), plan_limits())
        ]
        assert not found, found[:5]
        owners = select(Membership.workspace_id, Membership.user_id).where(Membership.role == WorkspaceRole.OWNER)
        assert dict(db.session.execute(owners).all()) == {row.id: row.owner_id for row in workspaces}
        primaries = db.session.scalar(select(func.count()).where(Workspace.is_primary))
        assert primaries == db.session.scalar(select(func.count(Workspace.organization_id.distinct())))
        kept = db.session.execute(select(*WorkspaceTally.__table__.columns)).all()
        true = [tuple(row) for row in db.session.execute(true_tally())]
        assert sorted(tuple(row) for row in kept if row.workspaces) == sorted(true)
        births = db.session.execute(select(WorkspaceBirths.day, WorkspaceBirths.workspaces))
        assert {day: number for day, number in births if number} == dict(db.session.execute(true_births()).all())
        assert not verify().fault
