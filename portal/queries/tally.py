"""The truth behind the table of totals, counted from the workspaces themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, case, cast, func, select

from portal.models import Workspace


def true_tally() -> Select[Any]:
    """A row per status, plan, currency, health and ratedness, in the order of `WorkspaceTally`'s columns."""
    status = cast(Workspace.status, String)
    plan = func.coalesce(Workspace.plan_id, 0)
    health = func.coalesce(cast(Workspace.health, String), "")
    rated = case((Workspace.mrr_reporting.is_(None), False), else_=True)
    keys = (status, plan, Workspace.currency, health, rated)
    return select(
        *keys,
        func.count(),
        func.sum(Workspace.mrr_minor),
        func.sum(func.coalesce(Workspace.mrr_reporting, 0)),
    ).group_by(*keys)
