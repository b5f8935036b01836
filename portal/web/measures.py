"""The platform's figures as Prometheus and `/readyz?verbose` read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from platform import python_version
from typing import Any

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy.exc import SQLAlchemyError

from portal.base.db import db
from portal.base.scheduler import JOBS
from portal.queries import measures
from portal.queries.jobs import failing
from portal.queries.measures import JobFigures

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Platform:
    """What the database knows, read when it is asked for. Where that does not answer, the figure says so, and what
    processes counted is told all the same."""

    now: datetime

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        yield _figure("portal_build_info", "Version of Portal.", {(version("portal"), python_version()): 1}, *BUILD)
        try:
            found = measures.figures(tuple(JOBS))
        except SQLAlchemyError as error:
            log.warning("figures_not_read", error=type(error).__name__)
            found = None
        finally:
            db.session.remove()
        yield _figure("portal_database_up", "Whether the database answers.", {(): int(found is not None)})
        if found is None:
            return
        statuses = {(status.value,): number for status, number in found.workspaces.items()}
        yield _figure("portal_workspaces", "Workspaces.", statuses, "status")
        waiting = {(state.value,): number for state, number in found.waiting.items()}
        yield _figure("portal_outbox_messages", "Mails not delivered yet.", waiting, "state")
        yield _figure("portal_outbox_oldest_seconds", "Age of the oldest of them.", {(): self._age(found.waits_since)})
        hooks = {(state.value,): number for state, number in found.webhooks.items()}
        yield _figure("portal_webhook_deliveries", "Webhooks not delivered: yet, or at all.", hooks, "state")
        yield _figure(
            "portal_webhook_oldest_seconds", "Age of the oldest that waits.", {(): self._age(found.webhooks_since)}
        )
        if found.backed_up_at:
            at = {(): found.backed_up_at.timestamp()}
            yield _figure("portal_backup_last_success_timestamp_seconds", "When a backup was last made.", at)
        yield from _of_jobs(found.jobs)

    def _age(self, since: datetime | None) -> float:
        """In seconds; 0 for none."""
        return (self.now - since).total_seconds() if since else 0


BUILD = ("version", "python")
NAME = "name"  # not "job": Prometheus calls so what it scrapes, and would rename ours


def _of_jobs(jobs: Mapping[str, JobFigures]) -> Iterator[Metric]:
    succeeded = {(name,): job.succeeded_at.timestamp() for name, job in jobs.items() if job.succeeded_at}
    failed = {(name,): job.failed_at.timestamp() for name, job in jobs.items() if job.failed_at}
    seconds = {(name,): job.seconds for name, job in jobs.items() if job.seconds is not None}
    failing = {(name,): int(job.is_failing) for name, job in jobs.items()}
    yield _figure("portal_job_last_success_timestamp_seconds", "When it last ended well.", succeeded, NAME)
    yield _figure("portal_job_last_failure_timestamp_seconds", "When it last failed.", failed, NAME)
    yield _figure("portal_job_last_duration_seconds", "How long its last good run took.", seconds, NAME)
    yield _figure("portal_job_failing", "Whether it failed and has not ended well since.", failing, NAME)


def _figure(name: str, about: str, values: Mapping[Any, float], *labels: str) -> Metric:
    """A gauge with these values, by the values of its labels in a row."""
    found = GaugeMetricFamily(name, about, labels=labels)
    for key, value in sorted(values.items()):
        found.add_metric(key, value)
    return found


def job_lines(lacking: Collection[str]) -> list[str]:
    """A line for each job that fails, with when that was; the reason, which may name customers, is on the Jobs page.
    None of them keeps the server from its work."""
    if "database" in lacking or "migrations" in lacking:
        return []
    runs = sorted(failing().items())
    lines = [f"{'warns':6} {'job':12} {name} failed at {run.finished_at:%F %T}Z\n" for name, run in runs]
    return lines or [f"{'ok':6} {'jobs':12} none fails\n"]
