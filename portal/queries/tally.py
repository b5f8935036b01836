"""The truth behind the table of totals, counted from the workspaces themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Select, String, case, cast, func, select, type_coerce

from portal.base.db import db
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


def true_births() -> Select[Any]:
    """A row per day of UTC on which a workspace that is not closed was made: the day, and how many."""
    postgresql = db.engine.dialect.name == "postgresql"
    at = func.timezone("UTC", Workspace.created_at) if postgresql else Workspace.created_at
    day = type_coerce(func.date(at), Date)
    counted: Select[*tuple[Any, ...]] = select(day, func.count())
    return counted.where(Workspace.cancelled_at.is_(None)).group_by(day)
