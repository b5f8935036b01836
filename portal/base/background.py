"""Work that nobody waits for: a thread of this process, with the app's context and a database session of its own.

What is started here may be lost with the process, so it only hastens what a job would do later."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from flask import Flask, current_app

log = structlog.get_logger(__name__)
EXTENSION = "portal.background"

Act = Callable[[], None]


def init_app(app: Flask, at_once: bool) -> None:
    """`at_once` runs it in place instead: for tests."""
    app.extensions[EXTENSION] = _in_place if at_once else _in_thread


def run(act: Act) -> None:
    """Do it soon. Its failure is logged, and nothing else."""
    start: Callable[[Act], None] = current_app.extensions[EXTENSION]
    start(act)


def _in_thread(act: Act) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context():
            _in_place(act)

    threading.Thread(target=work, name="portal-background", daemon=True).start()


def _in_place(act: Act) -> None:
    try:
        act()
    except Exception:
        log.exception("background_failed", act=getattr(act, "__qualname__", repr(act)))
