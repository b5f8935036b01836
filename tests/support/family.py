"""An organization of several workspaces, and what tests of their statuses look at."""

from typing import Any

from sqlalchemy import select

from portal.base.db import db
from portal.models import Hold, Organization, Plan, Workspace, scope
from portal.operations.statuses import following
from portal.operations.unit import unit
from portal.rules.lifecycle import HoldKind, Status
from portal.rules.pricing import Cycle
from tests import factories
from tests.support import tenants
from tests.support.clocks import NOW


def family(*children: str, name: str = "Acme Logistics") -> Workspace:
    """A primary on trial, and a child of each of these names, in one organization on a plan that allows them."""
    if db.session.scalar(select(Plan.id).limit(1)) is None:
        factories.plan()
        with unit() as session:
            prices = {(Cycle.MONTHLY, "INR"): 1_000_000}
            fees = {"INR": 200_000}
            tenants.plan(session, "Group", prices=prices, child_fees=fees, multi_workspace=True, created_at=NOW)
    primary = factories.workspace(name, plan="Group", status="trial")
    of = db.session.scalars(select(Organization).where(Organization.id == primary.organization_id)).one()
    for child in children:
        factories.workspace(child, organization=of.public_id, plan="Group", status="trial")
    return fresh(primary)


def named(name: str) -> Workspace:
    """The workspace of this name, as it is stored now."""
    db.session.rollback()
    return db.session.scalars(select(Workspace).where(Workspace.name == name)).one()


def fresh(row: Workspace) -> Workspace:
    """The workspace as it is stored now."""
    db.session.rollback()
    return db.session.scalars(select(Workspace).where(Workspace.public_id == row.public_id)).one()


def statuses() -> dict[str, Status]:
    """The status of every workspace, by its name."""
    db.session.rollback()
    return dict(db.session.execute(select(Workspace.name, Workspace.status).order_by(Workspace.id)).all())


def open_holds() -> list[tuple[HoldKind, str]]:
    """Kind and public reason of every open hold, the oldest first."""
    db.session.rollback()
    rows = db.session.execute(select(Hold.kind, Hold.public_reason).where(Hold.lifted_at.is_(None)).order_by(Hold.id))
    return [tuple(row) for row in rows]  # type: ignore[misc]


def hold_ids(*kinds: HoldKind) -> list[str]:
    """Public ids of the open holds of these kinds (all if none is named)."""
    db.session.rollback()
    wanted = select(Hold.public_id).where(Hold.lifted_at.is_(None), Hold.kind.in_(kinds or tuple(HoldKind)))
    return list(db.session.scalars(wanted.order_by(Hold.id)))


def opened_by_a_job(of: Workspace, kind: HoldKind) -> str:
    """Such a hold of the workspace, as only a job opens it; answers its public id."""
    with scope.platform(), unit() as session:
        row = session.merge(of)
        hold = Hold(kind=kind, note="", public_reason="", opened_at=NOW, opened_by="trials", workspace_id=row.id)
        with following(session, [row], factories.command(), hold):
            session.add(hold)
        session.flush()
        return hold.public_id


def add(*rows: Any) -> None:
    """These rows, committed."""
    with unit() as session:
        session.add_all(rows)
