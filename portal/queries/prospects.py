"""What would be of a workspace: figures for dialogs that ask before something is done."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import Plan, Workspace
from portal.queries.sources import sources_of
from portal.rules.lifecycle import Stage
from portal.rules.listing import derive


def mrr_once_active(workspace: int) -> int:
    """The monthly revenue of this workspace (its integer key) if it were ACTIVE, in minor units of its currency."""
    sources = sources_of([workspace])[workspace]
    active = replace(sources, stage=Stage.ACTIVE, cancelled_at=None, open_holds=frozenset())
    return derive(active, sources.currency, {}).mrr_minor


def may_have_children(workspace: int) -> bool:
    """Whether the plan of this workspace (its integer key) is one for several workspaces."""
    plan = select(func.coalesce(Plan.multi_workspace, False)).join(Workspace, Workspace.plan_id == Plan.id)
    return bool(db.session.scalar(plan.where(Workspace.id == workspace)))
