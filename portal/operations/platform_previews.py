"""What other settings would do, before they are saved: to health by other thresholds, to MRR by other exchange rates.
Nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import Workspace, WorkspaceTally
from portal.operations.platform_changes import check_version, settings_with
from portal.queries.health import facts_of, plan_limits
from portal.queries.principals import platform
from portal.rules.editing import Value
from portal.rules.health import RATED, Level, Thresholds, assess
from portal.rules.lifecycle import Status
from portal.rules.money import convert
from portal.rules.platform import Platform, told

LOOKED_AT = 2_000
"""Of so many workspaces the health is worked out by both thresholds; where there are more, they stand for the rest."""

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Moves:
    """How many of the workspaces `looked_at` would be rated otherwise, by level now and then; there are `total`."""

    looked_at: int
    total: int
    found: Mapping[tuple[Level, Level], int]

    @property
    def exact(self) -> bool:
        """Whether all were looked at."""
        return self.looked_at == self.total

    @property
    def changed(self) -> int:
        """How many of all would change: counted, or (where not `exact`) as many as those looked at make likely."""
        return self.likely(sum(self.found.values()))

    def likely(self, count: int) -> int:
        """So many of those looked at stand for how many of all."""
        return count if self.exact or not self.looked_at else round(count * self.total / self.looked_at)


@dataclass(frozen=True, slots=True)
class Converted:
    """The MRR of a currency, in its own minor units, and in the reporting currency's before and after: None without a
    rate. Each workspace is rounded by itself, so the stored total may differ by its last digits."""

    currency: str
    workspaces: int
    minor: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change. `moves` None: the thresholds stay; `converted`: the currencies whose rate changes."""

    before: Platform
    after: Platform
    moves: Moves | None
    converted: tuple[Converted, ...]

    @property
    def matters(self) -> bool:
        """Whether a stored figure would be another one."""
        return self.moves is not None or bool(self.converted)


def preview(wanted: Mapping[str, Value], now: datetime, version: str) -> Preview:
    """What the fields in `wanted` would do at this instant. Within the platform's scope; raises as the change does."""
    before = platform()
    after = settings_with(before, wanted)
    if told(before, after):
        check_version(before, version)
    moves = None if before.thresholds == after.thresholds else would_move(before.thresholds, after.thresholds, now)
    return Preview(before, after, moves, _converted(before, after))


def would_move(before: Thresholds, after: Thresholds, now: datetime) -> Moves:
    """How other thresholds would rate the workspaces that have a health."""
    rated = Workspace.status.in_(RATED)
    total = db.session.scalar(select(func.count()).select_from(Workspace).where(rated)) or 0
    every = max(1, total // LOOKED_AT)
    keys = db.session.scalars(select(Workspace.id).where(rated, Workspace.id % every == 0)).all()
    plans, found = plan_limits(), Counter[tuple[Level, Level]]()
    for at in range(0, len(keys), CHUNK):
        for facts in facts_of(keys[at : at + CHUNK], now, plans).values():
            was, will = assess(facts, before, now).level, assess(facts, after, now).level
            if was and will and was is not will:
                found[was, will] += 1
    return Moves(len(keys), total, dict(found))


def _converted(before: Platform, after: Platform) -> tuple[Converted, ...]:
    reporting, was, will = before.reporting_currency, before.rates, after.rates
    changed = {code for code in {**was, **will} if was.get(code) != will.get(code)}
    sums = (
        select(WorkspaceTally.currency, func.sum(WorkspaceTally.workspaces), func.sum(WorkspaceTally.mrr_minor))
        .where(WorkspaceTally.currency.in_(changed), WorkspaceTally.status == Status.ACTIVE.value)
        .group_by(WorkspaceTally.currency)
        .order_by(WorkspaceTally.currency)
    )
    return tuple(
        Converted(
            code,
            int(count),
            int(minor),
            convert(int(minor), code, reporting, was),
            convert(int(minor), code, reporting, will),
        )
        for code, count, minor in (db.session.execute(sums) if changed else ())
        if count
    )
