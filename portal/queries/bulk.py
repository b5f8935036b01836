"""Bulk actions before anything is done: which workspaces are meant, and what would become of each."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Hold, Organization, Plan, PlanPrice, Task, TaskResult, User, Workspace
from portal.models.tasks import NOT_YET
from portal.queries.exports import export, in_order
from portal.queries.listing import Filters
from portal.rules.access import Permission
from portal.rules.bulk import DONE, NO_PLAN, ONCE, Act, Facts, Order, Outcome, Target, Verdict, verdict
from portal.rules.lifecycle import HoldKind
from portal.rules.platform import Platform

NAMED = 3  # workspaces of a reason that are named; the others are counted
NOBODY = Target(None, "the free plan", True, False, {})


@dataclass(frozen=True, slots=True)
class Selection:
    """Which workspaces: these (public ids), else those that a task refused or never came to, else all of the list so
    filtered; the trash is never among those."""

    filters: Filters = field(default_factory=Filters)
    rows: tuple[str, ...] = ()
    task: str = ""


@dataclass(slots=True)
class Group:
    """Those that come to the same: how many, and the first few by public id and name."""

    outcome: Outcome
    message: str
    count: int = 0
    named: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Preview:
    """What would become of each. `people` and `mrr` (minor units of the reporting currency; None where a currency has
    no rate) are of those that would be done. `mark` tells one set of workspaces from another."""

    rows: list[tuple[str, str, Verdict]] = field(default_factory=list)
    counts: Counter[Outcome] = field(default_factory=Counter)
    groups: dict[Verdict, Group] = field(default_factory=dict)
    people: int = 0
    mrr: int | None = 0
    mark: str = ""

    @property
    def total(self) -> int:
        """How many are meant."""
        return len(self.rows)


def preview(
    order: Order, selection: Selection, may: Collection[Permission], settings: Platform, now: datetime
) -> Preview:
    """What the order would come to for each of the selection, as of now. Nothing is written."""
    found, wanted = Preview(), target(order)
    mark, written = 0, set[int | None]()
    for facts in chosen(selection, settings, now):
        mark = (mark + int.from_bytes(hashlib.sha256(facts.public_id.encode()).digest()[:8])) % 2**64
        come_to = verdict(order, facts, may, wanted)
        if order.act is Act.NOTIFY and come_to.outcome is Outcome.DONE:
            come_to = _once(facts, written)
        _add(found, facts, come_to)
    found.mark = f"{found.total}-{mark:x}"
    return found


def _once(facts: Facts, written: set[int | None]) -> Verdict:
    """Whoever owns several of the workspaces is written to for the first of them."""
    if facts.owner_id in written:
        return ONCE
    written.add(facts.owner_id)
    return DONE


def _add(found: Preview, facts: Facts, come_to: Verdict) -> None:
    found.rows.append((facts.public_id, facts.name, come_to))
    found.counts[come_to.outcome] += 1
    group = found.groups.setdefault(come_to, Group(*come_to))
    group.count += 1
    if len(group.named) < NAMED:
        group.named.append((facts.public_id, facts.name))
    if come_to.outcome is Outcome.DONE:
        found.people += facts.people
        rated = found.mrr is not None and facts.mrr_reporting is not None
        found.mrr = (found.mrr or 0) + (facts.mrr_reporting or 0) if rated else None


def target(order: Order) -> Target | None:
    """The plan that a change of plan leads to; None where the order names none that can be chosen."""
    if order.plan == NO_PLAN:
        return NOBODY
    row = db.session.execute(
        select(Plan.id, Plan.name, Plan.is_free, Plan.multi_workspace).where(
            Plan.public_id == order.plan, Plan.archived_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        return None
    prices = select(PlanPrice.cycle, PlanPrice.currency, PlanPrice.amount_minor).where(PlanPrice.plan_id == row.id)
    return Target(*row, {(cycle, currency): amount for cycle, currency, amount in db.session.execute(prices)})


def chosen(selection: Selection, settings: Platform, now: datetime) -> Iterator[Facts]:
    """The workspaces of the selection, in the order of the list (of a task: of its rows)."""
    if selection.task and not selection.rows:
        statement, values = _of_task(selection.task), dict[str, Any]()
    else:
        question = export(selection.filters, settings, now).question
        if not selection.rows and _widened(selection.filters, question.filters):
            return
        statement, values = in_order(_FACTS, question, selection.rows)
    for row in db.session.execute(statement, values):
        yield _facts(row)


def _widened(asked: Filters, known: Filters) -> bool:
    """Whether a plan or an organization was left out that there is not: without it all others would be meant."""
    return (asked.plan, asked.organization) != (known.plan, known.organization)


def facts_of(workspaces: Sequence[str]) -> dict[str, Facts]:
    """These workspaces (public ids) as they are now, those of them that there still are."""
    rows = db.session.execute(_FACTS.where(Workspace.public_id.in_(workspaces)))
    return {row.public_id: _facts(row) for row in rows}


def waiting(task: int, most: int) -> list[tuple[int, str]]:
    """Line and workspace of the next rows of a task (its integer key) that are not done yet."""
    rows = select(TaskResult.line, TaskResult.subject).where(TaskResult.task_id == task, TaskResult.outcome == NOT_YET)
    return [(line, subject) for line, subject in db.session.execute(rows.order_by(TaskResult.line).limit(most))]


def plans() -> list[tuple[str, str]]:
    """Public id and name of every plan that can be chosen, by name."""
    rows = db.session.execute(select(Plan.public_id, Plan.name).where(Plan.archived_at.is_(None)).order_by(Plan.name))
    return [(public_id, name) for public_id, name in rows]


def _of_task(public_id: str) -> Any:
    return (
        _FACTS.join(TaskResult, TaskResult.subject == Workspace.public_id)
        .join(Task, Task.id == TaskResult.task_id)
        .where(Task.public_id == public_id, TaskResult.outcome.in_((Outcome.REFUSED.value, NOT_YET)))
        .order_by(TaskResult.line)
    )


def _kinds(whose: Any) -> Any:
    """The kinds of open holds, behind commas."""
    return (
        select(func.aggregate_strings(cast(Hold.kind, String), ","))
        .where(whose, Hold.lifted_at.is_(None))
        .correlate(Workspace)
        .scalar_subquery()
    )


_beside = aliased(Workspace)
_others = (
    select(func.count())
    .select_from(_beside)
    .where(
        Workspace.is_primary,
        _beside.organization_id == Workspace.organization_id,
        _beside.id != Workspace.id,
        _beside.cancelled_at.is_(None),
    )
    .correlate(Workspace)
    .scalar_subquery()
)
_FACTS = (
    select(
        Workspace.public_id,
        Workspace.name,
        Workspace.status,
        _kinds(Hold.workspace_id == Workspace.id).label("own"),
        _kinds(Hold.organization_id == Workspace.organization_id).label("shared"),
        Workspace.plan_id,
        Plan.name.label("plan"),
        Workspace.billing_cycle,
        Workspace.currency,
        Workspace.is_primary,
        _others.label("others"),
        Workspace.owner_id,
        User.email.label("owner_email"),
        User.barred_at.is_not(None).label("owner_suspended"),
        Workspace.user_count,
        Workspace.mrr_reporting,
    )
    .join(Organization, Organization.id == Workspace.organization_id)
    .outerjoin(User, User.id == Workspace.owner_id)
    .outerjoin(Plan, Plan.id == Workspace.plan_id)
)


def _facts(row: Any) -> Facts:
    return Facts(
        row.public_id,
        row.name,
        row.status,
        tuple(_parsed(row.own)),
        tuple(_parsed(row.shared)),
        row.plan_id,
        row.plan or "",
        row.billing_cycle,
        row.currency,
        row.is_primary,
        row.others,
        row.owner_id,
        row.owner_email or "",
        bool(row.owner_suspended),
        row.user_count,
        row.mrr_reporting,
    )


def _parsed(kinds: str | None) -> Iterable[HoldKind]:
    return (HoldKind(kind) for kind in kinds.split(",")) if kinds else ()
