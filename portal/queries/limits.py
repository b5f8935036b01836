"""The limits of a workspace as they stand: its plan's, its own, the one in force, and what is used of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Integer, and_, bindparam, cast, exists, func, literal_column, null, or_, select, union_all
from sqlalchemy.orm import aliased

from portal.base.db import Instant
from portal.models import (
    Broadcast,
    Invitation,
    LimitOverride,
    LimitTaken,
    Membership,
    Plan,
    PlanLimit,
    Workspace,
    scope,
)
from portal.rules import limits as rule
from portal.rules.limits import Effective, Limit, Override
from portal.rules.periods import local_day, month_start

MOST_SHARED = 20
"""So many workspaces that override the same limit are counted; beyond that the plan's figure is plainly wrong."""

_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


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
    counted: tuple[tuple[Limit, int], ...]
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class LimitState:
    """One line of the table. `plan`: the plan's figure, None where it sets none. `shared_by`: how many workspaces of
    the plan (this one included) override this limit now: 0 where this one does not, at most one above MOST_SHARED.
    `account`: contacts of a multi organization, where `used` is the sum of its workspaces and `effective` is the
    primary's. `inherited`: what would be in force without an override."""

    limit: Limit
    plan: int | None
    own: OwnLimit | None
    effective: Effective
    used: int
    shared_by: int
    account: Account | None = None
    inherited: int = rule.UNLIMITED


@dataclass(frozen=True, slots=True)
class _Found:
    plans: Mapping[int, Mapping[Limit, int]]
    free: Mapping[Limit, int]
    own: Mapping[int, Mapping[Limit, OwnLimit]]
    shared: Mapping[Limit, int]
    extra: Mapping[Limit, int]
    taken: Mapping[Limit, int]


def limits_of(subject: Subject, now: datetime) -> tuple[LimitState, ...]:
    """All nine, in the catalogue's order, read in one query."""
    rows = tuple(_read(subject, now))
    # Only an override that expires makes them depend on the instant.
    return _states(subject, rows, now if any(row.expires_at for row in rows) else _ANY_TIME)


@lru_cache(maxsize=1_000)
def _states(subject: Subject, rows: tuple[Any, ...], now: datetime) -> tuple[LimitState, ...]:
    """What follows from these rows, worked out once."""
    found, counted = _found(subject, rows, now), dict(subject.counted)
    return tuple(_state(limit, subject, counted, found, now) for limit in Limit)


def _state(limit: Limit, subject: Subject, counted: Mapping[Limit, int], found: _Found, now: datetime) -> LimitState:
    account = subject.account if limit is Limit.CONTACTS else None
    plan = found.plans[subject.plan_id].get(limit) if subject.plan_id else None
    own = found.own[subject.workspace_id].get(limit)
    if account:
        primary_plan = found.plans[account.primary_plan_id] if account.primary_plan_id else {}
        deciding = (primary_plan.get(limit), found.own[account.primary_id].get(limit))
    else:
        deciding = (plan, own)
    used = max(counted.get(limit, 0) + found.extra.get(limit, 0), found.taken.get(limit, 0))
    return LimitState(
        limit=limit,
        plan=plan,
        own=own,
        effective=_effective(limit, *deciding, free=found.free.get(limit), now=now),
        used=account.contacts if account else used,
        shared_by=found.shared.get(limit, 0),
        account=account,
        inherited=_effective(limit, deciding[0], None, free=found.free.get(limit), now=now).value,
    )


def _effective(limit: Limit, plan: int | None, own: OwnLimit | None, *, free: int | None, now: datetime) -> Effective:
    override = Override(own.value, own.expires_at) if own else None
    return rule.effective(limit, plan=plan, override=override, free=free, now=now)


def _read(subject: Subject, now: datetime) -> Sequence[Any]:
    account, today = subject.account, local_day(now, subject.timezone)
    return scope.rows(
        _STATES,
        {
            "workspace": subject.workspace_id,
            "plan": subject.plan_id,
            "primary": account.primary_id if account else None,
            "primary_plan": account.primary_plan_id if account else None,
            "month": month_start(now, subject.timezone),
            "today": today,
            "first": today.replace(day=1),
            "now": now,
        },
    )


