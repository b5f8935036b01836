"""Figures for whoever watches the platform by machine: how many there are of what, and never whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, union_all

from portal.base.db import db
from portal.models import (
    AuditEvent,
    DeliveryState,
    JobRun,
    JobState,
    OutboxMessage,
    OutboxState,
    Webhook,
    WebhookDelivery,
    WebhookState,
    WorkspaceTally,
)
from portal.queries.jobs import failing
from portal.rules.lifecycle import Status

BACKED_UP = "platform.backed_up"


@dataclass(frozen=True, slots=True)
class JobFigures:
    """When a job's runs ended last, well and badly, and how many seconds the last good one took; None: none did.
    `is_failing`: the last that ended has failed."""

    is_failing: bool
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """As of now. `waiting`: mails in each state in which they still wait, and `waits_since` when the oldest of them was
    written; `webhooks`, `webhooks_since`: the same of deliveries, and when the oldest
    of those still waiting was written; `backed_up_at`: when `portal backup` last ended."""

    workspaces: Mapping[Status, int]
    waiting: Mapping[OutboxState, int]
    waits_since: datetime | None
    webhooks: Mapping[DeliveryState, int]
    webhooks_since: datetime | None
    jobs: Mapping[str, JobFigures]
    backed_up_at: datetime | None


def figures(names: Sequence[str]) -> Figures:
    """With the runs of the jobs of these names, and of all others of which a run failed."""
    states = (OutboxState.WAITING, OutboxState.FAILED)
    mails = select(OutboxMessage.state, func.count().label("number"), func.min(OutboxMessage.created_at).label("since"))
    rows = db.session.execute(mails.where(OutboxMessage.state.in_(states)).group_by(OutboxMessage.state)).all()
    webhooks = _webhooks()
    backup = select(AuditEvent.at).where(AuditEvent.action == BACKED_UP).order_by(AuditEvent.sequence.desc()).limit(1)
    return Figures(
        workspaces(),
        dict.fromkeys(states, 0) | {row.state: row.number for row in rows},
        min((row.since for row in rows), default=None),
        {state: number for state, (number, _) in webhooks.items()},
        webhooks[DeliveryState.WAITING][1],
        jobs(names),
        db.session.scalar(backup),
    )


def _webhooks() -> dict[DeliveryState, tuple[int, datetime | None]]:
    """How many deliveries wait, or came to nothing, and when the oldest was written: of addresses that are called now,
    not of those that somebody paused."""
    states = (DeliveryState.WAITING, DeliveryState.FAILED)
    query = select(WebhookDelivery.state, func.count(), func.min(WebhookDelivery.created_at)).join(
        Webhook, Webhook.id == WebhookDelivery.webhook_id
    )
    query = query.where(WebhookDelivery.state.in_(states), Webhook.state == WebhookState.ACTIVE)
    rows = db.session.execute(query.group_by(WebhookDelivery.state))
    return dict.fromkeys(states, (0, None)) | {state: (number, since) for state, number, since in rows}


def workspaces() -> dict[Status, int]:
    """How many there are of each status."""
    total = func.sum(WorkspaceTally.workspaces)
    rows = db.session.execute(select(WorkspaceTally.status, total).group_by(WorkspaceTally.status))
    counted = dict(rows.all())
    return {status: int(counted.get(status, 0)) for status in Status}


def jobs(names: Sequence[str]) -> dict[str, JobFigures]:
    """What came of the runs of each job, by its name."""
    latest_failure = select(JobRun.job, func.max(JobRun.finished_at)).where(JobRun.state == JobState.FAILED)
    failed = dict(db.session.execute(latest_failure.group_by(JobRun.job)).all())
    done = {}
    if names:
        latest = (
            select(JobRun.job, JobRun.started_at, JobRun.finished_at)
            .where(JobRun.job == name, JobRun.state == JobState.DONE)
            .order_by(JobRun.slot.desc())
            .limit(1)
            .subquery()
            for name in names
        )
        done = {row.job: row for row in db.session.execute(union_all(*(select(each) for each in latest)))}
    found, fails = {}, failing()
    for name in {*names, *failed}:
        row = done.get(name)
        seconds = (row.finished_at - row.started_at).total_seconds() if row else None
        found[name] = JobFigures(name in fails, row.finished_at if row else None, failed.get(name), seconds)
    return found
