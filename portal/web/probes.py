"""What machines ask of a server: whether the process lives, whether it can answer people, and how it is doing.

`/livez` and `/readyz` say no more than that to anybody, at any host. Details are for whoever has PORTAL_METRICS_TOKEN;
where none is set, for this machine alone, and only while Portal is tried out on it: behind a proxy everybody seems to
come from there."""

from __future__ import annotations

import secrets
from pathlib import Path

from flask import Blueprint, Response, current_app, request
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from portal.base import clock, metrics, scheduler, site
from portal.queries import readiness
from portal.queries.doctor import Finding
from portal.rules.access import Permission
from portal.web import measures
from portal.web.access import needs

bp = Blueprint("probes", __name__)

THIS_MACHINE = {"127.0.0.1", "::1"}
OF_PROXIES = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
CLOSED = "Give PORTAL_METRICS_TOKEN as a bearer token: Authorization: Bearer …\n"


@bp.get("/livez")
@needs(Permission.PUBLIC)
def livez() -> Response:
    """This process answers. The database is not asked: a process is not started anew because that one rests."""
    return _plain("alive\n")


@bp.get("/readyz")
@needs(Permission.PUBLIC)
def readyz() -> Response:
    """Whether this process can do its work; 503 if it cannot. With `?verbose` each check, and jobs that failed."""
    verbose = "verbose" in request.args
    if verbose and not may_look():
        return _closed()
    migrations = Path(current_app.root_path) / "migrations"
    found = list(readiness.checks(migrations, scheduler.is_running(), site.settings().jobs))
    lacking = [each.name for each in found if not each.is_well]
    verdict = f"not ready: {', '.join(lacking)}\n" if lacking else "ready\n"
    lines = [_line(each) for each in found] + measures.job_lines(lacking) if verbose else []
    return _plain("".join(lines) + verdict, 503 if lacking else 200)


@bp.get("/metrics", endpoint="metrics")
@needs(Permission.PUBLIC)
def metrics_text() -> Response:
    """What Prometheus reads."""
    if not may_look():
        return _closed()
    text = metrics.told(current_app, measures.Platform(clock.now()))
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def may_look() -> bool:
    """Whether details are for whoever asks."""
    wanted = site.settings().metrics_token
    if wanted:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), wanted.encode())
    through_a_proxy = any(name in request.headers for name in OF_PROXIES)
    return site.settings().on_a_desk and request.remote_addr in THIS_MACHINE and not through_a_proxy


def _line(check: Finding) -> str:
    return f"{'ok' if check.is_well else 'FAILS':6} {check.name:12} {check.note or '; '.join(check.examples)}\n"


def _closed() -> Response:
    answer = _plain(CLOSED, 401)
    answer.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
    return answer


def _plain(text: str, status: int = 200) -> Response:
    return Response(text, status, mimetype="text/plain")
