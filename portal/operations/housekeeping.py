"""Housekeeping: which rows nobody will ask for any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from portal.models import (
    EmailChange,
    JobRun,
    JobState,
    LoginSession,
    LoginThrottle,
    PasswordReset,
    Task,
    TaskResult,
    TaskState,
    WebhookDelivery,
)
from portal.operations.removal import remove
from portal.rules.throttling import LONGEST_WINDOW

BATCH = 500  # rows in a unit
SESSIONS = timedelta(days=30)  # after they ended
LINKS = timedelta(days=30)  # after they ran out
TASKS = timedelta(days=90)  # after they ended
RUNS = timedelta(days=90)
DELIVERIES = timedelta(days=30)  # of webhooks, those that wait no more
IDLE_RUNS = timedelta(days=2)  # of jobs that found nothing to do


def sweep(now: datetime) -> Mapping[str, int]:
    """How many rows went, by what they were. Safe to repeat."""
    old_tasks = and_(Task.state.not_in((TaskState.WAITING, TaskState.RUNNING)), Task.finished_at < now - TASKS)
    old = {
        "sessions": (
            LoginSession.id,
            or_(LoginSession.expires_at < now - SESSIONS, LoginSession.revoked_at < now - SESSIONS),
        ),
        "throttles": (LoginThrottle.key, LoginThrottle.since <= now - LONGEST_WINDOW),
        "resets": (PasswordReset.id, PasswordReset.expires_at < now - LINKS),
        "changes": (EmailChange.id, EmailChange.expires_at < now - LINKS),
        "results": (TaskResult.id, TaskResult.task_id.in_(select(Task.id).where(old_tasks))),
        "tasks": (Task.id, old_tasks),
        "deliveries": (
            WebhookDelivery.id,
            and_(WebhookDelivery.created_at < now - DELIVERIES, WebhookDelivery.finished_at.is_not(None)),
        ),
        "runs": (
            JobRun.id,
            and_(
                JobRun.state != JobState.RUNNING,
                or_(
                    JobRun.slot < now - RUNS,
                    and_(JobRun.slot < now - IDLE_RUNS, JobRun.state == JobState.DONE, JobRun.items == 0),
                ),
            ),
        ),
    }
    return {name: remove((key,), which, key, BATCH) for name, (key, which) in old.items()}
