"""What machines ask of a server: who is told what, and that it costs nobody anything."""

import multiprocessing
import re
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select, text

from portal.base import metrics, webhooks
from portal.base.db import db
from portal.models import JobRun, JobState, Workspace
from portal.operations.unit import unit
from portal.web.hosts import PROBES
from tests import factories
from tests.conftest import MakeApp
from tests.support import hooks, servers
from tests.support.clocks import NOW
from tests.support.people import log_in
from tests.support.servers import Server

FORK = multiprocessing.get_context("fork")
TOKEN = "a-token-of-the-tests"
PUBLIC = {"public_url": "https://portal.example"}
PATHS = ("/livez", "/readyz", "/metrics")


def figures(text: str) -> dict[str, float]:
    """Every figure, by its name with its labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


# Settings, what is sent, and whether details are told.
LOOKS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    ({}, {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}, False),
    ({}, {"headers": {"X-Forwarded-For": "127.0.0.1"}}, False),
    ({}, {"headers": {"Forwarded": "for=127.0.0.1"}}, False),
    (PUBLIC, {}, False),
    (PUBLIC, {"headers": {"Host": "127.0.0.1:8000"}}, False),
    ({"metrics_token": TOKEN}, {}, False),
    ({"metrics_token": TOKEN}, {"headers": {"Authorization": "Bearer " + TOKEN[:-1]}}, False),
    ({"metrics_token": TOKEN}, {"headers": {"Authorization": "Bearer ä"}}, False),
    (
        {"metrics_token": TOKEN, **PUBLIC},
        {"headers": {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "192.0.2.7"}},
        True,
    ),
]


def test_details_are_for_whoever_has_the_token_or_tries_portal_out_on_this_machine(make_app: MakeApp) -> None:
    for settings, sent, told in LOOKS:
        client = make_app(**settings).test_client()
        for path in ("/metrics", "/readyz?verbose"):
            answer = client.get(path, **sent)
            assert (answer.status_code != 401) is told, f"{path} with {settings} and {sent}: {answer.status_code}"
            assert ("portal" in answer.text or "database" in answer.text) is told


@pytest.mark.parametrize("host", ["192.0.2.7:8000", "evil.example", "[::1]"])
def test_they_answer_at_any_host_for_nothing(make_app: MakeApp, host: str) -> None:
    app = make_app(count_queries=True, **PUBLIC)
    client = app.test_client()
    with app.app_context():
        log_in(client, factories.staff())
    for path in PATHS:
        answer = client.get(path, base_url=f"http://{host}")
        assert answer.status_code in (200, 401, 503) and host not in answer.text
        assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
        assert path == "/readyz" or answer.headers["X-Bench-Queries"] == "0"


def test_a_process_without_its_clockwork_or_its_tables_is_not_ready(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready: scheduler\n")
    with unit() as session:
        kept = session.scalar(text("SELECT version_num FROM alembic_version"))
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        assert client.get("/readyz").text == "not ready: migrations, scheduler\n"
        told = client.get("/readyz?verbose").text
        assert re.search(rf"FAILS +migrations +the database is at 0001, this version needs {kept}", told)
    finally:
        with unit() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :kept"), {"kept": kept})


def test_without_a_database_the_process_lives_and_counts(make_app: MakeApp) -> None:
    client = make_app(database_url="postgresql://portal:hidden@127.0.0.1:9/none").test_client()
    assert client.get("/livez").status_code == 200
    for path in ("/readyz", "/readyz?verbose"):
        answer = client.get(path)
        assert answer.status_code == 503 and "not ready: database" in answer.text and "hidden" not in answer.text
    found = figures(client.get("/metrics").text)
    assert found["portal_database_up"] == 0
    assert found["portal_requests_total{method=GET,route=/readyz,status=503}"] == 2


def test_what_the_database_knows_is_told(app: Flask, client: FlaskClient) -> None:
    factories.workspace("Acme")
    runs = [
        JobRun(public_id=f"run_{number:016d}", job="probe", slot=at, state=state, lease_until=at, started_at=at)
        for number, (at, state) in enumerate([(NOW, JobState.DONE), (NOW.replace(hour=12), JobState.FAILED)])
    ]
    for run in runs:
        run.finished_at = run.slot.replace(minute=2)
        run.error = "Acme could not be reached."
    with unit() as session:
        session.add_all(runs)
    hooks.made()
    hooks.changed(db.session.scalars(select(Workspace)).one(), "workspace.purged")
    app.extensions[webhooks.EXTENSION].code = 500
    before = figures(client.get("/metrics").text)
    hooks.delivered(NOW.replace(hour=10))
    told = client.get("/metrics").text
    found = figures(told)
    assert found["portal_database_up"] == 1 and found["portal_workspaces{status=trial}"] == 1
    assert found["portal_workspaces{status=cancelled}"] == found["portal_outbox_messages{state=failed}"] == 0
    assert found["portal_job_failing{name=probe}"] == 1
    assert (found["portal_webhook_deliveries{state=waiting}"], found["portal_webhook_oldest_seconds"]) == (1, 3600)
    for outcome, calls in (("refused", 1), ("delivered", 0)):
        name = f"portal_webhook_calls_total{{outcome={outcome}}}"
        assert found[name] - before[name] == calls
    assert found["portal_job_last_failure_timestamp_seconds{name=probe}"] == runs[1].finished_at.timestamp()  # type: ignore[union-attr]
    verbose = client.get("/readyz?verbose").text
    assert re.search(r"warns +job +probe failed at 2026-11-21 12:02:00Z", verbose)
    assert "Acme" not in told + verbose, "nobody's name"


def test_requests_are_counted_by_route_and_never_by_what_anybody_makes_up(make_app: MakeApp) -> None:
    client = make_app().test_client()
    for path in ("/login", "/login?next=/secret", "/w/acme/", "/nothing/there", "/%00"):
        client.get(path)
    client.open("/livez", method="MADEUP")
    told = client.get("/metrics").text
    found = figures(told)
    assert found["portal_requests_total{method=GET,route=/login,status=200}"] == 2
    assert found["portal_requests_total{method=GET,route=/w/<slug>/,status=303}"] == 1
    assert found["portal_requests_total{method=GET,route=none,status=404}"] == 1
    assert found["portal_requests_total{method=other,route=none,status=405}"] == 1
    assert found["portal_request_seconds_count{route=/login}"] == 2 and found["portal_sql_queries_total{route=/login}"]
    assert not re.search("secret|acme|there|MADEUP", told)


def test_the_processes_of_a_server_are_added_up(server: Server) -> None:
    """There are two, of which only one answers."""
    counted = "portal_requests_total{method=GET,route=/livez,status=200}"

    def count() -> float:
        return figures(servers.fetch(server.url + "/metrics")[1]).get(counted, 0)

    before = count()
    for _ in range(40):
        assert servers.fetch(server.url + "/livez") == (200, "alive\n")
    assert {count() - before for _ in range(6)} == {40}, "whoever answers"
    assert servers.fetch(server.url + "/readyz") == (200, "ready\n")


def count(times: int) -> None:
    """As a worker does."""
    counted = metrics.Counted()
    for _ in range(times):
        counted.add("/livez", "GET", 200, 0.002, 0)


def serve_twice(folder: Path, told: Path) -> None:
    """As a server does that is started anew, each time with two workers of which none is left."""
    for _ in range(2):
        metrics.share(folder)
        for times in (2, 3):
            worker = FORK.Process(target=count, args=(times,))
            worker.start()
            worker.join()
    told.write_bytes(metrics.told(Flask("anew")))


def test_a_start_begins_anew_and_who_is_gone_still_counts(tmp_path: Path) -> None:
    server = FORK.Process(target=serve_twice, args=(tmp_path / "counts", tmp_path / "told"))
    server.start()
    server.join()
    found = figures((tmp_path / "told").read_text())
    assert found["portal_requests_total{method=GET,route=/livez,status=200}"] == 5


def test_counting_costs_next_to_nothing() -> None:
    counted = metrics.Counted()
    best = 1.0
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(200):
            counted.add("/admin/workspaces/", "GET", 200, 0.002, 3)
        best = min(best, (time.perf_counter() - began) / 200)
    assert best < 50e-6, f"{best * 1e6:.1f} µs for each request"


def test_every_probe_is_known_where_nobody_is_asked(app: Flask) -> None:
    assert {endpoint for endpoint in app.view_functions if endpoint.startswith("probes.")} == PROBES