def _found(subject: Subject, rows: Iterable[Any], now: datetime) -> _Found:
    plans: defaultdict[int, dict[Limit, int]] = defaultdict(dict)
    own: defaultdict[int, dict[Limit, OwnLimit]] = defaultdict(dict)
    free: dict[Limit, int] = {}
    shared: dict[Limit, int] = {}
    extra: dict[Limit, int] = {}
    taken: dict[Limit, int] = {}
    for kind, key, limit, value, reason, expires_at, created_by, count in rows:
        if kind == "override":
            in_force = Override(value, expires_at).holds(now)
            own[key][limit] = OwnLimit(value, reason, expires_at, created_by, in_force)
            if key == subject.workspace_id and in_force:
                shared[limit] = count
        elif kind == "used":
            extra[limit] = value
        elif kind == "taken":
            taken[limit] = value
        else:
            plans[key][limit] = value
            if count:
                free[limit] = value
    return _Found(plans, free, own, shared, extra, taken)


# ---------------------------------------------------------------- the statement, built once

_WORKSPACE, _PLAN = bindparam("workspace", type_=Integer), bindparam("plan", type_=Integer)
_NOW, _MONTH = bindparam("now", type_=Instant), bindparam("month", type_=Instant)
_Other, _Neighbour = aliased(LimitOverride), aliased(Workspace)

_some_sharing = (
    select(_Other.id)
    .join(_Neighbour, _Neighbour.id == _Other.workspace_id)
    .where(
        _Other.name == LimitOverride.name,
        or_(_Other.expires_at.is_(None), _Other.expires_at > _NOW),
        _Neighbour.plan_id == _PLAN,
        _Neighbour.cancelled_at.is_(None),
    )
    .limit(MOST_SHARED + 1)
    .correlate(LimitOverride)
    .subquery("some_sharing")
)
_sharing = select(func.count()).select_from(_some_sharing).scalar_subquery()
# First of the union: its columns give the others their types.
_overrides = select(
    literal_column("'override'").label("kind"),
    LimitOverride.workspace_id.label("key"),
    LimitOverride.name,
    LimitOverride.value,
    LimitOverride.reason,
    LimitOverride.expires_at,
    LimitOverride.created_by,
    _sharing.label("count"),
).where(LimitOverride.workspace_id.in_([_WORKSPACE, bindparam("primary", type_=Integer)]))
_plan_limits: Any = (
    select(
        *(literal_column("'plan'"), PlanLimit.plan_id, PlanLimit.name, PlanLimit.value),
        *(null(), null(), null(), cast(Plan.is_free, Integer)),
    )
    .join(Plan, Plan.id == PlanLimit.plan_id)
    .where(or_(Plan.id.in_([_PLAN, bindparam("primary_plan", type_=Integer)]), Plan.is_free))
)
_broadcasts = select(func.count(Broadcast.id)).where(
    Broadcast.workspace_id == _WORKSPACE, Broadcast.created_at >= _MONTH
)
_invited = select(func.count(func.distinct(Invitation.user_id))).where(
    Invitation.workspace_id == _WORKSPACE,
    Invitation.is_pending,
    Invitation.expires_at > _NOW,
    ~exists().where(Membership.workspace_id == _WORKSPACE, Membership.user_id == Invitation.user_id),
)


_taken: Any = select(
    *(literal_column("'taken'"), LimitTaken.workspace_id, LimitTaken.name, LimitTaken.taken),
    *(null(), null(), null(), literal_column("0")),
).where(
    LimitTaken.workspace_id == _WORKSPACE,
    or_(
        and_(LimitTaken.name == Limit.DAILY_MESSAGES, LimitTaken.since == bindparam("today", type_=Date)),
        and_(LimitTaken.name != Limit.DAILY_MESSAGES, LimitTaken.since == bindparam("first", type_=Date)),
    ),
)


def _extra(limit: Limit, count: Any) -> Any:
    """What no stored count holds, as a row of the union."""
    return select(
        *(literal_column("'used'"), literal_column("0"), literal_column(f"'{limit.value}'"), count.scalar_subquery()),
        *(null(), null(), null(), literal_column("0")),
    )


_STATES = union_all(
    _overrides, _plan_limits, _taken, _extra(Limit.BROADCASTS, _broadcasts), _extra(Limit.USERS, _invited)
)
