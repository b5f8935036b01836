"""What other terms of a plan would do, before they are saved. Nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.base.db import db
from portal.operations.plans import StalePlan, changes_of, check_fits, settlement, terms_of
from portal.queries.plan_effects import Hit, hits, paying
from portal.queries.plans import PlanView, plan
from portal.queries.reach import reached
from portal.rules.editing import Value
from portal.rules.plans import Income, Terms, income, moves_money, told, unpriced


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change (`pairs`: before and after, as the audit log would have it), for how many `workspaces` (the
    trash aside), and what that comes to. `unpriced`: how many pay by a price that would be gone."""

    before: PlanView
    after: Terms
    pairs: Mapping[str, tuple[Any, Any]]
    workspaces: int
    hits: tuple[Hit, ...]
    income: tuple[Income, ...]
    unpriced: int

    @property
    def matters(self) -> bool:
        """Whether a workspace would feel it."""
        return bool(self.income or self.unpriced or any(hit.workspaces for hit in self.hits))


def preview(public_id: str, wanted: Mapping[str, Value], now: datetime, version: str | None = None) -> Preview:
    """What the fields in `wanted` would do at this instant, within the platform's scope. Raises as `plans.change`."""
    before = plan(public_id)
    after = terms_of(before, wanted)
    if version is not None and version != before.version and told(before.terms, after):
        raise StalePlan(before)
    check_fits(db.session(), before, after)
    groups = paying(before.key) if moves_money(before.terms, after) else ()
    return Preview(
        before,
        after,
        told(before.terms, after),
        reached(settlement(before, after).reach, closed=False),
        hits(changes_of(before, after), now),
        income(groups, before.terms, after),
        unpriced(groups, before.terms, after),
    )
