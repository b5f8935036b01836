"""The limits of a workspace as they stand: its plan's, its own, the one in force, and what is used of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, cast, exists, func, literal, literal_column, null, or_, select, union_all
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Broadcast, Invitation, LimitOverride, Membership, Plan, PlanLimit, Workspace
from portal.rules import limits as rule
from portal.rules.limits import Effective, Limit, Override
from portal.rules.periods import month_start


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """A workspace's override as stored; `in_force` is false from `expires_at` on."""

    value: int
    reason: str
    expires_at: datetime | None
    created_by: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class Account:
    """A multi organization, in which contacts are counted together. `primary_id`, `primary_plan_id`: integer keys."""

    primary_id: int
    primary_name: str
    primary_plan_id: int | None
    workspaces: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Subject:
    """The workspace whose limits are asked for: integer keys, its time zone, and what its stored counts and its usage
    say is used. `account` only in a multi organization."""

    workspace_id: int
    plan_id: int | None
    timezone: str
    counted: Mapping[Limit, int]
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class LimitState:
    """One line of the table. `plan`: the plan's figure, None where it sets none. `shared_by`: how many workspaces of
    the plan (this one included) override this limit now, 0 where this one does not. `account`: contacts of a multi
    organization, where `used` is the sum of its workspaces and `effective` is the primary's."""

    limit: Limit
    plan: int | None
    own: OwnLimit | None
    effective: Effective
    used: int
    shared_by: int
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    plans: Mapping[int, Mapping[Limit, int]]
    free: Mapping[Limit, int]
    own: Mapping[int, Mapping[Limit, OwnLimit]]
    shared: Mapping[Limit, int]
    extra: Mapping[Limit, int]


def limits_of(subject: Subject, now: datetime) -> tuple[LimitState, ...]:
    """All nine, in the catalogue's order, read in one query."""
    found = _read(subject, now)
    return tuple(_state(limit, subject, found, now) for limit in Limit)


def _state(limit: Limit, subject: Subject, found: _Found, now: datetime) -> LimitState:
    account = subject.account if limit is Limit.CONTACTS else None
    plan = found.plans[subject.plan_id].get(limit) if subject.plan_id else None
    own = found.own[subject.workspace_id].get(limit)
    if account:
        primary_plan = found.plans[account.primary_plan_id] if account.primary_plan_id else {}
        deciding = (primary_plan.get(limit), found.own[account.primary_id].get(limit))
    else:
        deciding = (plan, own)
    used = account.contacts if account else subject.counted.get(limit, 0) + found.extra.get(limit, 0)
    return LimitState(
        limit=limit,
        plan=plan,
        own=own,
        effective=_effective(limit, *deciding, free=found.free.get(limit), now=now),
        used=used,
        shared_by=found.shared.get(limit, 0),
        account=account,
    )


def _effective(limit: Limit, plan: int | None, own: OwnLimit | None, *, free: int | None, now: datetime) -> Effective:
    override = Override(own.value, own.expires_at) if own else None
    return rule.effective(limit, plan=plan, override=override, free=free, now=now)


def _read(subject: Subject, now: datetime) -> _Found:
    plans: defaultdict[int, dict[Limit, int]] = defaultdict(dict)
    own: defaultdict[int, dict[Limit, OwnLimit]] = defaultdict(dict)
    free: dict[Limit, int] = {}
    shared: dict[Limit, int] = {}
    extra: dict[Limit, int] = {}
    statement = union_all(_overrides(subject, now), _plan_limits(subject), *_taken(subject, now))
    for kind, key, limit, value, reason, expires_at, created_by, count in db.session.execute(statement):
        if kind == "override":
            in_force = Override(value, expires_at).holds(now)
            own[key][limit] = OwnLimit(value, reason, expires_at, created_by, in_force)
            if key == subject.workspace_id and in_force:
                shared[limit] = count
        elif kind == "used":
            extra[limit] = value
        else:
            plans[key][limit] = value
            if count:
                free[limit] = value
    return _Found(plans, free, own, shared, extra)


def _overrides(subject: Subject, now: datetime) -> Select[Any]:
    """First of the union: its columns give the others their types."""
    keys = {subject.workspace_id} | ({subject.account.primary_id} if subject.account else set())
    other, neighbour = aliased(LimitOverride), aliased(Workspace)
    shared = (
        select(func.count())
        .select_from(other)
        .join(neighbour, neighbour.id == other.workspace_id)
        .where(
            other.name == LimitOverride.name,
            or_(other.expires_at.is_(None), other.expires_at > now),
            neighbour.plan_id == subject.plan_id,
            neighbour.cancelled_at.is_(None),
        )
        .scalar_subquery()
    )
    return select(
        literal_column("'override'").label("kind"),
        LimitOverride.workspace_id.label("key"),
        LimitOverride.name,
        LimitOverride.value,
        LimitOverride.reason,
        LimitOverride.expires_at,
        LimitOverride.created_by,
        shared.label("count"),
    ).where(LimitOverride.workspace_id.in_(keys))


def _plan_limits(subject: Subject) -> Any:
    primary = subject.account.primary_plan_id if subject.account else None
    keys = [key for key in (subject.plan_id, primary) if key]
    return (
        select(
            literal_column("'plan'"),
            PlanLimit.plan_id,
            PlanLimit.name,
            PlanLimit.value,
            null(),
            null(),
            null(),
            cast(Plan.is_free, Integer),
        )
        .join(Plan, Plan.id == PlanLimit.plan_id)
        .where(or_(Plan.id.in_(keys), Plan.is_free))
    )


def _taken(subject: Subject, now: datetime) -> list[Select[Any]]:
    """What no stored count holds: broadcasts made this month, and seats of people invited but not yet members."""
    key = subject.workspace_id
    broadcasts = select(func.count(Broadcast.id)).where(
        Broadcast.workspace_id == key, Broadcast.created_at >= month_start(now, subject.timezone)
    )
    member = exists().where(Membership.workspace_id == key, Membership.user_id == Invitation.user_id)
    invited = select(func.count(func.distinct(Invitation.user_id))).where(
        Invitation.workspace_id == key,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
        ~member,
    )
    return [
        select(
            literal_column("'used'"),
            literal(key, Integer),
            literal_column(f"'{limit.value}'"),
            count.scalar_subquery(),
            null(),
            null(),
            null(),
            literal_column("0"),
        )
        for limit, count in ((Limit.BROADCASTS, broadcasts), (Limit.USERS, invited))
    ]
