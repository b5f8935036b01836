"""What is counted of every request, and of every webhook, for Prometheus. Labels are routes, methods, statuses and
outcomes: nobody's name, no address.

Every process of a server counts into files of its own, in a folder that they share; whichever of them is asked adds all
up. An app that no server runs (a command, a test) counts in memory."""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import Flask, current_app
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from portal.settings import for_libraries

EXTENSION = "portal.metrics"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where prometheus_client looks for the name of the folder
BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"  # any further method, which anybody may make up
OUTCOMES = ("delivered", "refused", "unanswered")  # of a webhook; refused: by an answer that is not 2xx
NO_ROUTE = "none"  # an address that nothing is at

_shared: list[Path] = []


def share(folder: Path) -> None:
    """From here on the apps of this process, and of those that it starts, count into this folder, which is emptied. To
    be called before the first of them counts."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    for_libraries(FOLDER, str(folder))
    values.ValueClass = values.MultiProcessValue()
    _shared[:] = [folder]


class Counted:
    """The counters of one app."""

    def __init__(self) -> None:
        self.own = CollectorRegistry()
        labels = ("route", "method", "status")
        self.requests = Counter("portal_requests", "Requests answered.", labels, registry=self.own)
        self.seconds = Histogram(
            "portal_request_seconds", "How long they took.", ("route",), buckets=BUCKETS, registry=self.own
        )
        self.queries = Counter("portal_sql_queries", "SQL queries of requests.", ("route",), registry=self.own)
        self.webhooks = Counter("portal_webhook_calls", "Webhooks sent.", ("outcome",), registry=self.own)
        for outcome in OUTCOMES:
            self.webhooks.labels(outcome)  # told as 0 before the first
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram, Counter]] = {}

    def add(self, route: str | None, method: str, status: int, seconds: float, queries: int) -> None:
        """A request was answered: by this route (None: there is nothing at its address), in this many seconds, with
        this many SQL queries."""
        found = self._known.get((route or NO_ROUTE, method, status))
        if found is None:
            found = self._meet(route or NO_ROUTE, method if method in METHODS else OTHER, status)
        found[0].inc()
        found[1].observe(seconds)
        if queries:
            found[2].inc(queries)

    def called(self, outcome: str) -> None:
        """A webhook was sent, with this outcome: one of OUTCOMES."""
        self.webhooks.labels(outcome).inc()

    def _meet(self, route: str, method: str, status: int) -> tuple[Counter, Histogram, Counter]:
        found = self.requests.labels(route, method, status), self.seconds.labels(route), self.queries.labels(route)
        if method != OTHER:
            self._known[route, method, status] = found
        return found


def counted(app: Flask | None = None) -> Counted:
    """The counters of this app, by default the one at work."""
    found: Counted = (app or current_app).extensions[EXTENSION]
    return found


def told(app: Flask, *more: Collector) -> bytes:
    """All that was counted by the processes that share a folder, and what these collectors know, in Prometheus's text
    format."""
    whole = CollectorRegistry()
    if _shared:
        MultiProcessCollector(whole, path=str(_shared[0]))
    else:
        whole.register(counted(app).own)
    for each in more:
        whole.register(each)
    return generate_latest(whole)


def init_app(app: Flask) -> None:
    """The app counts its requests."""
    app.extensions[EXTENSION] = Counted()
