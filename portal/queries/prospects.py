"""What would be of a workspace: figures for dialogs that ask before something is done."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import Plan, PlanFee, Workspace
from portal.queries.sources import sources_of
from portal.rules.lifecycle import Stage
from portal.rules.listing import derive


def mrr_once_active(workspace: int) -> int:
    """The monthly revenue of this workspace (its integer key) if it were ACTIVE, in minor units of its currency."""
    sources = sources_of([workspace])[workspace]
    active = replace(sources, stage=Stage.ACTIVE, cancelled_at=None, open_holds=frozenset())
    return derive(active, sources.currency, {}).mrr_minor


@dataclass(frozen=True, slots=True)
class AsPrimary:
    """What making a workspace the primary comes to, in minor units of its currency: its own MRR, and that of all of its
    organization's workspaces, before and after; `instead_of`: the name of the present primary."""

    own: tuple[int, int]
    all: tuple[int, int]
    instead_of: str


def as_primary(workspace: int) -> AsPrimary:
    """Of making this workspace (its integer key) its organization's primary."""
    row = db.session.get_one(Workspace, workspace)
    family = select(Workspace.id, Workspace.name, Workspace.is_primary, Workspace.mrr_minor)
    mine = family.where(Workspace.organization_id == row.organization_id, Workspace.cancelled_at.is_(None))
    rows = db.session.execute(mine).all()
    fee = db.session.scalar(
        select(PlanFee.child_fee_minor).where(PlanFee.plan_id == row.plan_id, PlanFee.currency == row.currency)
    )
    found = sources_of([each.id for each in rows])
    after = {
        key: derive(replace(each, is_child=key != workspace, child_fee_minor=fee), each.currency, {}).mrr_minor
        for key, each in found.items()
    }
    before = {each.id: each.mrr_minor for each in rows}
    return AsPrimary(
        own=(before[workspace], after[workspace]),
        all=(sum(before.values()), sum(after.values())),
        instead_of=next((each.name for each in rows if each.is_primary), ""),
    )


def may_have_children(workspace: int) -> bool:
    """Whether the plan of this workspace (its integer key) is one for several workspaces."""
    plan = select(func.coalesce(Plan.multi_workspace, False)).join(Workspace, Workspace.plan_id == Plan.id)
    return bool(db.session.scalar(plan.where(Workspace.id == workspace)))
