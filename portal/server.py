"""The web server: gunicorn with a few processes of a few threads each.

A client that sends or reads slowly holds a thread for as long: such clients are for the reverse proxy in front (README,
"Behind a reverse proxy")."""

from __future__ import annotations

import platform
import threading
from datetime import timedelta
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from portal import create_app
from portal.base import clock, metrics, site
from portal.jobs import runner
from portal.operations import task_workers
from portal.rules.schedules import Every
from portal.settings import Settings
from portal.web import pieces

LOOK = Every(timedelta(seconds=15))  # for tasks whose worker died


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, started from Python. The app is made in each worker, so that no connection is shared by a fork."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        self.settings = settings
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The app of one worker."""
        return create_app(self.settings)


def begin(worker: Any) -> None:
    """In a worker that has just started, beside its first requests: jobs are called, and tasks whose worker died go
    on."""
    app: Flask = worker.wsgi
    threading.Thread(target=pieces.compile_ahead, args=(app,), name="portal-templates", daemon=True).start()
    settings: Settings = app.extensions[site.EXTENSION]
    if settings.jobs:
        works = runner.clockwork(app, clock.now)
        works.add("tasks", LOOK, watch_tasks)
        works.start()


def watch_tasks() -> None:
    """Go on, now and whenever that is needed, with tasks whose worker died."""
    task_workers.take_over(clock.now)
    task_workers.tidy(clock.now())


def serve(settings: Settings, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until a signal says stop."""
    metrics.share(settings.instance / "metrics" / f"{platform.node()}-{port}")
    Server(
        settings,
        bind=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        workers=workers,
        threads=threads,
        worker_class="gthread",
        timeout=120,
        graceful_timeout=20,
        keepalive=30,
        control_socket_disable=True,
        forwarded_allow_ips="",  # what proxies say is for `trusted_proxies` alone to believe
        loglevel="warning",
        proc_name="portal",
        post_worker_init=begin,
    ).run()
