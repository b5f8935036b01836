"""Which workspaces a change of a plan or of the platform's settings reaches, however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, true

from portal.base.db import db
from portal.models import Plan, PlanLimit, Workspace
from portal.rules.limits import Limit


@dataclass(frozen=True, slots=True)
class Reach:
    """Workspaces on these plans (integer keys; None: on none), those of organizations whose primary is on `family`,
    those of these currencies, or `everything`."""

    plans: tuple[int | None, ...] = ()
    family: int | None = None
    currencies: tuple[str, ...] = ()
    everything: bool = False

    def where(self) -> ColumnElement[bool]:
        """The condition on `Workspace`."""
        if self.everything:
            return true()
        parts: list[Any] = [false(), on_plans(self.plans)]
        if self.family is not None:
            primaries = select(Workspace.organization_id).where(Workspace.plan_id == self.family, Workspace.is_primary)
            parts.append(Workspace.organization_id.in_(primaries.scalar_subquery()))
        if self.currencies:
            parts.append(Workspace.currency.in_(self.currencies))
        return or_(*parts)


def on_plans(plans: Sequence[int | None]) -> ColumnElement[bool]:
    """That a workspace is on one of these plans; None stands for none."""
    named = Workspace.plan_id.in_([key for key in plans if key is not None])
    return or_(named, Workspace.plan_id.is_(None)) if None in plans else named


def reached(reach: Reach, *, closed: bool = True) -> int:
    """How many there are; those in the trash included, if `closed`."""
    there = true() if closed else Workspace.cancelled_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(Workspace).where(reach.where(), there)) or 0


def next_of(reach: Reach, after: int, most: int) -> list[int]:
    """The integer keys of so many of them, in order, behind this one."""
    keys = select(Workspace.id).where(reach.where(), Workspace.id > after).order_by(Workspace.id).limit(most)
    return list(db.session.scalars(keys))


def falling_back(limit: Limit, free: int) -> tuple[int | None, ...]:
    """The plans (integer keys; None: none) on which the free plan's figure of this limit is in force: the free plan
    itself (`free`), no plan, and every plan that sets none."""
    setting = select(PlanLimit.plan_id).where(PlanLimit.name == limit)
    others = db.session.scalars(select(Plan.id).where(Plan.id.not_in(setting), Plan.id != free).order_by(Plan.id))
    return None, free, *others
