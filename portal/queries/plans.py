"""Plans: the list with what each carries, and one plan as it can be edited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from portal.base.db import db
from portal.models import (
    Plan,
    PlanColour,
    PlanFee,
    PlanLimit,
    PlanPrice,
    Workspace,
    WorkspaceTally,
)
from portal.queries.principals import platform
from portal.rules.editing import Value, version_of
from portal.rules.errors import NotFound
from portal.rules.lifecycle import Status
from portal.rules.limits import Limit
from portal.rules.plans import Terms, texts_of
from portal.rules.pricing import Cycle

NO_PLAN = 0  # as the table of totals has it


@dataclass(frozen=True, slots=True)
class Carried:
    """What a plan carries, the trash aside. `mrr`: minor units of the reporting currency; `unrated`: of currencies
    without an exchange rate, as (currency, minor units)."""

    workspaces: int = 0
    by_status: Mapping[str, int] = field(default_factory=dict)
    mrr: int = 0
    unrated: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan. `without`: workspaces that chose none, and so have the free plan's limits (of the free plan alone).
    `closed`: how many in the trash are on it."""

    key: int
    public_id: str
    is_free: bool
    archived_at: datetime | None
    created_at: datetime
    terms: Terms
    carried: Carried
    without: int
    closed: int

    @property
    def name(self) -> str:
        """Its name."""
        return self.terms.name

    @property
    def archived(self) -> bool:
        """Whether nobody new can choose it."""
        return self.archived_at is not None

    def texts(self, currencies: tuple[str, ...] = ()) -> dict[str, Value]:
        """What a form would send for it."""
        return texts_of(self.terms, currencies)

    @property
    def version(self) -> str:
        """A mark of its terms as they stand."""
        return version_of(self.texts())


def plans() -> tuple[PlanView, ...]:
    """Every plan, in their order, the archived ones last."""
    found = _views(select(Plan))
    return tuple(sorted(found, key=lambda each: each.archived))


def plan(public_id: str) -> PlanView:
    """The plan with this public id, read afresh; raises NotFound."""
    found = _views(select(Plan).where(Plan.public_id == public_id)) if public_id.isprintable() else ()
    if not found:
        raise NotFound("There is no such plan.")
    return found[0]


def currencies() -> tuple[str, ...]:
    """Those that a plan may be asked to have a price in: what any plan has, what organizations are billed in, what
    new ones start with, and what has an exchange rate."""
    settings = platform()
    used = db.session.scalars(
        select(PlanPrice.currency)
        .distinct()
        .union(select(PlanFee.currency).distinct(), select(WorkspaceTally.currency).distinct())
    )
    return tuple(sorted({*used, *settings.exchange_rates, settings.reporting_currency, settings.default_currency}))


def organizations_with_others(plan_key: int) -> int:
    """In how many organizations whose primary is on this plan (integer key) there are further workspaces."""
    primaries = select(Workspace.organization_id).where(Workspace.plan_id == plan_key, Workspace.is_primary)
    others = (
        select(func.count(func.distinct(Workspace.organization_id)))
        .select_from(Workspace)
        .where(Workspace.organization_id.in_(primaries), ~Workspace.is_primary, Workspace.cancelled_at.is_(None))
    )
    return db.session.scalar(others) or 0


def _views(query: Select[Any]) -> tuple[PlanView, ...]:
    rows = db.session.scalars(query.order_by(Plan.position, Plan.name_key, Plan.id)).all()
    keys = [row.id for row in rows]
    prices, fees, limits = _prices(keys), _fees(keys), _limits(keys)
    totals = _totals([*keys, NO_PLAN])
    return tuple(_view(row, prices[row.id], fees[row.id], limits[row.id], totals) for row in rows)


def _view(row: Plan, prices: Any, fees: Any, limits: Any, totals: Mapping[int, list[Any]]) -> PlanView:
    terms = Terms(
        name=row.name,
        colour=PlanColour(row.colour).value,
        multi_workspace=row.multi_workspace,
        included_contacts=row.included_contacts,
        tiers=tuple((contacts, percent) for contacts, percent in row.discount_tiers),
        prices=prices,
        child_fees={code: fee for code, fee, _ in fees if fee},
        contact_prices={code: price.normalize() for code, _, price in fees if price},
        limits=limits,
    )
    own, none = totals.get(row.id, []), totals.get(NO_PLAN, []) if row.is_free else []
    return PlanView(
        row.id,
        row.public_id,
        row.is_free,
        row.archived_at,
        row.created_at,
        terms,
        _carried(own),
        _carried(none).workspaces,
        sum(each.workspaces for each in own if each.status == Status.CANCELLED.value),
    )


def _carried(totals: list[Any]) -> Carried:
    by_status: defaultdict[str, int] = defaultdict(int)
    unrated: defaultdict[str, int] = defaultdict(int)
    mrr = 0
    for each in totals:
        if each.status == Status.CANCELLED.value or not each.workspaces:
            continue
        by_status[each.status] += each.workspaces
        mrr += each.mrr_reporting
        if not each.rated and each.mrr_minor:
            unrated[each.currency] += each.mrr_minor
    return Carried(sum(by_status.values()), dict(by_status), mrr, tuple(sorted(unrated.items())))


def _totals(keys: list[int]) -> dict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(select(WorkspaceTally.__table__).where(WorkspaceTally.plan_id.in_(keys))):
        found[row.plan_id].append(row)
    return found


def _prices(keys: list[int]) -> defaultdict[int, dict[tuple[Cycle, str], int]]:
    found: defaultdict[int, dict[tuple[Cycle, str], int]] = defaultdict(dict)
    query = select(PlanPrice.plan_id, PlanPrice.cycle, PlanPrice.currency, PlanPrice.amount_minor)
    for key, cycle, currency, amount in db.session.execute(query.where(PlanPrice.plan_id.in_(keys))):
        found[key][cycle, currency] = amount
    return found


def _fees(keys: list[int]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    query = select(PlanFee.plan_id, PlanFee.currency, PlanFee.child_fee_minor, PlanFee.contact_price)
    for key, *fee in db.session.execute(query.where(PlanFee.plan_id.in_(keys))):
        found[key].append(tuple(fee))
    return found


def _limits(keys: list[int]) -> defaultdict[int, dict[Limit, int]]:
    found: defaultdict[int, dict[Limit, int]] = defaultdict(dict)
    query = select(PlanLimit.plan_id, PlanLimit.name, PlanLimit.value).where(PlanLimit.plan_id.in_(keys))
    for key, name, value in db.session.execute(query):
        found[key][name] = value
    return found
