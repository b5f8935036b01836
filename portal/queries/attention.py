"""The attention queue: what needs somebody of the staff, of every kind, with what can be done about it.

Each kind is a statement over an index of its own. All are counted in one query; the rows of a kind take another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from portal.base.db import Instant
from portal.models import (
    Domain,
    Hold,
    Invitation,
    Invoice,
    JobRun,
    LimitOverride,
    Number,
    Order,
    Organization,
    OutboxMessage,
    Request,
    Webhook,
    Workspace,
    WorkspaceTally,
    scope,
)
from portal.rules.attention import EACH, OVERRIDE_WITHIN, PURGE_WITHIN, TRIAL_WITHIN, Kind
from portal.rules.health import Reason
from portal.rules.lifecycle import PURGE_AFTER, Status


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a kind. `at`: when it happens or has happened, an instant (perhaps None, of a workspace at risk) or,
    of an invoice, the day on which it was due. `facts`: what the kind's own columns say, by name. What is an
    organization's stands for its primary workspace; a request does so where there is one, else `workspace` is blank,
    as it is of a job and of a webhook."""

    kind: Kind
    workspace: str
    name: str
    status: Status | None
    at: Any
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Queue:
    """How many there are of each kind that has any, the most urgent kind first; and the entries that were asked for."""

    counts: Mapping[Kind, int]
    entries: tuple[Entry, ...]

    @property
    def total(self) -> int:
        """Of all kinds."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class _Asked:
    """How a kind is read: what it is joined from, its conditions, the instant that says how urgent it is, its order,
    and its own columns by name."""

    source: Any
    where: ColumnElement[bool]
    at: Any
    order: tuple[Any, ...]
    facts: Mapping[str, Any]


def _written(column: Any, *values: str) -> Any:
    """The column is one of these, written out so that an index that is partial or begins with it can be used."""
    return or_(*(column == literal_column(f"'{value}'") for value in values))


def _until(column: Any, name: str) -> Any:
    return column <= bindparam(name, type_=Instant)


_WORKSPACE = Workspace.__table__
_OPEN = Workspace.cancelled_at.is_(None)
_PRIMARY = and_(Workspace.organization_id == Organization.id, Workspace.is_primary)
_SETTLED = exists().where(Order.workspace_id == Workspace.id, _written(Order.state, "paid", "pending"))
_HELD = exists().where(
    Hold.organization_id == Organization.id, _written(Hold.kind, "past_due"), Hold.lifted_at.is_(None)
)
_OWN_INVITATION = Invitation.user_id == Workspace.owner_id
_ORGANIZATIONS = _WORKSPACE.join(Organization, _PRIMARY)

_Primary = aliased(Workspace)
_PRIMARY_OF_DOMAIN = (
    select(_Primary.id).where(_Primary.organization_id == Domain.organization_id, _Primary.is_primary).scalar_subquery()
)

_Later = aliased(JobRun)
_RUN_SINCE = exists().where(_Later.job == JobRun.job, _Later.id > JobRun.id, _written(_Later.state, "done", "failed"))

ASKED: Mapping[Kind, _Asked] = {
    Kind.JOB: _Asked(
        JobRun.__table__.outerjoin(_WORKSPACE, false()),
        and_(_written(JobRun.state, "failed"), ~_RUN_SINCE),
        JobRun.finished_at,
        (JobRun.finished_at, JobRun.id),
        {"job": JobRun.job, "error": JobRun.error},
    ),
    Kind.WEBHOOK: _Asked(
        Webhook.__table__.outerjoin(_WORKSPACE, false()),
        _written(Webhook.state, "stopped"),
        Webhook.stopped_at,
        (Webhook.stopped_at, Webhook.id),
        {"webhook": Webhook.public_id, "address": Webhook.address},
    ),
    Kind.OVERDUE: _Asked(
        _ORGANIZATIONS.join(Invoice, Invoice.organization_id == Organization.id),
        and_(_written(Invoice.state, "open", "overdue"), Invoice.due_on < bindparam("today")),
        Invoice.due_on,
        (Invoice.due_on, Invoice.id),
        {
            "invoice": Invoice.public_id,
            "number": Invoice.number,
            "amount": Invoice.total_minor,
            "currency": Invoice.currency,
            "held": _HELD,
            "organization": Organization.name,
        },
    ),
    Kind.CREDIT: _Asked(
        _ORGANIZATIONS,
        Organization.credit_minor < literal_column("0"),
        literal_column("NULL"),
        (Organization.credit_minor, Organization.id),
        {
            "credit": Organization.credit_minor,
            "currency": Organization.currency,
            "organization": Organization.name,
            "ledger": Organization.public_id,
        },
    ),
    Kind.RISK: _Asked(
        _WORKSPACE,
        and_(_OPEN, Workspace.health_rank == literal_column("0")),
        Workspace.health_at,
        (Workspace.mrr_reporting.desc().nulls_last(), Workspace.id),
        {"reasons": Workspace.health_reasons},
    ),
    Kind.PURGE: _Asked(
        _WORKSPACE,
        and_(Workspace.cancelled_at.is_not(None), _until(Workspace.cancelled_at, "purge")),
        Workspace.cancelled_at,
        (Workspace.cancelled_at, Workspace.id),
        {},
    ),
    Kind.BOUNCED: _Asked(
        _WORKSPACE.join(Invitation, Invitation.workspace_id == Workspace.id).join(
            OutboxMessage, OutboxMessage.link_digest == Invitation.token_digest
        ),
        and_(
            _OPEN,
            _written(OutboxMessage.state, "failed", "bounced"),
            Invitation.is_pending,
        ),
        OutboxMessage.created_at,
        (OutboxMessage.created_at.desc(), OutboxMessage.id.desc()),
        {"email": Invitation.email, "error": OutboxMessage.error, "is_owner": _OWN_INVITATION},
    ),
    Kind.TRIAL: _Asked(
        _WORKSPACE,
        and_(
            _written(Workspace.status, "trial"),
            _written(Workspace.stage, "trial"),
            _until(Workspace.trial_ends_at, "trial"),
            ~_SETTLED,
        ),
        Workspace.trial_ends_at,
        (Workspace.trial_ends_at, Workspace.id),
        {},
    ),
    Kind.REQUEST: _Asked(
        Request.__table__.join(Organization, Organization.id == Request.organization_id).outerjoin(
            _WORKSPACE, _PRIMARY
        ),
        _written(Request.state, "open"),
        Request.asked_at,
        (Request.asked_at, Request.id),
        {
            "request": Request.public_id,
            "asked": Request.kind,
            "words": Request.words,
            "organization": Organization.name,
        },
    ),
    Kind.NEAR_CAP: _Asked(
        _WORKSPACE,
        and_(_OPEN, Workspace.near_cap.is_not(None)),
        Workspace.health_at,
        (Workspace.near_cap.desc(), Workspace.id),
        {"reasons": Workspace.health_reasons},
    ),
    Kind.OVERRIDE: _Asked(
        _WORKSPACE.join(LimitOverride, LimitOverride.workspace_id == Workspace.id),
        and_(
            _OPEN,
            LimitOverride.expires_at > bindparam("now", type_=Instant),
            _until(LimitOverride.expires_at, "override"),
        ),
        LimitOverride.expires_at,
        (LimitOverride.expires_at, LimitOverride.id),
        {"limit": LimitOverride.name, "value": LimitOverride.value},
    ),
    Kind.DOMAIN: _Asked(
        Domain.__table__.join(_WORKSPACE, Workspace.id == func.coalesce(Domain.workspace_id, _PRIMARY_OF_DOMAIN)),
        and_(_OPEN, _written(Domain.state, "pending", "failing", "failed")),
        Domain.created_at,
        (Domain.created_at, Domain.id),
        {
            "host": Domain.host,
            "state": Domain.state,
            "checked_at": Domain.last_checked_at,
            "is_own": Domain.workspace_id.is_not(None),
        },
    ),
    Kind.PORTING: _Asked(
        _WORKSPACE.join(Number, Number.workspace_id == Workspace.id),
        Number.porting_at.is_not(None),
        Number.porting_at,
        (Number.porting_at, Number.id),
        {"number": Number.public_id, "e164": Number.e164},
    ),
}


@lru_cache(maxsize=1)
def _counts() -> Any:
    """How many of each kind. Those at risk are in the table of totals."""
    arms = []
    for kind, asked in ASKED.items():
        name: Any = literal_column(f"'{kind.value}'").label("kind")
        number = cast(func.count(), BigInteger)
        counted: Select[Any] = select(name, number).select_from(asked.source).where(asked.where)
        if kind is Kind.RISK:
            at_risk = cast(func.coalesce(func.sum(WorkspaceTally.workspaces), 0), BigInteger)
            counted = select(name, at_risk).where(
                WorkspaceTally.health == literal_column("'risk'"),
                WorkspaceTally.status != literal_column("'cancelled'"),
            )
        arms.append(counted)
    return union_all(*arms)


@lru_cache(maxsize=len(Kind))
def _rows(kind: Kind) -> Any:
    asked = ASKED[kind]
    facts = (column.label(name) for name, column in asked.facts.items())
    columns = (Workspace.public_id, Workspace.name, Workspace.status, asked.at.label("at"), *facts)
    page = select(*columns).select_from(asked.source).where(asked.where).order_by(*asked.order)
    return page.limit(bindparam("limit")).offset(bindparam("offset"))


def queue(now: datetime, kind: Kind | None, limit: int = EACH, offset: int = 0) -> Queue:
    """So many entries of one kind, or of every kind that has any."""
    values = {
        "now": now,
        "today": now.date(),
        "trial": now + TRIAL_WITHIN,
        "purge": now + PURGE_WITHIN - PURGE_AFTER,
        "override": now + OVERRIDE_WITHIN,
    }
    found = {Kind(name): int(number) for name, number in scope.rows(_counts(), values) if number}
    counts = {each: found[each] for each in Kind if each in found}
    entries: list[Entry] = []
    for each in (kind,) if kind else Kind:
        if each in counts:
            asked = values | {"limit": limit, "offset": offset}
            entries += [_entry(each, row) for row in scope.rows(_rows(each), asked)]
    return Queue(counts, tuple(entries))


def _entry(kind: Kind, row: Any) -> Entry:
    public_id, name, status, at, *own = row
    facts = dict(zip(ASKED[kind].facts, own, strict=True))
    if "reasons" in facts:
        facts["reasons"] = tuple(Reason.from_json(each) for each in facts["reasons"])
    return Entry(
        kind,
        public_id or "",
        name or facts.get("organization") or facts.get("job") or facts.get("address", ""),
        status,
        at,
        facts,
    )
