"""The usage limits of all workspaces: a page of them with this month's spend, in the same few queries however many
there are; and one of them as it can be edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from portal.base.db import db
from portal.models import LimitOverride, Organization, SuspensionBehaviour, Workspace, scope
from portal.queries.editing import present
from portal.queries.plan_limits import PlanLimits, own_limits, plan_limits
from portal.queries.search import Statement, looked_into, matching, planned, search_values, way
from portal.queries.spend import spends_of
from portal.rules.editing import Value, version_of
from portal.rules.lifecycle import Status
from portal.rules.limits import Effective, Limit, Override
from portal.rules.text import search_patterns
from portal.rules.usage_limits import LIMITS, OVERRIDES, SPEND, Standing, standing

PAGE = 12


@dataclass(frozen=True, slots=True)
class Capped:
    """A workspace. `spend` and `cap` in minor units of its currency, `threshold` in per cent; `limits`: those in force,
    `otherwise` those that would be without an own one, and `ends` until when that is."""

    public_id: str
    name: str
    web_address: str
    organization: str
    status: Status
    currency: str
    spend: int
    cap: int | None
    threshold: int
    behaviour: SuspensionBehaviour
    limits: Mapping[Limit, Effective]
    otherwise: Mapping[Limit, Effective]
    ends: Mapping[Limit, datetime]

    @property
    def standing(self) -> Standing:
        """How far the spend is from the cap."""
        return standing(self.spend, self.cap, self.threshold)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the list; `page` counts from 1."""

    q: str = ""
    standing: Standing | None = None
    behaviour: SuspensionBehaviour | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Editable:
    """One workspace's fields as a form would send them. `version`: a mark of them as they stand."""

    public_id: str
    name: str
    currency: str
    status: Status
    texts: Mapping[str, Value]

    @property
    def version(self) -> str:
        """A mark of what stands there."""
        return version_of(self.texts)


def page_of(wanted: Wanted, now: datetime) -> tuple[tuple[Capped, ...], int]:
    """A page of the open workspaces by name, and how many there are. Where the spend decides, that of all that have a
    cap is worked out, in as many queries. Within the platform's scope."""
    some = _matching(wanted)
    if wanted.standing is None:
        statement, values = some
        total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()), values) or 0
        keys = list(db.session.scalars(statement.limit(PAGE).offset((wanted.page - 1) * PAGE), values))
        return _rows(keys, now), total
    passing = _by_spend(some, wanted.standing, now)
    keys = passing[(wanted.page - 1) * PAGE : wanted.page * PAGE]
    return _rows(keys, now), len(passing)


def one(workspace: str, now: datetime) -> Capped:
    """The row of this workspace (public id); raises NotFound."""
    with scope.platform():
        return _rows([present(workspace).key], now)[0]


def editable(workspace: str) -> Editable:
    """The workspace with this public id as it can be edited, read afresh; raises NotFound."""
    with scope.platform():
        found = present(workspace)
        own = select(LimitOverride.name, LimitOverride.value).where(LimitOverride.workspace_id == found.key)
        values: dict[Limit, int] = dict(db.session.execute(own).all())
    texts = {name: found.texts[name] for name in SPEND}
    texts |= {field: str(values[limit]) if limit in values else "" for limit, field in OVERRIDES.items()}
    return Editable(found.public_id, str(found.texts["name"]), found.currency, found.status, texts)


def _matching(wanted: Wanted) -> tuple[Statement, dict[str, Any]]:
    """The keys that search and behaviour leave, by name, and the statement's values."""
    patterns = search_patterns(wanted.q)
    search = way(patterns, walking=False)
    query: Any = select(Workspace.id).where(Workspace.cancelled_at.is_(None))
    if wanted.behaviour:
        query = query.where(Workspace.suspension_behaviour == wanted.behaviour)
    number = looked_into(search, patterns)
    found = matching(query, search, number).order_by(Workspace.name_key, Workspace.id)
    return planned(found, search), search_values(search, patterns)


def _by_spend(some: tuple[Statement, dict[str, Any]], wanted: Standing, now: datetime) -> list[int]:
    statement, values = some
    query = statement.with_only_columns(
        Workspace.id, Workspace.spend_cap, Workspace.alert_threshold, maintain_column_froms=True
    )
    if wanted is Standing.FREE:
        rows = db.session.execute(query.where(Workspace.spend_cap.is_(None)), values)
        return [key for key, _, _ in rows]
    capped: ColumnElement[bool] = Workspace.spend_cap.is_not(None) & Workspace.cancelled_at.is_(None)
    spent = spends_of(capped, now)
    rows = db.session.execute(query.where(Workspace.spend_cap.is_not(None)), values)
    return [key for key, cap, threshold in rows if standing(spent.get(key, 0), cap, threshold) is wanted]


def _rows(keys: Sequence[int], now: datetime) -> tuple[Capped, ...]:
    if not keys:
        return ()
    spent = spends_of(Workspace.id.in_(keys), now)
    plans, own = plan_limits(LIMITS), own_limits(keys, LIMITS)
    query = select(Workspace, Organization.name).join(Organization, Organization.id == Workspace.organization_id)
    found = {row.id: (row, name) for row, name in db.session.execute(query.where(Workspace.id.in_(keys)))}
    return tuple(_row(*found[key], spent.get(key, 0), plans, own.get(key, {}), now) for key in keys if key in found)


def _row(
    row: Workspace,
    organization: str,
    spend: int,
    plans: PlanLimits,
    own: Mapping[Limit, Override],
    now: datetime,
) -> Capped:
    in_force, otherwise = (
        {limit: plans.effective(limit, row.plan_id, some, now) for limit in LIMITS} for some in (own, {})
    )
    return Capped(
        public_id=row.public_id,
        name=row.name,
        web_address=row.web_address,
        organization=organization,
        status=row.status,
        currency=row.currency,
        spend=spend,
        cap=row.spend_cap,
        threshold=row.alert_threshold,
        behaviour=SuspensionBehaviour(row.suspension_behaviour),
        limits=in_force,
        otherwise=otherwise,
        ends={limit: it.expires_at for limit, it in own.items() if it.expires_at and it.holds(now)},
    )
