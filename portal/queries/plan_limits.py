"""Limits of many workspaces at once: those of all plans, read once, and the workspaces' own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.base.db import db
from portal.models import LimitOverride, Plan, PlanLimit
from portal.rules import limits as rule
from portal.rules.limits import Effective, Limit, Override

Limits = dict[Limit, int]


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """Limits of every plan by integer key, and the free plan's."""

    of: Mapping[int, Limits]
    free: Limits

    def effective(self, limit: Limit, plan: int | None, own: Mapping[Limit, Override], now: datetime) -> Effective:
        """What is in force for a workspace on this plan (integer key) with these overrides."""
        of_plan = self.of.get(plan, {}) if plan else {}
        return rule.effective(
            limit, plan=of_plan.get(limit), override=own.get(limit), free=self.free.get(limit), now=now
        )


def plan_limits(which: Collection[Limit]) -> PlanLimits:
    """These limits of every plan."""
    found: defaultdict[int, Limits] = defaultdict(dict)
    free: Limits = {}
    rows = select(PlanLimit.plan_id, PlanLimit.name, PlanLimit.value, Plan.is_free).join(
        Plan, Plan.id == PlanLimit.plan_id
    )
    for plan, name, value, is_free in db.session.execute(rows.where(PlanLimit.name.in_(which))):
        found[plan][name] = value
        if is_free:
            free[name] = value
    return PlanLimits(found, free)


def own_limits(keys: Collection[int], which: Collection[Limit]) -> Mapping[int, Mapping[Limit, Override]]:
    """The overrides of these limits that the workspaces (integer keys) have, expired or not; nothing for one that has
    none. Within the platform's scope."""
    found: defaultdict[int, dict[Limit, Override]] = defaultdict(dict)
    rows = select(LimitOverride.workspace_id, LimitOverride.name, LimitOverride.value, LimitOverride.expires_at).where(
        LimitOverride.workspace_id.in_(keys), LimitOverride.name.in_(which)
    )
    for key, name, value, expires_at in db.session.execute(rows):
        found[key][name] = Override(value, expires_at)
    return found
